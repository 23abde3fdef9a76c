"""YUQING_DATABASE_URL as Django's settings of a database."""

from pathlib import Path
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

LOCK_S, IDLE_S = 8, 60
"""No lock is waited for longer than a step may take, and no transaction may fall asleep."""
UNREADABLE = (
    "读不懂。应形如 postgresql://用户@主机:5432/库名?sslmode=verify-full&sslrootcert=CA证书路径；"
    "密码请用 YUQING_DATABASE_PASSWORD 或 YUQING_DATABASE_PASSWORD_FILE 给出"
)
WATCHED = {
    # A server whose machine or network vanished is given up within half a minute.
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
    "application_name": "yuqing",
}


def read(url: str) -> dict[str, str]:
    """The parts of a PostgreSQL address as libpq reads them: several hosts, TLS, a socket's folder.

    ValueError, in words without the address (it may hold a password), when it is none.
    """
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:
        raise ValueError(UNREADABLE) from None
    # A password with @ or / in it, not written as %40 or %2F, ends up in host and name.
    if set("@:/") & set(str(parts.get("dbname", ""))) or "@" in str(parts.get("host", "")):
        raise ValueError(UNREADABLE)
    return {name: str(value) for name, value in parts.items()}


def configured(url: str, password: str = "") -> dict[str, Any]:
    """What stands under DATABASES; a password of its own goes before one in the address."""
    return _sqlite(url) if url.startswith("sqlite:") else _postgresql(url, password)


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
            "timeout": LOCK_S,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                "PRAGMA cache_size=-16000;"
            ),
        },
    }


def _postgresql(url: str, password: str) -> dict[str, Any]:
    parts = WATCHED | read(url)
    limits = f"-c lock_timeout={LOCK_S}s -c idle_in_transaction_session_timeout={IDLE_S}s"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "yuqing"),
        "USER": parts.pop("user", ""),
        "PASSWORD": password or parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **{name: value for name, value in parts.items() if name != "password"},
            "options": f"{limits} {parts.get('options', '')}".strip(),
            "prepare_threshold": 5,  # for monitor.models.bulk; Django's own cursors prepare nothing
        },
    }
