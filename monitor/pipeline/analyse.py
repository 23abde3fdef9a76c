"""analyse: batches of new texts → sentiment, matters, places, units, fingerprint, topic hits."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from monitor.detect.marks import marks_of
from monitor.models import Analysis, Article, ArticleText, bulk
from monitor.models.claims import Claim, Lane
from monitor.pipeline import knowledge, wake
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.step import LEASE_SLACK, Step, Waiting, affordable, attempt, waiting
from monitor.query import Document
from monitor.text.cues import RESCUE
from monitor.text.reading import Reading

LIMIT = timedelta(seconds=10)
BATCH = 200

_SEPARATORS = re.compile(r"\W+")

ANALYSIS_COLUMNS = (
    "article_id",
    "edition",
    "reading",
    "signature",
    "marks",
    "length",
    "topics",
    "units",
    "noteworthy",
    "model",
    "knowledge",
)

LANE = Lane(Article, "analyse", "analysed_edition < edition", "id", LIMIT + LEASE_SLACK)


@dataclass(frozen=True, slots=True)
class Finding:
    """One article's reading, ready to be written."""

    article: int
    token: int
    edition: int
    reading: Reading
    marks: str
    length: int
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
    rows = list(
        ArticleText.objects.filter(article__in=list(tokens), edition=F("article__edition"))
        .order_by("article_id")
        .values_list(
            "article_id", "edition", "title", "body", "article__source", "article__published"
        )
    )
    readings = lore.reader.read([(title, body) for _, _, title, body, _, _ in rows])
    return [
        Finding(
            article,
            tokens[article],
            edition,
            reading,
            marks_of(title, body),
            len(_SEPARATORS.sub("", title)) + len(_SEPARATORS.sub("", body)),
            tuple(lore.topics.hits(_document(article, title, body, source, published, reading))),
        )
        for (article, edition, title, body, source, published), reading in zip(
            rows, readings, strict=True
        )
    ]


def _document(
    article: int, title: str, body: str, source: str, published: datetime, reading: Reading
) -> Document:
    return Document(
        id=article,
        title=title,
        body=body,
        source=source,
        units=tuple(dict.fromkeys(found.slug for found in reading.units)),
        topics=(),
        sentiment=reading.score.sentiment,
        level=None,
        published=published,
        event=None,
        rev=0,
    )


def noteworthy(reading: Reading) -> bool:
    """Whether an event with this article can need a response at all: by the rule's axioms a
    topic, a place or a tone alone never does."""
    return (
        bool(reading.matters)
        or any(reading.casualties.to_json().values())
        or any(cue.slug == RESCUE.slug for cue in reading.cues)
    )


def _write(claims: Sequence[Claim], findings: Sequence[Finding], revision: int) -> None:
    with transaction.atomic():
        mine = LANE.mine(claims)
        findings = [finding for finding in findings if finding.article in mine]
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
                    " ".join(finding.topics),
                    " ".join(dict.fromkeys(unit.slug for unit in finding.reading.units)),
                    noteworthy(finding.reading),
                    finding.reading.score.model,
                    revision,
                )
                for finding in findings
            ],
            unique=("article_id",),
            update=ANALYSIS_COLUMNS[1:],
        )
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
                    finding.reading.score.sentiment.value,
                    finding.reading.score.negative,
                    finding.article,
                    finding.token,
                )
                for finding in findings
            ],
            where=("id", "token"),
        )
        wake.hint("group")


def due(_now: datetime) -> QuerySet[Article]:
    rows = Article.objects.filter(analysed_edition__lt=F("edition"), quarantined="")
    return rows.order_by("id")


def look(now: datetime) -> Waiting:
    return waiting(due(now), "seen", now)


STEP = Step("analyse", "text", LIMIT, batch, look, due)
