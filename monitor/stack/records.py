"""Log records as lines: for people, or as JSON for whatever collects them.

    {"ts": "2026-11-23T08:00:00.123+08:00", "level": "WARNING", "logger": "monitor.pipeline.alert",
     "message": "预警 2026-0007：…", "service": "worker-notify", "process": 71, "step": "alert",
     "alert": "2026-0007", "event": 12}

A line says what it is about by `extra={"alert": number}` (any of ABOUT), and which step wrote it by
itself. No line holds a secret: known ones are struck out, and whatever looks like one.
"""

import json
import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from monitor.words import SHANGHAI

ABOUT = (
    "step",
    "source",
    "article",
    "event",
    "alert",
    "notice",
    "delivery",
    "channel",
    "export",
)
"""What a line can be about, in the order in which JSON lines name it."""
STRUCK = "＊＊＊"
SHORTEST = 4
"""Shorter secrets are left alone: striking out every "a" would hide the line itself."""
LONGEST = 16_000
"""Characters of a message or a traceback; log collectors cut or refuse longer lines."""

_LOOKS_SECRET = re.compile(
    r"(?P<name>[?&](?:key|token|access_token|secret|sign|signature|password)=)[^&\s\"'<>）]+"
    r"|(?P<login>://[^/\s:@]*:)[^/\s@]+(?=@)"
    r"|(?P<bearer>\b(?:Bearer|Basic|ApiKey)\s+)[A-Za-z0-9+/=._~-]{8,}",
    re.IGNORECASE,
)
_step: ContextVar[str] = ContextVar("step", default="")


@contextmanager
def within(step: str) -> Iterator[None]:
    """Lines written inside are this step's."""
    token = _step.set(step)
    try:
        yield
    finally:
        _step.reset(token)


class Lines(logging.Formatter):
    """Lines for people: the words alone, for whoever shows them adds time and service."""

    def __init__(self, secrets: Iterable[str] = (), service: str = "") -> None:
        super().__init__("%(message)s")
        known = {secret for secret in secrets if len(secret) >= SHORTEST}
        self._secrets = sorted(known, key=len, reverse=True)
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        return self.strike(super().format(record))

    def strike(self, text: str) -> str:
        """The text without what must not be read in a log."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, STRUCK)
        return _LOOKS_SECRET.sub(_without_value, text)


class JsonLines(Lines):
    """One JSON object a line; an exception is one of its fields."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, SHANGHAI)
        line: dict[str, object] = {
            "ts": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._text(record.getMessage()),
            "service": self.service,
            "process": record.process or os.getpid(),
        }
        about = {"step": _step.get()} | record.__dict__
        line |= {name: about[name] for name in ABOUT if about.get(name) not in (None, "")}
        trace = self._trace(record)
        if trace:
            line["exception"] = trace
        return json.dumps(line, ensure_ascii=False, default=str)

    def _trace(self, record: logging.LogRecord) -> str:
        trace = record.exc_text or ""
        if record.exc_info and not trace:
            trace = self.formatException(record.exc_info)
        if record.stack_info:
            trace = f"{trace}\n{record.stack_info}".strip()
        return self._text(trace, tail=True)

    def _text(self, text: str, *, tail: bool = False) -> str:
        """Struck before it is cut, for half a key is still half a key; a trace tells at its end."""
        text = self.strike(text)
        if len(text) <= LONGEST:
            return text
        return "…" + text[-LONGEST:] if tail else text[:LONGEST] + "…"


def _without_value(found: re.Match[str]) -> str:
    return f"{found['name'] or found['login'] or found['bearer']}{STRUCK}"
