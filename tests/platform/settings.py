"""The platform's own settings, with a secret for tests and a database by SEALMARK_TEST_DATABASE."""

import os
import tempfile

os.environ.setdefault("SEALMARK_SECRET_KEY", "only-for-tests")
os.environ.setdefault("SEALMARK_DATA", tempfile.mkdtemp(prefix="sealmark-tests-"))
if "SEALMARK_TEST_DATABASE" in os.environ:
    os.environ["SEALMARK_DATABASE"] = os.environ["SEALMARK_TEST_DATABASE"]

from sealmark_platform.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
