"""One file of settings; everything that differs between installations comes from the environment.

``SEALMARK_SECRET_KEY`` (or ``_FILE``) has no default. The rest: ``SEALMARK_DATA`` (folder of the database,
uploads and written mails), ``SEALMARK_DATABASE``, ``SEALMARK_HOSTS``, ``SEALMARK_BEHIND_PROXY``, ``SEALMARK_ADDRESS``,
``SEALMARK_LOG_ORIGIN``, ``SEALMARK_KEY_PASSPHRASE``, ``SEALMARK_PKCS11_LIBRARY`` and its like,
``SEALMARK_CONTEXTS``, ``SEALMARK_MAIL``, ``SEALMARK_MAIL_FROM``, ``SEALMARK_SECOND_FACTOR``,
``SEALMARK_OIDC_ISSUER`` and its like, ``SEALMARK_DEMO``.
"""

from pathlib import Path

from sealmark_platform import environment as env

BASE = Path(__file__).parent
DEMO = env.flag("SEALMARK_DEMO")
SECRET_KEY = env.secret("SEALMARK_SECRET_KEY")
CSRF_FAILURE_VIEW = "sealmark_platform.front.forbidden"
DEBUG = False
DATA = Path(env.text("SEALMARK_DATA", "sealmark-data")).absolute()
ALLOWED_HOSTS = env.words("SEALMARK_HOSTS", "localhost,127.0.0.1,[::1]")
BEHIND_PROXY = env.flag("SEALMARK_BEHIND_PROXY")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "sealmark_platform.records",
    "sealmark_platform.parties",
    "sealmark_platform.catalogue",
    "sealmark_platform.casework",
    "sealmark_platform.attestation",
    "sealmark_platform.workbench",
    "sealmark_platform.client_portal",
    "sealmark_platform.register",
    "sealmark_platform.api",
    "sealmark_platform.accounts",
    "sealmark_platform.administration",
]

MIDDLEWARE = [
    "sealmark_platform.register.keeping.kept_pages",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sealmark_platform.security.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sealmark_platform.language.reader_language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "sealmark_platform.api.envelope.api_answers",
    "sealmark_platform.accounts.demands.SecondFactorFirst",
]

ROOT_URLCONF = "sealmark_platform.urls"
WSGI_APPLICATION = "sealmark_platform.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sealmark_platform.language.reader",
            ],
            "builtins": ["sealmark_platform.workbench.templatetags.plain"],
        },
    }
]

DATABASES = {"default": env.database(env.text("SEALMARK_DATABASE", str(DATA / "sealmark.sqlite3")))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "parties.Person"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
# NIST SP 800-63B-4: at least 15 characters without a second factor, no rules of composition, a block list.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "sealmark_platform.accounts.passwords.GuessablePasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 86_400

# One process serves, so its memory counts tries. Room for many: what is pushed out would be tried anew.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Pages kept ready: the state of the database is in their key, so that processes need not know of each other.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 3_600,
        "OPTIONS": {"MAX_ENTRIES": 1_000},
    },
}
ACCOUNT_ADAPTER = "sealmark_platform.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "sealmark_platform.accounts.forms.SignInForm",
    "reset_password": "sealmark_platform.accounts.forms.AskResetForm",
    "reset_password_from_key": "sealmark_platform.accounts.forms.ResetForm",
    "change_password": "sealmark_platform.accounts.forms.ChangeForm",
    "reauthenticate": "sealmark_platform.accounts.forms.ConfirmForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# An address is proven by the invitation and the link that went to it, not once more.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
MFA_ADAPTER = "sealmark_platform.accounts.adapters.FactorAdapter"
MFA_FORMS = {
    "authenticate": "sealmark_platform.accounts.forms.CodeForm",
    "reauthenticate": "sealmark_platform.accounts.forms.CodeAgainForm",
    "activate_totp": "sealmark_platform.accounts.forms.AddAppForm",
    "add_webauthn": "sealmark_platform.accounts.forms.AddPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Sealmark"
MFA_TOTP_TOLERANCE = 1
SECOND_FACTOR = env.one_of("SEALMARK_SECOND_FACTOR", "recommended", "required")
OIDC = env.provider("SEALMARK_OIDC")
SOCIALACCOUNT_ADAPTER = "sealmark_platform.accounts.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC["app"]] if OIDC else [], "OAUTH_PKCE_ENABLED": True}}
# The way to the provider begins with a link: a policy for forms would have to name every host on that way.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")]
LOCALE_PATHS = [BASE / "locale"]
FORMAT_MODULE_PATH = ["sealmark_platform.formats"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(DATA / "files")}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_PROXY
SESSION_COOKIE_AGE = 12 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
API_REQUESTS_PER_MINUTE = 600
NINJA_NUM_PROXIES = 1 if BEHIND_PROXY else 0
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SILENCED_SYSTEM_CHECKS: list[str] = []

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Where readers find the platform, for links in mails.
ADDRESS = env.text("SEALMARK_ADDRESS", "http://127.0.0.1:8000/")
# Under which name the log of the trail is known; nothing: as it was at its beginning, else by the address.
LOG_ORIGIN = env.text("SEALMARK_LOG_ORIGIN")
# What opens the keys that sign certificates; in the demonstration the secret of the sessions does.
KEY_PASSPHRASE = env.secret("SEALMARK_KEY_PASSPHRASE")
PKCS11 = {
    "library": env.text("SEALMARK_PKCS11_LIBRARY"),
    "token": env.text("SEALMARK_PKCS11_TOKEN"),
    "pin": env.secret("SEALMARK_PKCS11_PIN"),
}
# JSON-LD contexts, pinned by digest.
CONTEXTS = Path(env.text("SEALMARK_CONTEXTS", str(DATA / "contexts"))).absolute()
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("SEALMARK_MAIL_FROM", "sealmark@localhost")
globals().update(env.mail(env.text("SEALMARK_MAIL"), DATA / "outbox"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "sealmark_platform.logs.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
