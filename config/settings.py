"""Django's settings, derived from the typed environment; this module decides nothing itself."""

import os
import sys
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from config import environment, logs, sqlite

BASE_DIR = Path(__file__).resolve().parent.parent
YUQING = environment.read(os.environ)
if YUQING.keeps_sqlite:
    sqlite.install()

SECRET_KEY = YUQING.secret_key
DEBUG = False
ALLOWED_HOSTS = list(YUQING.allowed_hosts)
if YUQING.public_url:
    ALLOWED_HOSTS.append(YUQING.public_url.split("://", 1)[1].split("/")[0].rsplit(":", 1)[0])
    CSRF_TRUSTED_ORIGINS = [YUQING.public_url]
SECURE_COOKIES = YUQING.public_url.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "monitor",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "monitor" / "web" / "templates"],
        "OPTIONS": {
            "builtins": ["monitor.web.templatetags.display"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "monitor.web.context.office",
            ],
            "libraries": {"display": "monitor.web.templatetags.display"},
        },
    }
]


def _database() -> dict[str, Any]:
    url = YUQING.database_url
    return _sqlite(url) if url.startswith("sqlite:") else _postgresql(url)


def _sqlite(url: str) -> dict[str, Any]:
    path = Path(url.removeprefix("sqlite:///"))
    path = path if path.is_absolute() else Path("/") / path
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        # A file, not memory: tests run on the real write-ahead log.
        "TEST": {"NAME": f"{path}.test"},
        "OPTIONS": {
            # IMMEDIATE: a write transaction queues at its start, never fails at its end.
            "transaction_mode": "IMMEDIATE",
            "timeout": 8,  # well inside every step's limit
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                "PRAGMA cache_size=-16000;"
            ),
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    # libpq's own reading of its addresses: several hosts, sslmode, a socket folder.
    parts = conninfo_to_dict(url, connect_timeout=5)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "yuqing"),
        "USER": parts.pop("user", ""),
        "PASSWORD": YUQING.database_password or parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **parts,
            # No statement of a step may outlast its limit; migrations and backups say otherwise.
            "options": "-c lock_timeout=8s -c idle_in_transaction_session_timeout=60s",
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_MODULES = {"monitor": "monitor.models.migrations"}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "monitor" / "web" / "static"]
WHITENOISE_USE_FINDERS = True

LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600  # one shift
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
LOGGING = logs.logging_config(YUQING, logs.service_of(YUQING, sys.argv))
