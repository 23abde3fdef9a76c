"""Intake: what a source tells → articles, their texts, and where they were seen."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.collect import identity
from monitor.collect.entry import Entry
from monitor.models import Article, ArticleText, Sighting, bulk
from monitor.words import month_of

EDITIONS = 50
"""A page that changes at every look (a counter, a clock) stops making editions here."""
INSERT = 500
SHELVED = timedelta(days=3 * 366)
"""What is older when it is first seen stands with the month in which it was seen."""

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


@dataclass(frozen=True, slots=True)
class Edition:
    """A known article's text as its first source tells it now."""

    article: int
    number: int
    entry: Entry
    text_hash: str


def take_in(source: str, entries: Iterable[Entry], now: datetime) -> Gain:
    """Write a source's entries, to be called inside its transaction.

    Unknown identities become articles; known ones gain a sighting, and a new edition where
    the source that first told it now tells it differently.
    """
    told = [(identity.identity(source, entry), entry) for entry in entries]
    # Oldest first. What two sources tell at the same moment both of them write in this order, so
    # that they never wait for each other in a circle.
    by_identity = dict(sorted(told, key=lambda one: (one[1].claimed or now, one[0])))
    gain, edited = Gain(), []
    keys = list(by_identity)
    for start in range(0, len(keys), INSERT):
        part = {key: by_identity[key] for key in keys[start : start + INSERT]}
        one, changed = _take_in_part(source, part, now)
        gain = Gain(gain.articles + one.articles, 0, gain.sightings + one.sightings)
        edited += changed
    for edition in sorted(edited, key=lambda edition: edition.article):
        _write_edition(edition, now)
    return replace(gain, editions=len(edited))


def _take_in_part(
    source: str, entries: dict[str, Entry], now: datetime
) -> tuple[Gain, list[Edition]]:
    """What was new, written; and the new editions of what was known, still to be written."""
    hashes = {key: identity.text_hash(entry) for key, entry in entries.items()}
    known = _known(entries)
    fresh = [key for key in entries if key not in known]
    gained = bulk.insert(
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
        Edition(article, edition + 1, entries[key], hashes[key])
        for key, (article, first_source, text_hash, edition) in known.items()
        if first_source == source and text_hash != hashes[key] and edition < EDITIONS
    ]
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
    return Gain(gained, 0, len(sightings)), editions


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


def _write_edition(new: Edition, now: datetime) -> None:
    title, body = _title(new.entry), new.entry.body
    ArticleText.objects.create(
        article_id=new.article, edition=new.number, title=title, body=body, seen=now
    )
    Article.objects.filter(pk=new.article).update(
        edition=new.number,
        title=title,
        text_hash=new.text_hash,
        size=len(new.entry.title) + len(body),
        quarantined="",
        attempts=0,
    )
