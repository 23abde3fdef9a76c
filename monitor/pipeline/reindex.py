"""reindex: a new generation beside the active one, filled from the rows, swapped when equal.

While it is being built every index batch writes to both, so no write under way is lost and
searching never stops. Whoever builds holds the claim of the index's row and renews it with
every batch; the fill's cursor is a column: killed at any moment it goes on there. Before the
swap the days whose sums differ are compared and mended.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from monitor.index import GenerationMissing, IndexUnavailable
from monitor.models import Article, IndexState, bulk
from monitor.models.claims import Claim, Lane, release_dead
from monitor.pipeline.compare import differences, raise_revs, row_sums, take_out
from monitor.pipeline.difference import Difference, Shown, differing_days
from monitor.pipeline.documents import documents
from monitor.pipeline.index import search_index, state
from monitor.pipeline.step import CHARACTERS

log = logging.getLogger(__name__)

BATCH = 1000
ROUNDS = 5
"""How often what differs is mended before it is held to be incurable."""
PATIENCE_S = 600.0
"""How long an index that is away in the middle of the work is waited for."""
PAUSE_S = 2.0
MEGABYTE = 1024 * 1024

LANE = Lane(IndexState, "reindex", "id = 1", "id", timedelta(minutes=2), endless=True)

COPYING, COMPARING = "写入", "核对"


class Busy(Exception):  # noqa: N818 - reads as what happened
    """Somebody else is rebuilding: who, since when, and how far."""

    def __init__(self, owner: str, since: datetime | None, done: int, total: int) -> None:
        super().__init__(owner)
        self.owner, self.since, self.done, self.total = owner, since, done, total


class CountsDiffer(Exception):  # noqa: N818 - reads as what happened
    """The new generation does not hold what the rows say; it was not put in use."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage has come: articles while copying, days while comparing.

    `waiting` says in words what is being waited for, if anything.
    """

    stage: str
    done: int
    total: int
    waiting: str = ""


def reindex(*, restart: bool = False) -> Iterator[Progress]:
    """Build a new generation (or go on with one begun), yielding progress; swap at the end.

    With `restart` one begun is thrown away. Raises Busy when another process is at it,
    IndexUnavailable when there is no room or the index stays away, CountsDiffer when the
    comparison fails; the old generation stays in use.
    """
    state()  # an index without any generation gets its first
    release_dead([IndexState])
    claims = LANE.claim(timezone.now(), 1)
    if not claims:
        raise busy()
    try:
        yield from _Rebuild(claims[0]).run(restart=restart)
    finally:
        LANE.release(claims, blameless=True)


def advance(current: IndexState) -> Progress:
    """How far the rebuild under way has come with copying, by its row."""
    wanted = _wanted()
    return Progress(COPYING, wanted.filter(pk__lte=current.cursor).count(), wanted.count())


def busy() -> Busy:
    """Who is rebuilding, to be raised."""
    current = IndexState.objects.get(pk=1)
    far = advance(current)
    return Busy(current.owner, current.started, far.done, far.total)


def _wanted():  # type: ignore[no-untyped-def]
    """Articles that the active index holds: written to it at least once."""
    return Article.objects.filter(indexed_rev__gt=0)


class _Rebuild:
    """One process's work on the generation being built, for as long as the claim is its own."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.name = ""

    def run(self, *, restart: bool) -> Iterator[Progress]:
        if restart:
            self._throw_away()
        current = self._begin()
        self.name = current.building
        yield from self._copy(current.cursor)
        yield from self._compare()
        self._swap()

    def _begin(self) -> IndexState:
        current = IndexState.objects.get(pk=1)
        if current.building:
            log.info("接着重建检索库 %s，自第 %d 号文章起", current.building, current.cursor)
            search_index().create(current.building)
            return current
        _check_room(current.active)
        name = timezone.now().strftime("g%Y%m%d%H%M%S%f")
        search_index().create(name)
        self._note(building=name, cursor=0, started=timezone.now())
        return IndexState.objects.get(pk=1)

    def _throw_away(self) -> None:
        begun = IndexState.objects.get(pk=1).building
        self._note(building="", cursor=0, started=None)
        if begun:
            search_index().drop(begun)

    def _note(self, **columns: object) -> None:
        """Write columns of the index's row and renew the claim; Busy if it was lost."""
        mine = IndexState.objects.filter(pk=1, token=self.claim.token)
        if not mine.update(until=timezone.now() + LANE.lease, **columns):
            raise busy()

    def _copy(self, cursor: int) -> Iterator[Progress]:
        # What is indexed from here on is written to both: chasing newcomers might never end.
        wanted = _wanted().filter(pk__lte=_wanted().aggregate(last=Max("pk"))["last"] or 0)
        total = wanted.count()
        done = wanted.filter(pk__lte=cursor).count()
        yield Progress(COPYING, done, total)
        while True:
            rows = wanted.filter(pk__gt=cursor).order_by("pk")
            ids = _affordable(rows.values_list("pk", "size")[:BATCH])
            if not ids:
                return
            for words in self._write(ids):
                yield Progress(COPYING, done, total, words)
            cursor = ids[-1]
            self._note(cursor=cursor)
            done += len(ids)
            yield Progress(COPYING, done, total)

    def _write(self, ids: Iterable[int]) -> Iterator[str]:
        """Write articles to the new generation; yields why as often as it has to wait for it."""
        found = documents(ids)
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                refused = search_index().write(self.name, list(found.values()))
                break
            except IndexUnavailable as error:
                if isinstance(error, GenerationMissing) or time.monotonic() > end:
                    raise
                yield error.words
                time.sleep(PAUSE_S)
                self._note()
        # Kept apart, and no longer said to be shown, for the new generation does not have them.
        with transaction.atomic():
            bulk.update(
                Article,
                ("quarantined = 'index'", "failure = %s", "indexed_rev = 0"),
                [(one.words, one.id, found[one.id].rev) for one in refused],
                where=("id", "rev"),
            )

    def _compare(self) -> Iterator[Progress]:
        for _ in range(ROUNDS):
            mended = 0
            days = differing_days(row_sums(), search_index().sums(self.name))
            for done, day in enumerate(days):
                yield Progress(COMPARING, done, len(days))
                self._note()
                found, rows = differences(self.name, day)
                if found:
                    mended += 1
                    for words in self._mend(found, rows):
                        yield Progress(COMPARING, done, len(days), words)
            yield Progress(COMPARING, len(days), len(days))
            if not mended:
                return
        raise CountsDiffer(
            "新检索库与数据库总有不一致，没有换上；旧库继续使用。"
            "可再次运行 yuqing reindex，仍不行用 yuqing reindex --restart 从头建"
        )

    def _mend(self, found: Difference, rows: Mapping[int, Shown]) -> Iterator[str]:
        take_out(self.name, found.strange)
        above = {number: rev for number, rev in found.stale.items() if rev > rows[number].rev}
        raise_revs(above | found.strange)
        wanted = sorted({*found.missing, *found.stale, *found.strange})
        for start in range(0, len(wanted), BATCH):
            yield from self._write(wanted[start : start + BATCH])

    def _swap(self) -> None:
        """Put the new generation in use; then drop every other one."""
        self._note(active=self.name, building="", cursor=0, started=None)
        try:
            # Also what a killed rebuild left, and what has a later name for the clock was set back.
            # Nobody else makes one while the claim is ours, which is looked at before each.
            for generation in search_index().generations():
                if generation != self.name:
                    self._note()
                    search_index().drop(generation)
        except IndexUnavailable as error:
            log.error("新检索库已换上；旧的没能删去，下次重建时再删：%s", error)


def _check_room(active: str) -> None:
    """Raise IndexUnavailable unless as much again as the active generation takes is free."""
    space = search_index().space(active)
    if space.used > space.free:
        raise IndexUnavailable(
            f"重建要再占约 {space.used / MEGABYTE:,.0f} MB，检索库所在磁盘只剩"
            f" {space.free / MEGABYTE:,.0f} MB，请先清理"
        )


def _affordable(sizes: Iterable[tuple[int, int]]) -> list[int]:
    """Ids as far as their texts fit CHARACTERS, at least one."""
    kept, total = [], 0
    for pk, size in sizes:
        total += size
        if kept and total > CHARACTERS:
            break
        kept.append(pk)
    return kept
