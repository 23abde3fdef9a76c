"""analyse: batches of new texts → sentiment, matters, places, units, fingerprint, topic hits.

What a person has corrected in an article holds against whatever is read in it, also anew.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from monitor.detect.marks import letters, marks_of
from monitor.detect.reported import noteworthy, origin_of
from monitor.detect.story import Story
from monitor.models import Analysis, Article, ArticleText, bulk
from monitor.models.claims import Claim, Lane
from monitor.models.correction import Verdict, verdicts
from monitor.pipeline import knowledge, wake
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.step import LEASE_SLACK, Step, Waiting, affordable, attempt, waiting
from monitor.query import Document
from monitor.text.reading import Reading
from monitor.words import Sentiment

LIMIT = timedelta(seconds=10)
BATCH = 200

ANALYSIS_COLUMNS = (
    "article_id",
    "edition",
    "reading",
    "signature",
    "marks",
    "length",
    "story",
    "topics",
    "units",
    "noteworthy",
    "model",
    "knowledge",
)

LANE = Lane(Article, "analyse", "analysed_edition < edition", "id", LIMIT + LEASE_SLACK)


class Told(NamedTuple):
    """One edition of an article, as it is read."""

    article: int
    edition: int
    title: str
    body: str
    source: str
    published: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One article's reading, ready to be written; sentiment, P(negative), units and topics are
    those in force, after people's corrections."""

    article: int
    token: int
    edition: int
    reading: Reading
    marks: str
    length: int
    sentiment: Sentiment
    negative: float
    units: tuple[str, ...]
    topics: tuple[str, ...]


def batch() -> int:
    """Analyse the oldest due articles; returns how many were claimed."""
    lore = knowledge.current()  # before the claim: what cannot be loaded is no row's fault
    claims = affordable(LANE, LANE.claim(timezone.now(), BATCH))
    if claims:
        with attempt(LANE, claims):
            _write(claims, read(claims, lore), lore.revision)
    return len(claims)


def read(claims: Sequence[Claim], lore: Lore) -> list[Finding]:
    """Read the newest edition of each claimed article; no database write, no transaction."""
    tokens = {claim.key: claim.token for claim in claims}
    rows = ArticleText.objects.filter(article__in=list(tokens), edition=F("article__edition"))
    texts = told(rows.order_by("article_id"))
    readings = lore.reader.read(
        [(text.title, text.body) for text in texts],
        [origin_of(lore.values.sources.get(text.source), text.published) for text in texts],
    )
    said = verdicts(tokens)
    return [
        _finding(text, tokens[text.article], reading, said[text.article], lore)
        for text, reading in zip(texts, readings, strict=True)
    ]


def told(texts: QuerySet[ArticleText]) -> list[Told]:
    """The texts in their order, as `read` wants them."""
    columns = ("article_id", "edition", "title", "body", "article__source", "article__published")
    return [Told(*row) for row in texts.values_list(*columns)]


def _finding(text: Told, token: int, reading: Reading, said: Verdict, lore: Lore) -> Finding:
    sentiment, negative = said.tone(reading.score.sentiment, reading.score.negative)
    units = said.concerned(found.slug for found in reading.units)
    return Finding(
        text.article,
        token,
        text.edition,
        reading,
        marks_of(text.title, text.body),
        letters(text.title, text.body),
        sentiment,
        negative,
        units,
        topics(text, sentiment, units, lore),
    )


def topics(text: Told, sentiment: Sentiment, units: tuple[str, ...], lore: Lore) -> tuple[str, ...]:
    """Slugs of the topics that a text of this sentiment and these units belongs to."""
    document = Document(
        id=text.article,
        title=text.title,
        body=text.body,
        source=text.source,
        units=units,
        topics=(),
        sentiment=sentiment,
        level=None,
        published=text.published,
        event=None,
        rev=0,
    )
    return tuple(lore.topics.hits(document))


def _write(claims: Sequence[Claim], findings: Sequence[Finding], revision: int) -> None:
    with transaction.atomic():
        mine = LANE.mine(claims)
        findings = [finding for finding in findings if finding.article in mine]
        keep(findings, revision)
        bulk.update(
            Article,
            (
                "analysed_edition = %s",
                "sentiment = %s",
                "negative = %s",
                "rev = rev + 1",
                "owner = ''",
                "until = NULL",
                "attempts = 0",
                "failure = ''",
            ),
            [
                (
                    finding.edition,
                    finding.sentiment.value,
                    finding.negative,
                    finding.article,
                    finding.token,
                )
                for finding in findings
            ],
            where=("id", "token"),
        )
        wake.hint("group")


def keep(findings: Sequence[Finding], revision: int) -> None:
    """Write what was read, over what was read before; the articles' rows have to be ours."""
    bulk.insert(
        Analysis,
        ANALYSIS_COLUMNS,
        [
            (
                finding.article,
                finding.edition,
                json.dumps(finding.reading.to_json(), ensure_ascii=False),
                finding.reading.signature,
                finding.marks,
                finding.length,
                Story.of(finding.reading).to_line(),
                " ".join(finding.topics),
                " ".join(finding.units),
                noteworthy(finding.reading),
                finding.reading.score.model,
                revision,
            )
            for finding in findings
        ],
        unique=("article_id",),
        update=ANALYSIS_COLUMNS[1:],
    )


def due(_now: datetime) -> QuerySet[Article]:
    rows = Article.objects.filter(analysed_edition__lt=F("edition"), quarantined="")
    return rows.order_by("id")


def look(now: datetime) -> Waiting:
    return waiting(due(now), "seen", now)


STEP = Step("analyse", "text", LIMIT, batch, look, due)
