"""Who is alive: each queue's workers, the consoles, and whoever watches.

Beat sends a pulse to every queue; the worker that does it writes a row. So a fresh row says that
beat, broker, that worker and its way to the database are all well. The database's word is enough:
no process needs to ask another.
"""

import socket
from datetime import datetime, timedelta

from django.utils import timezone

from monitor.models import Heartbeat

PULSE_S = 30.0
WEB, WATCH = "web", "watch"
FORGOTTEN = timedelta(days=1)
"""A host that has not been heard of for so long is gone (containers get new names)."""
AHEAD = timedelta(minutes=1)
"""Clocks of two hosts may differ by so much."""


def seen(kind: str) -> None:
    """This host's worker of a queue (or its console) is alive now."""
    host = socket.gethostname()[:64]
    Heartbeat.objects.update_or_create(
        name=f"{kind}@{host}", defaults={"kind": kind, "host": host, "seen": timezone.now()}
    )


def newest(now: datetime) -> dict[str, datetime]:
    """When each kind was last alive on any host."""
    found: dict[str, datetime] = {}
    # What lies ahead was written while a clock stood wrong, and says nothing.
    rows = Heartbeat.objects.filter(seen__lte=now + AHEAD)
    for kind, at in rows.values_list("kind", "seen"):
        found[kind] = max(at, found.get(kind, at))
    return found


def last_look() -> datetime | None:
    """When somebody last watched."""
    return Heartbeat.objects.filter(name=WATCH).values_list("seen", flat=True).first()


def looked(now: datetime) -> None:
    """Somebody has watched; and hosts that are gone are forgotten."""
    Heartbeat.objects.update_or_create(
        name=WATCH, defaults={"kind": WATCH, "host": socket.gethostname()[:64], "seen": now}
    )
    Heartbeat.objects.filter(seen__lt=now - FORGOTTEN).delete()
