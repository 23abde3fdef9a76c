"""How the index is doing: what it holds, what it takes, and how far a rebuild has come."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from monitor.index import IndexUnavailable
from monitor.models import IndexState
from monitor.pipeline.index import search_index
from monitor.pipeline.reindex import Progress, advance


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A generation being built; `owner` is empty when nobody is at it."""

    generation: str
    progress: Progress
    owner: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """The active generation (empty before the first article); sizes in bytes.

    Where the index cannot be asked, `failure` says why and the numbers are None.
    """

    generation: str
    articles: int | None
    used: int | None
    free: int | None
    failure: str
    rebuild: Rebuild | None


def shelf() -> Shelf:
    """The index as it is now, without ever failing for it."""
    row = IndexState.objects.filter(pk=1).first()
    if row is None:
        return Shelf("", None, None, None, "", None)
    rebuild = _rebuild(row) if row.building else None
    try:
        articles = search_index().count(row.active)
        space = search_index().space(row.active)
    except IndexUnavailable as error:
        return Shelf(row.active, None, None, None, error.words, rebuild)
    return Shelf(row.active, articles, space.used, space.free, "", rebuild)


def _rebuild(row: IndexState) -> Rebuild:
    held = row.until is not None and row.until > timezone.now()
    return Rebuild(row.building, advance(row), row.owner if held else "", row.started)
