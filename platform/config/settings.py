"""All settings of the site. Only FAULTLINE_* variables change them; docs/settings.md lists them."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.core.management.utils import get_random_secret_key

from config import environment as env
from config.parts import OWN_APPS, offered
from judge.home import find_home

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = find_home()

DEBUG = env.flag("FAULTLINE_DEBUG")
# Without a key of its own every process makes one up, which is enough for a command or a test.
# Two processes would then not trust each other's log-ins, so config.asgi refuses to serve.
SECRET_KEY_IS_MADE_UP = env.text("FAULTLINE_SECRET_KEY") == ""
SECRET_KEY = env.text("FAULTLINE_SECRET_KEY") or get_random_secret_key()

# ------------------------------------------------------------------- addresses
ORIGIN = env.origin("FAULTLINE_ORIGIN")
ALLOWED_HOSTS = env.words("FAULTLINE_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
if ORIGIN:
    name = str(ORIGIN.hostname)
    # Django compares with the brackets that an IPv6 address has in a URL.
    ALLOWED_HOSTS.append(f"[{name}]" if ":" in name else name)
    CSRF_TRUSTED_ORIGINS = [f"{ORIGIN.scheme}://{ORIGIN.netloc}"]
HTTPS = ORIGIN is not None and ORIGIN.scheme == "https"
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

# ------------------------------------------------------------------------ parts
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "rest_framework",
    "drf_spectacular",
    *OWN_APPS,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "web.headers.SecurityHeaders",
    "csp.middleware.CSPMiddleware",
    "web.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context.page",
            ],
            "builtins": ["web.templatetags.faultline"],
        },
    }
]
LABS_DIR = env.folder("FAULTLINE_LABS", ROOT / "labs")
CONTENT_DIR = env.folder("FAULTLINE_CONTENT", ROOT / "content")
# What the home page asks the apps above it; web/front_page.py says what each returns.
HOME_STEPS = offered("home", "next_step")
HOME_CHAPTERS = offered("home", "chapters")
HOME_FAMILIES = offered("home", "families")

# Clusters a worker keeps started and frozen; each takes some 0.4 GB. 0 starts every one cold.
WARM_SANDBOXES = env.number("FAULTLINE_WARM", 1)

# --------------------------------------------------------------- database, Redis
DATABASES = {"default": env.database("FAULTLINE_DATABASE_URL", HOME.path / "faultline.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL, CELERY_BROKER_URL = env.redis("FAULTLINE_REDIS_URL", f"unix://{HOME.run / 'redis.sock'}")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if env.text("FAULTLINE_REDIS_URL"):
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }

# The database row owns an attempt; a message is only a hint, so losing or doubling one is
# harmless. Early acknowledgement and no prefetch need no visibility timeout to be right.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A run must outlive a Redis that restarts under it: cancelled tasks are lost, not run again.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}

# --------------------------------------------------------------------- accounts
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:log-in"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
]
# move(guest, owner): gives the guest's rows to the account logged in to, in one transaction.
GUEST_WORK_MOVERS = offered("guest_work", "move")
# A guest's only key to their work is the session, so it lasts half a year.
SESSION_COOKIE_AGE = 180 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "web.errors.csrf_failure"

# -------------------------------------------------------------------- API (DRF)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # Who calls is told by the connection: a header that anybody may write would lift every limit.
    "NUM_PROXIES": 0,
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": [
        "web.throttles.VisitorThrottle",
        "web.throttles.PersonThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "240/min"},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Faultline",
    "DESCRIPTION": "Labs, submissions and attempts: everything that the pages can do.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

# --------------------------------------------------------------- what browsers may do
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        # CodeMirror writes its own <style>; it carries the nonce of the page.
        "style-src": [SELF, NONCE],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the proxy that holds the certificate redirects
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
if env.flag("FAULTLINE_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# ------------------------------------------------------------------ static files, words
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("FAULTLINE_STATIC") or HOME.path / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_THOUSAND_SEPARATOR = True
