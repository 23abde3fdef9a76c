"""Who is alive and what is wrong with the installation, for the 系统 page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from monitor.models import Heartbeat, Incident
from monitor.pipeline import services
from monitor.pipeline.findings import QUEUE_WORDS, name_of

SHOWN = 10
"""Incidents that the page lists."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service on one host as it was last heard of."""

    name: str
    host: str
    seen: datetime
    silent: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One incident, open or over."""

    row: Incident
    name: str
    lasted: timedelta


def vitals(now: datetime) -> dict[str, Any]:
    """`{"services": [Service], "incidents": [Standing], "stall": minutes}`; open ones first."""
    stall = timedelta(minutes=settings.YUQING.stall_minutes)
    told = Incident.objects.filter(tellings__gt=0)
    over = told.exclude(ended=None).order_by("-ended")[:SHOWN]
    rows = [*Incident.objects.filter(ended=None).order_by("began"), *over][:SHOWN]
    return {
        "services": [
            Service(_name(row.kind), row.host, row.seen, now - row.seen >= stall)
            for row in Heartbeat.objects.all()
        ],
        "incidents": [
            Standing(row, name_of(row.subject), (row.ended or now) - row.began) for row in rows
        ],
        "stall": settings.YUQING.stall_minutes,
    }


def _name(kind: str) -> str:
    own = {services.WEB: "控制台", services.WATCH: "值守"}
    return own.get(kind) or f"{QUEUE_WORDS.get(kind, kind)}服务"
