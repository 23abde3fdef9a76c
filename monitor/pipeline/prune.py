"""prune: articles of months long past leave index and database; evidence never does.

An article that is to go is claimed first, so that no worker writes it back; it leaves the index
before its rows go, and events in the order in which alert locks them: an alert that is raised
meanwhile keeps its articles. Nothing is remembered between batches, so that a prune which was
killed is simply run again.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Max, Min, Q
from django.utils import timezone

from monitor.index import Removal
from monitor.models import (
    Alert,
    Analysis,
    Article,
    ArticleText,
    Event,
    IndexState,
    Sighting,
    bulk,
    claims,
)
from monitor.models.illness import repeated
from monitor.pipeline.index import search_index, state
from monitor.pipeline.past import Month, corrected, evidence, quoted
from monitor.pipeline.reindex import LANE as REBUILD
from monitor.pipeline.reindex import busy
from monitor.words import SHANGHAI

log = logging.getLogger(__name__)

BATCH = 500
HELD = timedelta(seconds=60)
"""How long a batch is kept from the workers; a prune that was killed makes them wait no longer."""
ROUNDS, ROUND_S = 30, 1.0
"""How often, and after what pause, articles that workers had in hand are looked for again."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Articles gone so far, of so many that are to go."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class _Held:
    """An article that no worker touches until we are done with it."""

    id: int
    token: int
    rev: int
    month: str


def prune(months: Sequence[Month], first_kept: str) -> Iterator[Progress]:
    """Let go of what the plan says, yielding progress.

    Raises reindex.Busy while the index is being rebuilt, or when the claim on it was lost;
    IndexUnavailable when the index does not answer. Run again it goes on.
    """
    state()
    claims.release_dead([IndexState])
    held = REBUILD.claim(timezone.now(), 1)
    if not held:
        raise busy()
    done, total = 0, sum(month.going for month in months)
    try:
        _drop_left_over(first_kept)
        _go_on(held[0])
        for month in months:
            yield Progress(done, total)
            for gone in _month(month, first_kept):
                done += gone
                yield Progress(done, max(done, total))
                _go_on(held[0])
        _forget_empty(first_kept)
    finally:
        repeated(lambda: REBUILD.release(held, blameless=True))


def _go_on(held: claims.Claim) -> None:
    mine = IndexState.objects.filter(pk=1, token=held.token)
    if not mine.update(until=timezone.now() + REBUILD.lease):
        raise busy()


def _month(month: Month, first_kept: str) -> Iterator[int]:
    """Let go of one month's articles; yields how many have gone with each batch."""
    rows = Article.objects.filter(month=month.month)
    whole = not month.kept
    if whole:
        _drop(month.month)
    for turn in range(ROUNDS):
        last, seen = 0, Alert.objects.aggregate(last=Max("pk"))["last"] or 0
        going = rows.exclude(evidence(first_kept)).order_by("pk").values_list("pk", flat=True)
        while ids := list(going.filter(pk__gt=last)[:BATCH]):
            last = ids[-1]
            yield _let_go(ids, seen, in_index=not whole)
        if not going.exists():
            break
        log.info("%s 有文章正在处理，稍后再清理（第 %d 轮）", month.month, turn + 1)
        time.sleep(ROUND_S)
    if whole and not rows.exists():
        _drop(month.month)  # also what a worker wrote that had it in hand before us


def _drop_left_over(first_kept: str) -> None:
    """What a prune left in the index that was killed when a month had no rows any more: that month
    is in no later plan. Asked of the index, for no row tells of it."""
    for generation in _generations():
        days = search_index().sums(generation)
        months = {f"{day.year:04}{day.month:02}" for day in days}
        left = {month for month in months if month < first_kept}
        known = Article.objects.filter(month__in=left).order_by().values_list("month", flat=True)
        for month in sorted(left - set(known.distinct())):
            search_index().drop_month(generation, month)


def _drop(month: str) -> None:
    for generation in _generations():
        search_index().drop_month(generation, month)


def _generations() -> list[str]:
    current = state()
    return [name for name in (current.active, current.building) if name]


def _let_go(ids: Sequence[int], seen: int, *, in_index: bool) -> int:
    """Index first, then rows; returns how many articles have gone. The alerts up to number `seen`
    do not quote any of them."""
    held = repeated(lambda: _hold(ids))
    try:
        if in_index:
            removals = [Removal(one.id, one.rev, one.month) for one in held]
            for generation in _generations():
                search_index().remove(generation, removals)
        return repeated(lambda: _delete(held, seen))
    except Exception:
        repeated(lambda: _give_back(held))
        raise


def _hold(ids: Sequence[int]) -> list[_Held]:
    """Claim those of these articles that no worker has in hand."""
    with transaction.atomic():
        now = timezone.now()
        free = Q(until=None) | Q(until__lte=now) | Q(until__gt=now + HELD)
        rows = (
            Article.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(free, pk__in=ids)
            .order_by("pk")
            .values_list("id", "token", "rev", "month")
        )
        held = [_Held(pk, token + 1, rev, month) for pk, token, rev, month in rows]
        Article.objects.filter(pk__in=[one.id for one in held]).update(
            owner=claims.owner(), token=F("token") + 1, until=now + HELD
        )
        return held


def _give_back(held: Sequence[_Held]) -> None:
    """What left the index and stays after all is written to it again."""
    with transaction.atomic():
        bulk.update(
            Article,
            ("owner = ''", "until = NULL", "rev = rev + 1"),
            [(one.id, one.token) for one in held],
            where=("id", "token"),
        )


def _delete(held: Sequence[_Held], seen: int) -> int:
    with transaction.atomic():
        tokens = {one.id: one.token for one in held}
        grouped = Article.objects.filter(pk__in=tokens, event__isnull=False)
        touched = set(grouped.values_list("event", flat=True))
        merged = Event.objects.filter(pk__in=touched, merged_into__isnull=False)
        locked = touched | set(merged.values_list("merged_into", flat=True))
        list(Event.objects.select_for_update().filter(pk__in=locked).order_by("pk"))
        # Looked at again under the locks: alerts are raised, and events merged, all the time.
        alerted = Q(alert__isnull=False) | Q(merged_into__alert__isnull=False)
        worth = alerted | Q(pk__in=corrected("event"))
        kept = set(Event.objects.filter(worth, pk__in=touched).values_list("pk", flat=True))
        free = (touched - kept) | {None}
        # Reprints of these, too, since they are about to be changed: all in one order.
        rows = (
            Article.objects.select_for_update()
            .filter(Q(pk__in=tokens) | Q(reprint_of__in=tokens))
            .order_by("pk")
            .values_list("pk", "token", "event")
        )
        ours = [(pk, event) for pk, token, event in rows if tokens.get(pk) == token]
        newly = quoted(above=seen)
        said = corrected("article").filter(article__in=tokens)
        newly |= set(said.values_list("article", flat=True))
        going = [pk for pk, event in ours if event in free and pk not in newly]
        Article.objects.filter(reprint_of__in=going).update(reprint_of=None)
        for model in (Analysis, ArticleText, Sighting):
            model.objects.filter(article__in=going).delete()
        Article.objects.filter(pk__in=going).delete()
        _give_back([one for one in held if one.id not in set(going)])
        _recount(touched - kept)
        return len(going)


def _recount(events: set[int]) -> None:
    """Events that have lost articles: counted anew, or gone when they have none left."""
    left = (
        Article.objects.filter(event__in=events)
        .order_by()
        .values("event")
        .annotate(
            n=Count("id"),
            sources=Count("source", distinct=True),
            first=Min("published"),
            last=Max("published"),
        )
    )
    bulk.update(
        Event,
        (
            "articles_count = %s",
            "sources_count = %s",
            "first_published = %s",
            "last_published = %s",
        ),
        [(row["n"], row["sources"], row["first"], row["last"], row["event"]) for row in left],
        where=("id",),
    )
    _empty(Q(pk__in=events)).delete()


def _empty(which: Q) -> object:
    """Events without articles that no alert, no other event and no correction refers to."""
    return Event.objects.filter(which, articles=None, alert=None, event=None, corrections=None)


def _forget_empty(first_kept: str) -> None:
    """Events that were empty before."""
    before = datetime(int(first_kept[:4]), int(first_kept[4:]), 1, tzinfo=SHANGHAI)
    empty = _empty(Q(last_published__lt=before)).order_by("pk").values_list("pk", flat=True)
    while ids := list(empty[:BATCH]):
        with transaction.atomic():
            _empty(Q(pk__in=ids)).delete()
