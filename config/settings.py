"""One settings file for every way of running. What differs comes from the environment.

PLUMBLINE_ENVIRONMENT is `local` (the default: plain HTTP, answers to this machine's names only)
or `production` (HTTPS, a key and host names are demanded).
"""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import env
from config.databases import database
from config.keys import local_key

ROOT = Path(__file__).resolve().parent.parent
env.load_file(ROOT / ".env")

ENVIRONMENT = env.env_choice(
    "PLUMBLINE_ENVIRONMENT", default="local", choices=("local", "production")
)
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.env_bool("PLUMBLINE_DEBUG", default=False)
VAR_DIR = Path(env.env_text("PLUMBLINE_VAR", default=str(ROOT / "var")))

# --- Keys and names ---------------------------------------------------------------------------

SECRET_KEY = env.env_secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.env_list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.env_list("ALLOWED_HOSTS")
if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("PLUMBLINE_DEBUG cannot be true in production.")
    if not SECRET_KEY:
        raise ImproperlyConfigured("Set SECRET_KEY or SECRET_KEY_FILE in production.")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("Set ALLOWED_HOSTS to the exact host names of this site.")
else:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    SECRET_KEY = SECRET_KEY or local_key(VAR_DIR / "secret_key")
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1", "[::1]"]

# Origins that a connection's base URL may use besides public https (a sandbox, a private proxy).
PLUMBLINE_ALLOWED_ORIGINS = env.env_origins("PLUMBLINE_ALLOWED_ORIGINS")
# The origin at which vendors reach this site with webhooks; empty: polling alone.
PLUMBLINE_PUBLIC_URL = next(iter(env.env_origins("PLUMBLINE_PUBLIC_URL")), "")
# How many of our own proxies stand in front; only that many X-Forwarded-For entries are believed.
PLUMBLINE_PROXIES = env.env_int("PLUMBLINE_PROXIES", default=0, most=5)
METRICS_TOKEN = env.env_secret("METRICS_TOKEN")

# --- E-mail -----------------------------------------------------------------------------------

# Without a server, mail of a local installation lies in a folder: nothing leaves the machine.
EMAIL_HOST = env.env_text("EMAIL_HOST")
EMAIL_PORT = env.env_int("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env.env_text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.env_secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.env_bool("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10  # seconds; a sender's lease is longer
DEFAULT_FROM_EMAIL = env.env_text("EMAIL_FROM", default="Plumbline <plumbline@localhost>")
# Who is told by `manage.py lookout` when the house itself has stopped.
PLUMBLINE_ALARM_EMAILS = env.env_list("PLUMBLINE_ALARM_EMAILS")
PLUMBLINE_ALARM_URL = env.env_secret("PLUMBLINE_ALARM_URL")
if not EMAIL_HOST and not PRODUCTION:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "config.apps.EngineeringAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",  # its widget templates, which ours may override
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_q",
    "django_tables2",
    "config.apps.ConfigConfig",
    "integrations",
    "monitoring",
    "reconciliation",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.session_limits",
    "config.middleware.private_pages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.frame",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data -------------------------------------------------------------------------------------

DATABASES = {
    "default": database(env.env_secret("DATABASE_URL"), default_file=VAR_DIR / "plumbline.sqlite3")
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# --- Background work --------------------------------------------------------------------------

# django-q2 only wakes us; our rows own the work (docs/decisions/0002). retry must exceed
# timeout x (queue_limit / workers + 1), or a slow task is started twice.
_WORKERS = env.env_int("PLUMBLINE_WORKERS", default=4, least=1, most=32)
WORK_SECONDS = 60  # the longest a task may run
_LANE = {"workers": _WORKERS, "queue_limit": _WORKERS, "timeout": WORK_SECONDS, "retry": 180}
Q_CLUSTER = {
    **_LANE,
    "name": "plumbline",
    "label": "Background work",
    "orm": "default",
    "bulk": 1,
    "ack_failures": True,
    "max_attempts": 1,
    "save_limit": -1,  # successes are not kept; no chains, hooks or result()
    "catch_up": False,
    "poll": 0.2,
    "guard_cycle": 1,
    "recycle": 500,
    "max_rss": 300_000,  # KiB; a clean exit before the kernel picks a victim
    "log_level": "WARNING",
    "ALT_CLUSTERS": {"realtime": _LANE, "bulk": _LANE, "reports": _LANE},
}

# --- People -----------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
_PASSWORDS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_PASSWORDS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_PASSWORDS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_PASSWORDS}.CommonPasswordValidator"},
    {"NAME": f"{_PASSWORDS}.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

AXES_VERBOSE = False
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# Name and address together: a stranger cannot lock a colleague out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "config.client_address.client_address"
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"

SESSION_COOKIE_AGE = 12 * 60 * 60  # the longest a login lasts, whatever is clicked
SESSION_IDLE_SECONDS = 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = env.env_origins("CSRF_TRUSTED_ORIGINS")

# --- The browser ------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.env_bool("PLUMBLINE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    if PLUMBLINE_PROXIES:  # our proxy must set or strip this header
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [ROOT / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.assets.finder.PlotlyFinder",
]
_HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _HASHED if PRODUCTION else _PLAIN},
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION

# --- Language, time, logs ---------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # stores have their own zones; the server has none

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.KeyValueFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": env.env_choice(
            "PLUMBLINE_LOG_LEVEL",
            default="INFO",
            choices=("DEBUG", "INFO", "WARNING", "ERROR"),
        ),
    },
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django-q": {"level": "WARNING"},  # it names every process that starts and stops
        "httpx": {"level": "WARNING"},  # its INFO lines carry whole URLs
        "httpcore": {"level": "WARNING"},
    },
}
