"""Rebuilding: one at a time, resumed, compared before it is put in use. Writes and searches under
a rebuild are in test_index.py, a rebuild that is killed in tests/system/test_reindex.py."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitor.index import GenerationMissing, IndexUnavailable, Refusal, Space
from monitor.models import Article, IndexState
from monitor.models.claims import owner
from monitor.pipeline import compare, index, search, step
from monitor.pipeline import reindex as module
from monitor.pipeline.index import search_index, state
from monitor.pipeline.reindex import LANE, Busy, CountsDiffer, reindex
from monitor.pipeline.shelf import shelf
from monitor.query import Document
from tests.pipeline.office import Office, entry, source
from tests.system.stories import note


@pytest.fixture
def library(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Thirty notes over three days, indexed; rebuilt ten at a time."""
    monkeypatch.setattr(module, "BATCH", 10)
    office.has(sources=[source("forum")])
    now = timezone.now()
    told = [entry(note(n), claimed=now - timedelta(days=n % 3, minutes=5)) for n in range(30)]
    office.hears("forum", *told)
    office.reads()
    office.runs("index")
    return office


class Beside:
    """The real index, but for what a test puts in place of its methods."""

    def __init__(self, **methods: Any) -> None:
        self._real = search_index()
        self._methods = methods

    def __call__(self) -> "Beside":
        return self

    def __getattr__(self, name: str) -> Any:
        return self._methods.get(name) or getattr(self._real, name)


def held() -> int:
    return search_index().count(state().active)


def indexed() -> int:
    return Article.objects.filter(indexed_rev__gt=0).count()


# one at a time


def test_a_second_rebuild_is_told_who_is_at_it_since_when_and_how_far(library: Office) -> None:
    first = reindex()
    for _ in range(3):
        next(first)
    with pytest.raises(Busy) as caught:
        next(reindex())
    assert caught.value.owner == owner()
    assert (caught.value.done, caught.value.total) == (20, 30)
    assert caught.value.since == state().started
    list(first)
    assert held() == indexed() == 30
    list(reindex())


def test_the_claim_of_a_rebuild_that_died_on_this_host_is_free_at_once(library: Office) -> None:
    died = subprocess.Popen([sys.executable, "-c", ""])
    died.wait()
    host = owner().rsplit(":", 1)[0]
    LANE.claim(timezone.now(), 1)
    IndexState.objects.update(owner=f"{host}:{died.pid}")
    list(reindex())
    assert held() == 30


def test_a_rebuild_that_died_on_another_host_is_waited_for_until_its_lease_ends(
    library: Office,
) -> None:
    LANE.claim(timezone.now(), 1)
    IndexState.objects.update(owner="another-host:1")
    with pytest.raises(Busy):
        next(reindex())
    IndexState.objects.update(until=timezone.now() - timedelta(seconds=1))
    list(reindex())
    assert held() == 30


def test_who_works_renews_the_claim_with_every_batch(library: Office) -> None:
    steps = reindex()
    next(steps)
    IndexState.objects.update(until=timezone.now() + timedelta(seconds=1))
    next(steps)
    assert state().until > timezone.now() + LANE.lease - timedelta(seconds=30)
    steps.close()
    assert (state().owner, state().until) == ("", None)


def test_who_lost_the_claim_swaps_nothing(library: Office) -> None:
    old = state().active
    late = reindex()
    next(late)
    IndexState.objects.update(until=timezone.now() - timedelta(seconds=1), owner="asleep:1")
    other = reindex()
    next(other)
    with pytest.raises(Busy):
        list(late)
    assert state().active == old
    list(other)
    assert held() == 30


# what is begun


def test_restarting_throws_away_what_was_begun(library: Office) -> None:
    begun = reindex()
    next(begun)
    next(begun)
    begun.close()
    name = state().building
    assert search_index().count(name) == 10
    list(reindex(restart=True))
    assert state().active > name
    assert search_index().generations() == [state().active]
    assert held() == 30


def test_how_far_a_rebuild_has_come_is_shown_while_it_runs_and_after_it_died(
    library: Office,
) -> None:
    assert shelf().rebuild is None
    steps = reindex()
    next(steps)
    next(steps)
    building = shelf().rebuild
    assert building is not None
    assert (building.progress.done, building.progress.total) == (10, 30)
    assert building.owner == owner()
    steps.close()
    left = shelf().rebuild
    assert left is not None
    assert (left.owner, left.progress.done) == ("", 10)


def test_without_room_for_a_second_one_nothing_is_begun(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = search_index().space(state().active).used
    assert used > 0
    full = Beside(space=lambda _: Space(used, used - 1))
    monkeypatch.setattr(module, "search_index", full)
    with pytest.raises(IndexUnavailable, match="请先清理"):
        list(reindex())
    assert (state().building, state().owner) == ("", "")


# before the swap


def test_what_the_new_generation_lost_is_written_again_before_the_swap(library: Office) -> None:
    steps = reindex()
    progress = next(steps)
    while progress.done < progress.total:
        progress = next(steps)
    search_index().drop(state().building)
    search_index().create(state().building)
    list(steps)
    assert held() == 30
    assert state().building == ""


def test_what_has_no_row_is_not_in_the_new_generation(library: Office) -> None:
    steps = reindex()
    next(steps)
    next(steps)
    published = Article.objects.all()[0].published
    search_index().write(
        state().building, [Document(9999, "不在库里", "", "forum", published, rev=1)]
    )
    list(steps)
    assert held() == 30
    assert search.search("不在库里").hits == ()


def test_a_generation_that_cannot_be_made_equal_is_not_put_in_use(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = state().active
    name = {}

    def forgets(generation: str, documents: Sequence[Document]) -> list[Refusal]:
        name["new"] = generation
        return []

    with monkeypatch.context() as patch:
        patch.setattr(module, "search_index", Beside(write=forgets))
        with pytest.raises(CountsDiffer, match="旧库继续使用"):
            list(reindex())
    assert state().active == old
    assert held() == 30
    list(reindex())
    assert state().active == name["new"]
    assert held() == 30


def test_an_article_waiting_for_its_new_level_does_not_hold_up_the_swap(library: Office) -> None:
    first = Article.objects.order_by("pk")[0]
    Article.objects.filter(pk=first.pk).update(rev=first.rev + 5, level=1)
    list(reindex())
    assert [hit.id for hit in search.search("level:1").hits] == [first.pk]
    assert library.runs("index") == 1
    assert held() == 30


# an index that is ill


def test_an_index_that_is_away_for_a_moment_is_waited_for(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = search_index(), []

    def away_twice(generation: str, documents: Sequence[Document]) -> list[Refusal]:
        tries.append(generation)
        if len(tries) < 3:
            raise IndexUnavailable("连不上")
        return real.write(generation, documents)

    monkeypatch.setattr(module, "search_index", Beside(write=away_twice))
    monkeypatch.setattr(module, "PAUSE_S", 0)
    assert [one.waiting for one in reindex() if one.waiting] == ["连不上"] * 2
    assert held() == 30


def test_an_index_that_stays_away_ends_the_rebuild_which_goes_on_from_there(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = reindex()
    next(steps)
    next(steps)
    monkeypatch.setattr(module, "PATIENCE_S", -1)
    with monkeypatch.context() as patch:

        def away(*_: Any) -> list[Refusal]:
            raise IndexUnavailable("连不上")

        patch.setattr(module, "search_index", Beside(write=away))
        with pytest.raises(IndexUnavailable):
            list(steps)
    again = list(reindex())
    assert again[0].done == 10
    assert held() == 30


def test_a_generation_that_vanishes_is_not_waited_for(library: Office) -> None:
    steps = reindex()
    next(steps)
    search_index().drop(state().building)
    with pytest.raises(GenerationMissing):
        next(steps)
    list(reindex())
    assert held() == 30


def test_what_the_new_generation_refuses_is_kept_apart_with_the_reason(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = Article.objects.order_by("pk")[3]
    real = search_index()

    def choosy(generation: str, documents: Sequence[Document]) -> list[Refusal]:
        taken = [one for one in documents if one.id != bad.pk]
        real.write(generation, taken)
        return [Refusal(bad.pk, "太大")] if len(taken) < len(documents) else []

    monkeypatch.setattr(module, "search_index", Beside(write=choosy))
    list(reindex())
    bad.refresh_from_db()
    assert (bad.quarantined, bad.failure, bad.indexed_rev) == ("index", "太大", 0)
    assert held() == indexed() == 29


# index batches meanwhile


def test_a_batch_that_meets_the_swap_is_given_back_without_rest_or_blame(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.hears("forum", *(note(n) for n in range(100, 105)))
    library.reads()
    real = search_index()

    def swapped_first(generation: str, documents: Sequence[Document]) -> list[Refusal]:
        if generation == old:
            list(reindex())
        return real.write(generation, documents)

    old = state().active
    with monkeypatch.context() as patch:
        patch.setattr(index, "search_index", Beside(write=swapped_first))
        assert index.batch() == 5
    due = Article.objects.filter(indexed_rev=0)
    assert {(one.attempts, one.until, one.failure) for one in due} == {(0, None, "")}
    assert index.batch() == 5
    assert held() == indexed() == 35


def test_a_generation_in_force_that_was_deleted_lets_its_articles_rest(library: Office) -> None:
    library.hears("forum", *(note(n) for n in range(100, 105)))
    library.reads()
    search_index().drop(state().active)
    now = timezone.now()
    library.runs("index")
    due = Article.objects.filter(indexed_rev=0)
    assert len(due) == 5
    assert all(one.until > now + step.REST / 2 for one in due)
    assert all("reindex" in one.failure for one in due)


def test_an_article_that_the_index_refuses_is_kept_apart_and_its_neighbours_are_found(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = library.hears("forum", *(note(n) for n in range(100, 105)))
    library.reads()
    bad, real = ids[2], search_index()

    def choosy(generation: str, documents: Sequence[Document]) -> list[Refusal]:
        real.write(generation, [one for one in documents if one.id != bad])
        return [Refusal(one.id, "字段太长") for one in documents if one.id == bad]

    with monkeypatch.context() as patch:
        patch.setattr(index, "search_index", Beside(write=choosy))
        library.runs("index")
    row = Article.objects.get(pk=bad)
    assert (row.quarantined, row.failure, row.until) == ("index", "字段太长", None)
    assert held() == indexed() == 34
    Article.objects.filter(pk=bad).update(quarantined="", failure="")  # as `quarantine rerun` does
    library.runs("index")
    assert held() == indexed() == 35


def test_what_only_the_new_generation_refuses_is_kept_apart_too(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = reindex()
    next(steps)
    (bad,) = library.hears("forum", note(100))
    library.reads()
    real, building = search_index(), state().building

    def choosy(generation: str, documents: Sequence[Document]) -> list[Refusal]:
        if generation == building:
            return [Refusal(one.id, "新库不收") for one in documents]
        return real.write(generation, documents)

    with monkeypatch.context() as patch:
        patch.setattr(index, "search_index", Beside(write=choosy))
        library.runs("index")
    assert Article.objects.get(pk=bad).quarantined == "index"
    list(steps)
    assert held() == indexed() == 30
    assert compare.row_sums() == dict(search_index().sums(state().active))


def test_an_index_that_a_former_version_made_can_be_rebuilt(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the active generation is read but the size of its files."""

    def unreadable(*_: Any, **__: Any) -> Any:
        raise IndexUnavailable("检索库是另一版本建的")

    real, old = search_index(), state().active
    methods = ("write", "count", "sums", "revs", "search", "refresh")

    def of_old(name: str) -> Any:
        def asked(generation: str, *rest: Any, **more: Any) -> Any:
            ask = unreadable if generation == old else getattr(real, name)
            return ask(generation, *rest, **more)

        return asked

    beside = Beside(**{name: of_old(name) for name in methods})
    for place in (module, compare):
        monkeypatch.setattr(place, "search_index", beside)
    list(reindex())
    assert state().active != old
    assert held() == 30
