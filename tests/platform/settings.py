"""The platform's own settings, with a secret for tests; the database is SQLite, or by SEALMARK_TEST_DATABASE, --postgres."""

import os
import sys
import tempfile

from tests.platform.postgres import chosen

os.environ.setdefault("SEALMARK_SECRET_KEY", "only-for-tests")
os.environ.setdefault("SEALMARK_DATA", tempfile.mkdtemp(prefix="sealmark-tests-"))
if chosen(sys.argv):
    os.environ["SEALMARK_DATABASE"] = os.environ["SEALMARK_TEST_DATABASE"]

from sealmark_platform.settings import *  # noqa: F403

if DATABASES["default"]["ENGINE"] == "sealmark_platform.sqlite":  # noqa: F405
    # Said outright: several workers then have a database in memory each.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
