"""index: batches of analysed articles → the search index, both generations during a rebuild."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from monitor.index import SearchIndex, open_index
from monitor.models import Article, IndexState, bulk
from monitor.models.claims import Claim, Lane
from monitor.pipeline.documents import documents
from monitor.pipeline.step import LEASE_SLACK, Step, Waiting, affordable, attempt, waiting

LIMIT = timedelta(seconds=10)
BATCH = 400

LANE = Lane(
    Article,
    "index",
    "indexed_rev < rev AND grouped_edition > 0 AND analysed_edition = edition",
    "id",
    LIMIT + LEASE_SLACK,
)


@cache
def search_index() -> SearchIndex:
    """This process's index, by YUQING_INDEX_URL."""
    return open_index(settings.YUQING.index_url)


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
    write(before.active, before.building, list(found.values()))
    with transaction.atomic():
        after = IndexState.objects.get(pk=1)
        if (after.active, after.building) != (before.active, before.building):
            # A rebuild began or ended meanwhile: write again, to where it is now.
            LANE.release(claims, blameless=True)
            return
        bulk.update(
            Article,
            ("indexed_rev = %s", "owner = ''", "until = NULL", "attempts = 0", "failure = ''"),
            [
                (found[claim.key].rev, claim.key, claim.token)
                for claim in claims
                if claim.key in found
            ],
            where=("id", "token"),
        )


def write(active: str, building: str, batch_: Sequence) -> None:
    """Write documents to the active generation and, during a rebuild, to the one being built."""
    for generation in (active, building):
        if generation:
            search_index().write(generation, batch_)


def look(now: datetime) -> Waiting:
    due = Article.objects.filter(
        indexed_rev__lt=F("rev"),
        grouped_edition__gt=0,
        analysed_edition=F("edition"),
        quarantined="",
    )
    # How long an article that search shows already has been waiting for its new level, no column
    # tells; what counts is how long one has been waiting to be found at all.
    unseen = waiting(due.filter(indexed_rev=0), "seen", now)
    return Waiting(due.count(), unseen.oldest_s)


STEP = Step("index", "index", LIMIT, batch, look)
