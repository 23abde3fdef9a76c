"""What becomes of log lines: plain for people, JSON for collectors, by YUQING_LOG_FORMAT."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from config.environment import Environment

FORMATTERS = {"plain": "monitor.stack.records.Lines", "json": "monitor.stack.records.JsonLines"}
_SECRET_FIELD = re.compile(r"_(?:password|key|token)$")


def logging_config(environment: Environment, service: str) -> dict[str, Any]:
    """Django's LOGGING: every line of ours and of every library goes to stderr in one form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": FORMATTERS[environment.log_format],
                "secrets": secrets_of(environment),
                "service": service,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # A line a hint would bury the lines that people read.
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            "waitress": {"level": "WARNING"},
            "matplotlib": {"level": "WARNING"},
            "elastic_transport": {"level": "WARNING"},
        },
    }


def secrets_of(environment: Environment) -> tuple[str, ...]:
    """Every value that no log may hold, also as it looks inside an address."""
    fields = environment.model_dump()
    plain = [
        str(value) for name, value in fields.items() if _SECRET_FIELD.search(name) and value
    ] + list(environment.secrets.values())
    for name, value in fields.items():
        if name.endswith("_url"):
            plain += _password_in(str(value))
    return tuple(dict.fromkeys(plain + [quote(value, safe="") for value in plain]))


def service_of(environment: Environment, argv: Sequence[str]) -> str:
    """YUQING_SERVICE, else what the command line says: worker, beat, web, or the command's name."""
    if environment.service:
        return environment.service
    program = Path(argv[0])
    words = [word for word in argv[1:] if not word.startswith("-")]
    if "celery" in (program.name, program.parent.name):  # the script, or python -m celery
        return next((word for word in words if word in ("worker", "beat")), "celery")
    return words[0] if words else "yuqing"


def _password_in(url: str) -> list[str]:
    try:
        password = urlsplit(url).password
    except ValueError:
        return []
    return [password, unquote(password)] if password else []
