"""index: batches of analysed articles → the search index, both generations during a rebuild."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from monitor.index import Access, GenerationMissing, Refusal, SearchIndex, open_index
from monitor.models import Article, IndexState, bulk
from monitor.models.claims import Claim, Lane
from monitor.pipeline.documents import documents
from monitor.pipeline.step import (
    FAILURE_CHARACTERS,
    LEASE_SLACK,
    NAMED,
    Step,
    Waiting,
    affordable,
    attempt,
    waiting,
)
from monitor.query import Document

log = logging.getLogger(__name__)

LIMIT = timedelta(seconds=10)
BATCH = 400
NO_TEXT = "没有找到这篇文章研读过的文本，无法写入检索库"

LANE = Lane(
    Article,
    "index",
    "indexed_rev < rev AND grouped_edition > 0 AND analysed_edition = edition",
    "id",
    LIMIT + LEASE_SLACK,
)


@cache
def search_index() -> SearchIndex:
    """This process's index, by YUQING_INDEX_URL and what signs in to it."""
    given = settings.YUQING
    access = Access(
        user=given.index_user,
        password=given.index_password,
        api_key=given.index_api_key,
        ca=given.index_ca,
        fingerprint=given.index_fingerprint,
        replicas=given.index_replicas,
    )
    return open_index(given.index_url, access)


def state() -> IndexState:
    """The generations in force; an index that has none yet gets its first."""
    found = IndexState.objects.filter(pk=1).first()
    if found and found.active:
        return found
    name = timezone.now().strftime("g%Y%m%d%H%M%S")
    search_index().create(name)
    with transaction.atomic():
        found, _ = IndexState.objects.get_or_create(pk=1, defaults={"active": name})
    if found.active != name:  # another process was quicker
        search_index().drop(name)
    return found


def batch() -> int:
    """Index the oldest due articles; returns how many were claimed."""
    claims = affordable(LANE, LANE.claim(timezone.now(), BATCH))
    if claims:
        with attempt(LANE, claims):
            _project(claims)
    return len(claims)


def _project(claims: Sequence[Claim]) -> None:
    found = documents(claim.key for claim in claims)
    before = state()
    try:
        refused = write(before.active, before.building, list(found.values()))
    except GenerationMissing:
        if _same(before, IndexState.objects.get(pk=1)):
            raise  # it is in force and not there: somebody deleted it
        LANE.release(claims, blameless=True)
        return
    with transaction.atomic():
        # Locked, or a rebuild could begin between this look and our commit, and miss these rows.
        if not _same(before, IndexState.objects.select_for_update().get(pk=1)):
            # A rebuild began or ended meanwhile: write again, to where it is now.
            LANE.release(claims, blameless=True)
            return
        _commit([claim for claim in claims if claim.key in found], found, refused)
        LANE.release([claim for claim in claims if claim.key not in found], NO_TEXT)


def _same(one: IndexState, other: IndexState) -> bool:
    return (one.active, one.building) == (other.active, other.building)


def _commit(
    claims: Sequence[Claim], found: Mapping[int, Document], refused: Mapping[int, str]
) -> None:
    """Say on the rows what the index shows now, and what it will never show."""
    bulk.update(
        Article,
        ("indexed_rev = %s", "owner = ''", "until = NULL", "attempts = 0", "failure = ''"),
        [
            (found[claim.key].rev, claim.key, claim.token)
            for claim in claims
            if claim.key not in refused
        ],
        where=("id", "token"),
    )
    bulk.update(
        Article,
        ("quarantined = %s", "failure = %s", "owner = ''", "until = NULL"),
        [
            (LANE.step, refused[claim.key], claim.key, claim.token)
            for claim in claims
            if claim.key in refused
        ],
        where=("id", "token"),
    )
    if refused:
        log.warning(
            "检索库不收 %d 篇文章，已隔离：%s",
            len(refused),
            next(iter(refused.values())),
            extra={"article": list(refused)[:NAMED]},
        )


def write(active: str, building: str, batch_: Sequence[Document]) -> dict[int, str]:
    """Write documents to the active generation and, during a rebuild, to the one being built.

    Returns what either of them will never take, by article id, with the reason in words.
    """
    refused: list[Refusal] = []
    for generation in (active, building):
        if generation:
            refused += search_index().write(generation, batch_)
    return {refusal.id: refusal.words[:FAILURE_CHARACTERS] for refusal in refused}


def settle() -> None:
    """Have search show all that was indexed before, for a person who has just acted."""
    search_index().refresh(state().active)


def due(_now: datetime) -> QuerySet[Article]:
    return Article.objects.filter(
        indexed_rev__lt=F("rev"),
        grouped_edition__gt=0,
        analysed_edition=F("edition"),
        quarantined="",
    ).order_by("id")


def look(now: datetime) -> Waiting:
    rows = due(now)
    # How long an article that search shows already has been waiting for its new level, no column
    # tells; what counts is how long one has been waiting to be found at all.
    unseen = waiting(rows.filter(indexed_rev=0), "seen", now)
    return Waiting(rows.count(), unseen.oldest_s)


STEP = Step("index", "index", LIMIT, batch, look, due)
