"""rescore: articles read before are read again with what workers know now.

Every analysis is stamped with the knowledge that read it, so what is still to be done follows from
the rows: killed at any moment, it is run again and goes on. Nothing is claimed. What was read is
written in one short transaction, and only over articles that nobody touched meanwhile; those are
met again in the next round. What people corrected holds, and no event is grouped anew. A text that
cannot be read is told of and left as it was; its neighbours are read.

Whoever comes new must not wait behind the past: the index and alert steps take the oldest first, so
a batch is begun only when little waits for them, or when nobody works it off anyway.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from monitor.models import Analysis, Article, Event, bulk
from monitor.models.claims import Claim
from monitor.models.illness import ILL, repeated
from monitor.pipeline import alert, analyse, group, index, knowledge, wake
from monitor.pipeline.analyse import Finding
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.step import CHARACTERS

log = logging.getLogger(__name__)

BATCH = 200
ROUNDS = 20
"""How often articles that others had in hand are looked for again."""
CROWD = {index: 10 * index.BATCH, alert: 10 * alert.BATCH}
"""Rows waiting for these steps above which the past lets them go first."""
PAUSE_S = 0.5
PATIENCE_S = 15.0
"""When nothing was worked off for so long, nobody is there to be kept waiting."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Articles read again so far, of so many that were read by older knowledge or another model;
    `unread` of them could not be read."""

    done: int
    total: int
    unread: int = 0


def rescore(
    since: datetime, *, rest: Callable[[float], None] = time.sleep, patience: float = PATIENCE_S
) -> Iterator[Progress]:
    """Read again every article published at or after `since`, yielding progress."""
    lore = knowledge.current()
    rows = due(since, lore.revision, lore.scorer.model.id)
    unread: set[int] = set()
    courtesy = _Courtesy(rest, patience)
    done, total = 0, rows.count()
    for _ in range(ROUNDS):
        last = 0
        while batch := _next(rows, last):
            yield Progress(done, max(done, total), len(unread))
            courtesy.wait()
            last = batch[-1].key
            if hopeful := [claim for claim in batch if claim.key not in unread]:
                done += repeated(partial(_again, hopeful, unread))
        left = rows.values_list("pk", flat=True)
        if all(pk in unread for pk in left.iterator(BATCH)):
            break
    if unread:
        log.error(
            "有 %d 篇文章读不了，已跳过，仍是原来的研读结果；编号和原因见上面的日志，请报给开发者",
            len(unread),
        )
    yield Progress(done, max(done, total), len(unread))


def due(since: datetime, revision: int, model: str) -> QuerySet[Article]:
    """Articles since then that were read by knowledge older than this revision; or by this one
    with another model, for an upgrade brings a new one and no revision. What newer knowledge read
    is not due, whatever its model."""
    older = Q(analysis__knowledge__lt=revision)
    otherwise = Q(analysis__knowledge=revision) & ~Q(analysis__model=model)
    return Article.objects.filter(
        older | otherwise,
        published__gte=since,
        analysed_edition=F("edition"),
        quarantined="",
    ).order_by("id")


def _next(rows: QuerySet[Article], last: int) -> list[Claim]:
    """The next articles, as many as one batch may hold, with the tokens they have now."""
    batch, size = [], 0
    for pk, token, length in rows.filter(pk__gt=last).values_list("pk", "token", "size")[:BATCH]:
        size += length
        if batch and size > CHARACTERS:
            break
        batch.append(Claim(pk, token, 0))
    return batch


class _Courtesy:
    """Lets new work pass, as long as somebody does it."""

    def __init__(self, rest: Callable[[float], None], patience: float) -> None:
        self._rest = rest
        self._patience = patience
        self._still: list[int | None] | None = None
        """What was at the front when our patience ended; None: somebody is at work."""

    def wait(self) -> None:
        """Come back when little waits, or when nothing of it moved for too long."""
        idle, front = 0.0, _fronts()
        while _crowded() and front != self._still:
            if idle >= self._patience:
                self._still = front
                return
            self._rest(PAUSE_S)
            before, front = front, _fronts()
            idle = idle + PAUSE_S if front == before else 0.0


def _crowded() -> bool:
    now = timezone.now()
    return any(step.due(now)[: most + 1].count() > most for step, most in CROWD.items())


def _fronts() -> list[int | None]:
    """The oldest row that waits for each of the steps; it moves when somebody works."""
    now = timezone.now()
    return [step.due(now).values_list("pk", flat=True).first() for step in CROWD]


def _read(claims: Sequence[Claim], lore: Lore, unread: set[int]) -> list[Finding]:
    """Read a batch, one by one if it fails: whose text cannot be read is added to `unread`. An ill
    database is no text's fault."""
    try:
        return analyse.read(claims, lore)
    except ILL:
        raise
    except Exception:
        if len(claims) > 1:
            return [finding for claim in claims for finding in _read([claim], lore, unread)]
        (claim,) = claims
        unread.add(claim.key)
        log.exception(
            "文章 %d 读不了，跳过（第 %d 篇）",
            claim.key,
            len(unread),
            extra={"article": claim.key},
        )
        return []


def _again(claims: Sequence[Claim], unread: set[int]) -> int:
    """Read and write one batch; returns how many articles were written."""
    lore = knowledge.current()
    findings = _read(claims, lore, unread)
    with transaction.atomic():
        version = group.overtake()  # stories are read anew: every window is to hear of it
        _hold_events([finding.article for finding in findings])
        mine = _mine(findings)
        kept = [finding for finding in findings if finding.article in mine]
        noted = Analysis.objects.filter(pk__in=mine, noteworthy=True)
        worth = set(noted.values_list("pk", flat=True))
        worth |= {one.article for one in kept if analyse.noteworthy(one.reading)}
        analyse.keep(kept, lore.revision)
        bulk.update(
            Article,
            (
                "sentiment = %s",
                "negative = %s",
                "grouped_in = CASE WHEN grouped_in IS NULL THEN grouped_in ELSE %s END",
                "rev = rev + 1",
            ),
            [(one.sentiment.value, one.negative, version, one.article) for one in kept],
            where=("id",),
        )
        Event.objects.filter(pk__in={mine[article] for article in worth}).update(
            rev=F("rev") + 1, touched=timezone.now()
        )
        wake.hint("index", "alert")
    return len(kept)


def _hold_events(articles: Sequence[int]) -> None:
    """Lock the events before their articles, as all do who lock both."""
    of = Article.objects.filter(pk__in=articles, event__isnull=False).order_by()
    events = set(of.values_list("event", flat=True))
    list(Event.objects.select_for_update(no_key=True).filter(pk__in=events).order_by("pk"))


def _mine(findings: Sequence[Finding]) -> dict[int, int | None]:
    """Those of these articles, locked, that are still as they were read; with their events."""
    held = {finding.article: (finding.token, finding.edition) for finding in findings}
    rows = Article.objects.select_for_update(no_key=True).filter(pk__in=list(held)).order_by("pk")
    found = rows.values_list("pk", "token", "analysed_edition", "event")
    return {pk: event for pk, token, edition, event in found if held[pk] == (token, edition)}
