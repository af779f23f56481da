"""Settings of the hub: every switch is an environment variable, read here and nowhere else.

Keys come from the environment. Only a demonstration (embedded server, or ``CMDM_MODE=demo``) makes its own,
in ``.cmdm/keys``; any other start without keys, or with a demonstration's, is refused.
"""

import base64
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from cmdm import keyring, logs
from cmdm.database.url import database_urls

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("CMDM_DATA", default=str(BASE_DIR / ".cmdm")))
DEMO = env.str("CMDM_MODE", default="") == "demo" or not env.str("DATABASE_URL", default="")
DEBUG = keyring.debugging(env.bool("CMDM_DEBUG", default=False), demo=DEMO)
HTTPS = env.bool("CMDM_HTTPS", default=not DEMO)

KEYS = keyring.load(env.str, data_dir=DATA_DIR, demo=DEMO)
SECRET_KEY = KEYS.secret
ALLOWED_HOSTS = env.list("CMDM_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS and host != "*"]

INSTALLED_APPS = [
    "cmdm.apps.HubAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "simple_history",
    "django_q",
    "axes",
    "csp",
    "django_htmx",
    "cmdm.apps.KitConfig",
    "customers",
    "matching",
    "consent",
    "stewardship",
    "import_export",  # after the kit, whose command `export` is the hub's
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cmdm.middleware.RequestEdge",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cmdm.middleware.Languages",
    "cmdm.middleware.SessionRules",
    "cmdm.middleware.Denials",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cmdm.urls"
WSGI_APPLICATION = "cmdm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cmdm.navigation.navigation",
                "cmdm.pagehelp.explained",
                "stewardship.views.keys.pressed",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

APP_URL, OWNER_URL = database_urls()
DATABASES = {"default": environ.Env.db_url_config(APP_URL)}
DATABASES["default"].update(
    CONN_MAX_AGE=600,
    CONN_HEALTH_CHECKS=True,
    ENGINE="cmdm.database.backend",
    OPTIONS={**DATABASES["default"].get("OPTIONS", {}), "application_name": "cmdm"},
)
PREPARED = env.bool("CMDM_PREPARED", default=True)  # no: behind a pooler that hands on connections between transactions
DATABASE_OWNER = environ.Env.db_url_config(OWNER_URL) if OWNER_URL else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cmdm_cache"}}

# Sign-in
AUTH_USER_MODEL = "cmdm.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address"]
AXES_VERBOSE = False
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = True

# Sessions: at most a working day, ended by an hour without a request
SESSION_COOKIE_AGE = 10 * 3600
SESSION_IDLE_SECONDS = 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "cmdm.views.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("CMDM_PROXY", default=False) else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Bounds of what comes in
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
UPLOAD_MAX_BYTES = env.int("CMDM_UPLOAD_MAX_BYTES", default=1024 * 1024 * 1024)

# Languages and time
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German")), ("fr", _("French")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]

# Static files
STATIC_URL = "static/"
STATIC_ROOT = None if DEMO else BASE_DIR / "staticfiles"  # a demonstration serves what lies in the folders
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEMO
WHITENOISE_MAX_AGE = 60 if DEMO else 3600
_STATIC = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEMO else _STATIC},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "cmdm.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["cmdm.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "cmdm.api.problems.problem_response",
    "DEFAULT_VERSIONING_CLASS": None,
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "UNICODE_JSON": True,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Customer hub",
    "DESCRIPTION": "Records in, golden customers out.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # the schema reads the catalogue; a test generates it
}
IDENTIFY_PER_MINUTE = env.int("CMDM_IDENTIFY_PER_MINUTE", default=120)

Q_TIMEOUT = 300
Q_CLUSTER = {
    "name": "cmdm",
    "orm": "default",
    "workers": env.int("CMDM_WORKERS", default=2),
    "queue_limit": 2,
    "bulk": 1,
    "poll": 0.5,
    "timeout": Q_TIMEOUT,
    "retry": 3 * Q_TIMEOUT + 60,
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "recycle": 50,
    "max_rss": 2_000_000,
    "save_limit": 250,
}

SIMPLE_HISTORY_ENABLED = False  # versions are written set-based by cmdm.history, never by the save hook
SIMPLE_HISTORY_DATE_INDEX = False
IMPORT_EXPORT_USE_TRANSACTIONS = True
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # rights are read by cmdm.access, no backend

# The customers' portal, and its mails
PORTAL_PATHS = ("/my/", "/u/")
HUB_URL = env.str("CMDM_URL", default=f"https://{ALLOWED_HOSTS[0]}" if HTTPS else "http://127.0.0.1:8000").rstrip("/")
vars().update(env.email_url("CMDM_MAIL_URL", default="filemail://" if DEMO else "smtp://localhost:25"))
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("CMDM_MAIL_FROM", default="portal@localhost")
PORTAL_NAME = env.str("CMDM_PORTAL_NAME", default="Nordlicht" if DEMO else "Customer portal")
PORTAL_DOMAIN = env.str("CMDM_PORTAL_DOMAIN", default="")  # where people who register belong; empty: the oldest

LOGGING = logs.configuration(level=env.str("CMDM_LOG_LEVEL", default="INFO"))
DIGEST_KEY = base64.b64decode(KEYS.digest)
