"""
Django's settings: one venue, from its environment and its state directory.

    HUTONG_STATE                where the venue keeps its files (paths.py)
    HUTONG_DATABASE_URL         the application's database; the supervisor sets it for the embedded one
    HUTONG_OWNER_DATABASE_URL   the owner's, for migrations
    HUTONG_ORIGIN               how the venue is reached from outside, e.g. https://exchange.example
    HUTONG_SECRET_KEY           Django's key; made in the state directory when absent
    HUTONG_DOCUMENTS_URL        s3://bucket?endpoint=…; absent: files in the state directory
    HUTONG_TIMESTAMP_URL        an RFC 3161 authority that timestamps certificates; absent: none
    HUTONG_TIMESTAMP_AUTHORITIES  a PEM file of the certificates its chain leads to
    HUTONG_LOG_URL              where the log's static files go: a folder or s3://…; absent: <state>/log
    HUTONG_EMAIL_URL            console:, file:, or smtp://user:password@host:port
    HUTONG_DEBUG                1 for tracebacks on pages (loopback only)
"""

import importlib.util
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from hutong.node import console
from hutong.node.areas import AREAS
from hutong.node.paths import CHECKOUT, state_directory

STATE = state_directory()
ORIGIN = os.environ.get("HUTONG_ORIGIN", "http://127.0.0.1:8000")
DEBUG = os.environ.get("HUTONG_DEBUG") == "1"
LOOPBACK = urlsplit(ORIGIN).hostname in {"127.0.0.1", "localhost", "::1"}


def _secret_key() -> str:
    if given := os.environ.get("HUTONG_SECRET_KEY"):
        return given
    file = STATE / "keys" / "django-secret"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return file.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = [urlsplit(ORIGIN).hostname or "localhost", "127.0.0.1", "localhost", "testserver"]
CSRF_TRUSTED_ORIGINS = [ORIGIN]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ORIGIN.startswith("https:")
SECURE_HSTS_SECONDS = 31_536_000 if ORIGIN.startswith("https:") else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    *(f"hutong.{area}" for area in AREAS if importlib.util.find_spec(f"hutong.{area}")),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "ninja",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hutong.ui.compressed.Files",
    "hutong.ui.compressed.Pages",
    "hutong.ui.csp.ContentSecurityPolicyMiddleware",
    "hutong.transparency.caching.shared_files",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hutong.node.middleware.ActorMiddleware",
    "hutong.parties.foreign.HomeElsewhere",
    "hutong.node.middleware.OnceMiddleware",
    "axes.middleware.AxesMiddleware",
]
if not importlib.util.find_spec("hutong.ui.csp"):
    MIDDLEWARE.remove("hutong.ui.csp.ContentSecurityPolicyMiddleware")

ROOT_URLCONF = "hutong.node.urls"
WSGI_APPLICATION = "hutong.node.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "hutong.portal.context.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    parts = conninfo_to_dict(url)
    options = {
        k: v for k, v in parts.items() if k not in {"dbname", "user", "password", "host", "port"}
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "hutong"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "") or ""),
        "OPTIONS": {**options, "application_name": os.environ.get("HUTONG_PROCESS", "hutong")},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASE_URL = os.environ.get("HUTONG_DATABASE_URL", "postgresql:///hutong")
OWNER_DATABASE_URL = os.environ.get("HUTONG_OWNER_DATABASE_URL", DATABASE_URL)
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "parties.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "hutong.parties.backends.Password",
    "hutong.parties.backends.Account",
]
PASSWORD_HASHERS = ["hutong.parties.hashers.Argon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "hutong.parties.accounts.Adapter"
ACCOUNT_SIGNUP_FORM_CLASS = "hutong.parties.accounts.SignUpForm"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Hutong"
MFA_ADAPTER = "hutong.parties.mfa.Adapter"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOOPBACK
LOGIN_REDIRECT_URL = "/my"
LOGIN_URL = "account_login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SESSION_ENGINE = "hutong.node.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "hutong_session"
CSRF_COOKIE_NAME = "hutong_csrf"
CSRF_FAILURE_VIEW = "hutong.ui.stash.csrf_failed"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "hutong_language"
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"
_MODULES = CHECKOUT / "node_modules"
STATICFILES_DIRS = [
    (prefix, _MODULES / path)
    for prefix, path in {
        "vendor/tabler": "@tabler/core/dist",
        "vendor/htmx": "htmx.org/dist",
        "vendor/alpine": "@alpinejs/csp/dist",
        "vendor/echarts": "echarts/dist",
    }.items()
    if (_MODULES / path).is_dir()
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
FONT_DIRECTORIES = [
    Path(os.environ["HUTONG_FONT_DIRECTORY"])
    if "HUTONG_FONT_DIRECTORY" in os.environ
    else _MODULES / "@expo-google-fonts" / "noto-sans-sc"
]
TIMESTAMP_URL = os.environ.get("HUTONG_TIMESTAMP_URL", "")
TIMESTAMP_AUTHORITIES = os.environ.get("HUTONG_TIMESTAMP_AUTHORITIES", "")

DOCUMENTS_URL = os.environ.get("HUTONG_DOCUMENTS_URL", "")
LOG_URL = os.environ.get("HUTONG_LOG_URL", "")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_HANDLERS = [
    "hutong.documents.uploads.LimitHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]


def _email(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme in {"smtp", "smtps"}:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_TIMEOUT": 20,
        }
    if parts.scheme == "file":
        folder = Path(parts.path) if parts.path else STATE / "mail"
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(folder),
        }
    return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}


globals().update(_email(os.environ.get("HUTONG_EMAIL_URL", "console:")))
DEFAULT_FROM_EMAIL = os.environ.get(
    "HUTONG_EMAIL_FROM", f"hutong@{urlsplit(ORIGIN).hostname or 'localhost'}"
)

console.configure()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.security": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},  # a refusal is no event for the console
        "procrastinate": {"level": "WARNING"},
    },
}
