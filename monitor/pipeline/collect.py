"""collect: due sources → conditional GET → entries → new articles, sightings, editions.

One transaction a source writes its articles together with its health, so that a source is
either wholly told of or will be polled again.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from monitor.catalog import values as catalog
from monitor.collect import backoff
from monitor.collect.fetch import Fetcher
from monitor.collect.kinds import Polled, PollFailure, PollRequest, poll_many
from monitor.models import Source
from monitor.models.claims import Claim, Lane
from monitor.models.illness import ILL, repeated
from monitor.pipeline import knowledge, wake
from monitor.pipeline.arrivals import arrivals
from monitor.pipeline.intake import Gain, take_in
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.step import LEASE_SLACK, Step, Waiting, waiting
from monitor.text.legible import legible

log = logging.getLogger(__name__)

LIMIT = timedelta(seconds=45)
DEADLINE_S = 30.0
"""The whole batch's polling; the rest of the limit is for writing."""
BATCH = 16
FARTHEST = timedelta(hours=27)
"""No source is ever due later (a day's interval and a tenth): such a date was written while the
clock stood wrong, and counts as now."""

Outcome = Polled | PollFailure

UNWRITABLE = PollFailure(
    "internal", "系统自身出错，没能写入该信源的文章：请把日志中该信源的报错交给系统管理员。"
)

LANE = Lane(
    Source,
    "collect",
    "active AND (due <= %s OR due > %s)",
    "due",
    LIMIT + LEASE_SLACK,
    endless=True,
)


def batch() -> int:
    """Poll up to BATCH due sources concurrently; returns how many."""
    lore = knowledge.current()  # before the claim: what cannot be loaded is no source's fault
    now = timezone.now()
    claims = LANE.claim(now, BATCH, [now, now + FARTHEST])
    if claims:
        poll(claims, lore)
    return len(claims)


def poll(claims: Sequence[Claim], lore: Lore) -> None:
    """Poll claimed sources; each is written as soon as its answer is there."""
    rows = Source.objects.in_bulk([claim.key for claim in claims])
    held = {claim.key: claim for claim in claims}
    requests = []
    for slug, row in rows.items():
        source = lore.sources.get(slug)
        if source is None:
            # Removed since it was claimed, or faulty in the catalogue: it rests for a lease, or
            # this process would claim it again and again.
            LANE.release([held[slug]], until=timezone.now() + LANE.lease)
            continue
        requests.append(
            PollRequest(
                slug=slug,
                kind=source.kind,
                url=source.url,
                etag=row.etag,
                last_modified=row.last_modified,
                options=source.options,
            )
        )
    for request, outcome in _outcomes(requests):
        source, claim = lore.sources[request.slug], held[request.slug]
        _record_surely(source, claim, outcome)


def _record_surely(source: catalog.Source, claim: Claim, outcome: Outcome) -> None:
    try:
        repeated(lambda: _record(source, claim, outcome))
    except ILL:
        raise  # which says nothing about the source: the lease runs out
    except Exception:
        log.exception("信源 %s 的内容写不进数据库", source.slug, extra={"source": source.slug})
        repeated(lambda: _record(source, claim, UNWRITABLE))


def _outcomes(requests: Sequence[PollRequest]) -> Iterator[tuple[PollRequest, Outcome]]:
    """Each source's outcome as soon as it is there."""

    async def ask(tell: Callable[[tuple[PollRequest, Outcome]], None]) -> None:
        async with Fetcher(
            allow=settings.YUQING.fetch_allow,
            user_agent=settings.YUQING.user_agent,
            proxy=settings.YUQING.proxy_url,
        ) as fetcher:
            await poll_many(
                requests,
                fetcher,
                timezone.now(),
                deadline=DEADLINE_S,
                tell=lambda request, outcome: tell((request, outcome)),
            )

    return arrivals(ask, LIMIT.total_seconds())


def _record(source: catalog.Source, claim: Claim, outcome: Outcome) -> None:
    now = timezone.now()
    with transaction.atomic():
        if not LANE.mine([claim]):
            return
        row = Source.objects.get(pk=source.slug)
        row.polled, row.owner, row.until, row.attempts = now, "", None, 0
        if isinstance(outcome, PollFailure):
            # "late" says that the batch's time was up, nothing about the source.
            row.failures += outcome.code != "late"
            row.code, row.words = outcome.code[:64], legible(outcome.words)[:500]
            gain = Gain()
            log.warning(
                "信源 %s 失败（%d）：%s",
                source.slug,
                row.failures,
                outcome.words,
                extra={"source": source.slug},
            )
        else:
            gain = take_in(source.slug, outcome.entries, now)
            row.failures, row.code, row.words = 0, "", ""
            row.succeeded, row.notes = now, [legible(note) for note in outcome.notes[:10]]
            if not outcome.not_modified:
                row.etag = legible(outcome.etag)[:500]
                row.last_modified = legible(outcome.last_modified)[:100]
            if gain.articles:
                row.gained = now
                log.info(
                    "信源 %s：新文章 %d 篇",
                    source.slug,
                    gain.articles,
                    extra={"source": source.slug},
                )
        row.due = backoff.next_poll(
            now,
            source.interval_s,
            row.failures,
            outcome.retry_after,
            slug=source.slug,
        )
        row.save()
        if gain.articles or gain.editions:
            wake.hint("analyse")


def look(now: datetime) -> Waiting:
    due = Q(due__lte=now) | Q(due__gt=now + FARTHEST)
    return waiting(Source.objects.filter(due, active=True), "due", now)


def make_all_due() -> int:
    """Have every active source polled at once; returns how many."""
    return Source.objects.filter(active=True).update(due=timezone.now())


STEP = Step("collect", "collect", LIMIT, batch, look)
