"""Rows that nobody could digest: kept apart with the reason, and run again when asked."""

from dataclasses import dataclass
from functools import partial

from monitor.models import Article, Delivery, Event
from monitor.models.illness import repeated
from monitor.pipeline import wake

MOST = 1000
KINDS = {Article: "文章", Event: "事件", Delivery: "送达"}


@dataclass(frozen=True, slots=True)
class Kept:
    """One row in quarantine: what it is, at which step it failed, and the last line of why."""

    kind: str
    id: int
    title: str
    step: str
    why: str


def listing() -> list[Kept]:
    """What is in quarantine, at most MOST of each kind."""
    return [
        Kept(
            kind, row.pk, str(row), row.quarantined, (row.failure.strip().splitlines() or [""])[-1]
        )
        for model, kind in KINDS.items()
        for row in model.objects.exclude(quarantined="").order_by("pk")[:MOST]
    ]


def counts() -> dict[str, int]:
    """How many rows of each kind are in quarantine; kinds without any are left out."""
    found = {kind: model.objects.exclude(quarantined="").count() for model, kind in KINDS.items()}
    return {kind: n for kind, n in found.items() if n}


def rerun() -> int:
    """Give everything in quarantine its tries back; returns how many rows."""
    fresh = {"quarantined": "", "attempts": 0, "failure": "", "until": None, "owner": ""}
    rows = 0
    for model in KINDS:
        also = {"state": Delivery.QUEUED} if model is Delivery else {}
        kept = model.objects.exclude(quarantined="")
        # A transaction each: the steps lock rows of several tables in an order of their own.
        rows += repeated(partial(kept.update, **fresh, **also))
    wake.hint("analyse", "group", "index", "alert", "deliver")
    return rows
