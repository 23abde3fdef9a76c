"""collect: due sources → conditional GET → entries → new articles, sightings, editions.

One transaction a source writes its articles together with its health, so that a source is
either wholly told of or will be polled again.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from monitor.catalog import values as catalog
from monitor.collect import backoff, identity
from monitor.collect.entry import Entry
from monitor.collect.fetch import Fetcher
from monitor.collect.kinds import Polled, PollFailure, PollRequest, poll_many
from monitor.models import Article, ArticleText, Sighting, Source, bulk
from monitor.models.claims import Claim, Lane
from monitor.pipeline import knowledge, wake
from monitor.pipeline.arrivals import arrivals
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.step import LEASE_SLACK, Step, Waiting, waiting
from monitor.words import month_of

log = logging.getLogger(__name__)

LIMIT = timedelta(seconds=45)
DEADLINE_S = 30.0
"""The whole batch's polling; the rest of the limit is for writing."""
BATCH = 16
FARTHEST = timedelta(hours=27)
"""No source is ever due later (a day's interval and a tenth): such a date was written while the
clock stood wrong, and counts as now."""
EDITIONS = 50
"""A page that changes at every look (a counter, a clock) stops making editions here."""
INSERT = 500
SHELVED = timedelta(days=3 * 366)
"""What is older when it is first seen stands with the month in which it was seen."""

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


ARTICLE_COLUMNS = (
    "identity",
    "source",
    "link",
    "outlet",
    "author",
    "title",
    "text_hash",
    "claimed",
    "seen",
    "published",
    "month",
    "size",
)
ARTICLE_DEFAULTS = bulk.defaults(Article, ("id", *ARTICLE_COLUMNS))


@dataclass(frozen=True, slots=True)
class Gain:
    """What one poll brought: articles never seen, new editions of known ones, new sightings."""

    articles: int = 0
    editions: int = 0
    sightings: int = 0


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
        try:
            _record(source, claim, outcome)
        except OperationalError:
            raise  # the database is ill, which says nothing about the source: the lease runs out
        except Exception:
            log.exception("信源 %s 的内容写不进数据库", source.slug)
            _record(source, claim, UNWRITABLE)


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
            row.code, row.words = outcome.code[:64], outcome.words[:500]
            gain = Gain()
            log.warning("信源 %s 失败（%d）：%s", source.slug, row.failures, outcome.words)
        else:
            gain = take_in(source.slug, outcome.entries, now)
            row.failures, row.code, row.words = 0, "", ""
            row.succeeded, row.notes = now, list(outcome.notes)[:10]
            if not outcome.not_modified:
                row.etag, row.last_modified = outcome.etag[:500], outcome.last_modified[:100]
            if gain.articles:
                row.gained = now
                log.info("信源 %s：新文章 %d 篇", source.slug, gain.articles)
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


def take_in(source: str, entries: Iterable[Entry], now: datetime) -> Gain:
    """Write a source's entries, to be called inside its transaction.

    Unknown identities become articles; known ones gain a sighting, and a new edition where
    the source that first told it now tells it differently.
    """
    by_identity = {identity.identity(source, entry): entry for entry in entries}
    gain = Gain()
    keys = list(by_identity)
    for start in range(0, len(keys), INSERT):
        part = {key: by_identity[key] for key in keys[start : start + INSERT]}
        one = _take_in_part(source, part, now)
        gain = Gain(
            gain.articles + one.articles,
            gain.editions + one.editions,
            gain.sightings + one.sightings,
        )
    return gain


def _take_in_part(source: str, entries: dict[str, Entry], now: datetime) -> Gain:
    hashes = {key: identity.text_hash(entry) for key, entry in entries.items()}
    known = _known(entries)
    fresh = [key for key in entries if key not in known]
    bulk.insert(
        Article,
        (*ARTICLE_COLUMNS, *ARTICLE_DEFAULTS),
        [
            (*_article(source, key, entries[key], hashes[key], now), *ARTICLE_DEFAULTS.values())
            for key in fresh
        ],
        unique=("identity",),
    )
    ids = dict(Article.objects.filter(identity__in=fresh).values_list("identity", "id"))
    bulk.insert(
        ArticleText,
        ("article_id", "edition", "title", "body", "seen"),
        [(ids[key], 1, _title(entries[key]), entries[key].body, now) for key in fresh],
        unique=("article_id", "edition"),
    )
    editions = [
        key
        for key, (_, first_source, text_hash, edition) in known.items()
        if first_source == source and text_hash != hashes[key] and edition < EDITIONS
    ]
    for key in editions:
        _new_edition(known[key][0], known[key][3] + 1, entries[key], hashes[key], now)
    ids.update({key: row[0] for key, row in known.items()})
    seen_here = set(
        Sighting.objects.filter(source=source, article_id__in=ids.values()).values_list(
            "article_id", flat=True
        )
    )
    sightings = [(pk, source, now) for pk in ids.values() if pk not in seen_here]
    bulk.insert(
        Sighting, ("article_id", "source", "seen"), sightings, unique=("article_id", "source")
    )
    return Gain(len(fresh), len(editions), len(sightings))


def _known(entries: Iterable[str]) -> dict[str, tuple[int, str, str, int]]:
    rows = Article.objects.filter(identity__in=list(entries)).values_list(
        "identity", "id", "source", "text_hash", "edition"
    )
    return {key: rest for key, *rest in rows}  # type: ignore[misc]


def _title(entry: Entry) -> str:
    return entry.title[:500]


def _article(
    source: str, key: str, entry: Entry, text_hash: str, now: datetime
) -> tuple[object, ...]:
    """The values of ARTICLE_COLUMNS."""
    published = min(entry.claimed or now, now)
    # A site that dates its pages by the century must not make the index a shelf for each month.
    month = month_of(published if now - published < SHELVED else now)
    return (
        key,
        source,
        entry.link[:2000],
        entry.outlet[:200],
        entry.author[:200],
        _title(entry),
        text_hash,
        entry.claimed,
        now,
        published,
        month,
        len(entry.title) + len(entry.body),
    )


def _new_edition(article: int, edition: int, entry: Entry, text_hash: str, now: datetime) -> None:
    ArticleText.objects.create(
        article_id=article, edition=edition, title=_title(entry), body=entry.body, seen=now
    )
    Article.objects.filter(pk=article).update(
        edition=edition,
        title=_title(entry),
        text_hash=text_hash,
        size=len(entry.title) + len(entry.body),
        quarantined="",
        attempts=0,
    )


def look(now: datetime) -> Waiting:
    due = Q(due__lte=now) | Q(due__gt=now + FARTHEST)
    return waiting(Source.objects.filter(due, active=True), "due", now)


def make_all_due() -> int:
    """Have every active source polled at once; returns how many."""
    return Source.objects.filter(active=True).update(due=timezone.now())


STEP = Step("collect", "collect", LIMIT, batch, look)
