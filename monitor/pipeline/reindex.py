"""reindex: a new generation beside the active one, filled from the rows, swapped when equal.

While it is being built every index batch writes to both, so no write under way is lost and
searching never stops. The fill's cursor is a column: killed at any moment it goes on there.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from monitor.models import Article, IndexState
from monitor.pipeline.documents import documents
from monitor.pipeline.index import search_index, state

log = logging.getLogger(__name__)

BATCH = 500


class CountsDiffer(Exception):  # noqa: N818 - reads as what happened
    """The new generation does not hold every article that it should; it was not put in use."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the articles have been copied."""

    done: int
    total: int


def reindex() -> Iterator[Progress]:
    """Build a new generation (or go on with one begun), yielding progress; swap at the end.

    Raises CountsDiffer when the check of counts fails; the old generation stays in use.
    """
    current = _begin()
    # What is indexed from here on is written to both: chasing newcomers might never end.
    wanted = _indexable().filter(pk__lte=_indexable().aggregate(last=Max("pk"))["last"] or 0)
    total = wanted.count()
    done = wanted.filter(pk__lte=current.cursor).count()
    yield Progress(done, total)
    while True:
        rows = wanted.filter(pk__gt=current.cursor).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        search_index().write(current.building, list(documents(ids).values()))
        current.cursor = ids[-1]
        IndexState.objects.filter(pk=1, building=current.building).update(cursor=current.cursor)
        done += len(ids)
        yield Progress(done, max(total, done))
    _swap(current)


def _indexable():  # type: ignore[no-untyped-def]
    """Articles that the active index holds: written to it at least once."""
    return Article.objects.filter(indexed_rev__gt=0)


def _begin() -> IndexState:
    current = state()
    if current.building:
        log.info("接着重建检索库 %s，自第 %d 号文章起", current.building, current.cursor)
        search_index().create(current.building)
        return current
    name = timezone.now().strftime("g%Y%m%d%H%M%S%f")
    search_index().create(name)
    IndexState.objects.filter(pk=1, building="").update(
        building=name, cursor=0, started=timezone.now()
    )
    return state()


def _swap(current: IndexState) -> None:
    """Put the new generation in use if it holds every article; then drop the old one."""
    with transaction.atomic():
        wanted = _indexable().count()
        held = search_index().count(current.building)
        ours = IndexState.objects.filter(pk=1, building=current.building)
        # An index batch under way may already have written what its rows do not say yet.
        if held >= wanted:
            ours.update(active=current.building, building="", cursor=0, started=None)
        else:
            ours.update(cursor=0)  # the next run copies everything again
    if held < wanted:
        raise CountsDiffer(
            f"新检索库有 {held} 篇，应不少于 {wanted} 篇；旧库继续使用，可再次运行 yuqing reindex"
        )
    # Names are instants: whatever is older is out of use, also what a killed rebuild left behind.
    for generation in search_index().generations():
        if generation < current.building:
            search_index().drop(generation)
