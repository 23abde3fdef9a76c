"""The row is the job: who gets it, for how long, and what happens when nobody can digest it."""

import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from monitor.models import Article, Event, Source, claims
from monitor.models.claims import DIED, Claim, Lane, release_dead
from monitor.pipeline.step import FAILURE_CHARACTERS, attempt

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEASE = timedelta(seconds=15)
LANE = Lane(Event, "alert", "assessed_rev < rev", "id", LEASE)
SOURCES = Lane(Source, "collect", "active AND due <= %s", "due", LEASE, endless=True)


def events(count: int) -> list[int]:
    rows = [
        Event(title=f"事件{n}", first_published=NOW, last_published=NOW, rev=1)
        for n in range(count)
    ]
    return [row.pk for row in Event.objects.bulk_create(rows)]


def row(pk: int) -> Event:
    return Event.objects.get(pk=pk)


def keys(found: list[Claim]) -> list[int]:
    return sorted(claim.key for claim in found)


def fails(times: int, now: datetime = NOW) -> list[list[int]]:
    """Claim and give back with a failure, so many times; the keys of each claim."""
    seen = []
    for _ in range(times):
        found = LANE.claim(now, 10)
        seen.append(keys(found))
        LANE.release(found, "Traceback …\nValueError: 读不懂")
    return seen


@pytest.mark.django_db(transaction=True)
def test_claimants_at_once_share_the_rows_and_never_get_the_same_one() -> None:
    due = events(300)
    start = threading.Barrier(4)
    taken: list[tuple[int, int]] = []

    def claimant(number: int) -> None:
        try:
            for _ in range(15):
                start.wait(20)  # all of them at the same moment, each time
                taken.extend((number, claim.key) for claim in LANE.claim(NOW, 5))
        finally:
            connection.close()

    workers = [threading.Thread(target=claimant, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert sorted(key for _, key in taken) == due
    assert set(Counter(number for number, _ in taken).values()) == {75}


@pytest.mark.django_db
def test_a_claim_takes_the_oldest_due_rows_and_leaves_the_rest() -> None:
    first, second, third = events(3)
    Event.objects.filter(pk=second).update(assessed_rev=1)
    assert keys(LANE.claim(NOW, 1)) == [first]
    assert keys(LANE.claim(NOW, 5)) == [third]
    assert LANE.claim(NOW, 5) == []


@pytest.mark.django_db
def test_a_worker_that_comes_late_no_longer_holds_its_row() -> None:
    (pk,) = events(1)
    late = LANE.claim(NOW, 1)
    ours = LANE.claim(NOW + LEASE + timedelta(seconds=1), 1)
    assert LANE.mine(late) == set()
    assert LANE.mine(ours) == {pk}
    LANE.release(late, "too late", NOW)
    assert (row(pk).failure, row(pk).owner) == ("", claims.owner())
    assert row(pk).until is not None


@pytest.mark.django_db
def test_a_lease_holds_until_it_ends_and_not_two_seconds_longer() -> None:
    (pk,) = events(1)
    LANE.claim(NOW, 1)
    assert LANE.claim(NOW + LEASE - timedelta(seconds=1), 1) == []
    assert keys(LANE.claim(NOW + LEASE + timedelta(seconds=1), 1)) == [pk]


@pytest.mark.django_db
def test_a_lease_that_ends_further_away_than_any_can_is_void_because_the_clock_was_set_back() -> (
    None
):
    (pk,) = events(1)
    LANE.claim(NOW + timedelta(days=300), 1)
    assert keys(LANE.claim(NOW, 1)) == [pk]


@pytest.mark.django_db
def test_from_its_third_attempt_a_row_comes_alone_and_after_the_healthy_ones() -> None:
    first, second, third = events(3)
    assert fails(2) == [[first, second, third]] * 2
    Event.objects.filter(pk__in=[second]).update(attempts=0)
    assert fails(1) == [[second]]
    Event.objects.filter(pk=second).update(assessed_rev=1)
    assert len(fails(1)[0]) == 1
    Event.objects.filter(pk=first).update(attempts=2)
    Event.objects.filter(pk=third).update(attempts=2)
    assert fails(2) == [[first], [first]]


@pytest.mark.django_db
def test_instead_of_its_fifth_attempt_a_row_is_quarantined_with_its_traceback() -> None:
    (pk,) = events(1)
    assert fails(6) == [[pk]] * 4 + [[], []]
    assert row(pk).quarantined == "alert"
    assert "ValueError: 读不懂" in row(pk).failure


@pytest.mark.django_db
def test_a_row_under_which_processes_die_is_quarantined_saying_that_they_died() -> None:
    (pk,) = events(1)
    now = NOW
    for _ in range(4):
        assert keys(LANE.claim(now, 10)) == [pk]
        now += LEASE + timedelta(seconds=1)
    assert LANE.claim(now, 10) == []
    assert (row(pk).quarantined, row(pk).failure, row(pk).until) == ("alert", DIED, None)


@pytest.mark.django_db
def test_one_bad_row_in_a_batch_costs_its_neighbours_nothing_but_two_tries() -> None:
    due = events(5)
    bad = due[2]
    for _ in range(12):
        found = LANE.claim(NOW, 10)
        if bad in keys(found):
            LANE.release(found, "坏行")
        else:
            Event.objects.filter(pk__in=keys(found)).update(assessed_rev=1, until=None, attempts=0)
    quarantined = Event.objects.exclude(quarantined="")
    assert [event.pk for event in quarantined] == [bad]
    assert not Event.objects.filter(assessed_rev=0, quarantined="").exists()


@pytest.mark.django_db
def test_a_failure_that_is_not_the_rows_own_costs_no_try_but_lets_it_rest() -> None:
    (pk,) = events(1)
    for n in range(8):
        found = LANE.claim(NOW + n * timedelta(seconds=30), 1)
        assert keys(found) == [pk]
        rest = NOW + n * timedelta(seconds=30) + timedelta(seconds=10)
        LANE.release(found, "database or disk is full", rest, blameless=True)
        assert LANE.claim(rest - timedelta(seconds=1), 1) == []
    assert (row(pk).attempts, row(pk).quarantined) == (0, "")
    assert row(pk).failure == "database or disk is full"


@pytest.mark.django_db
def test_work_that_breaks_gives_its_rows_back_with_the_end_of_the_traceback() -> None:
    (pk,) = events(1)
    found = LANE.claim(NOW, 1)
    with attempt(LANE, found):
        raise ValueError("x" * 10_000 + "the end")
    assert (row(pk).until, row(pk).owner, row(pk).attempts) == (None, "", 1)
    assert len(row(pk).failure) <= FAILURE_CHARACTERS
    assert row(pk).failure.rstrip().endswith("the end")


@pytest.mark.django_db
def test_an_ill_database_is_not_the_rows_fault() -> None:
    (pk,) = events(1)
    with attempt(LANE, LANE.claim(NOW, 1)):
        raise OperationalError("database is locked")
    assert (row(pk).attempts, row(pk).failure) == (0, "database is locked")
    assert row(pk).until is not None


@pytest.mark.django_db
def test_an_endless_lane_tries_for_ever() -> None:
    Source.objects.create(slug="forum", due=NOW)
    for n in range(30):
        now = NOW + n * 2 * LEASE
        assert [claim.key for claim in SOURCES.claim(now, 5, [now])] == ["forum"]
    assert Source.objects.get().quarantined == ""


@pytest.mark.django_db
def test_a_row_in_quarantine_can_be_run_again() -> None:
    (pk,) = events(1)
    fails(5)
    Event.objects.filter(pk=pk).update(quarantined="", attempts=0)
    assert keys(LANE.claim(NOW, 1)) == [pk]


@pytest.mark.django_db
def test_the_claims_of_dead_processes_are_freed_and_those_of_living_ones_are_not() -> None:
    due = events(3)
    LANE.claim(NOW, 3)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host = claims.owner().rsplit(":", 1)[0]
    Event.objects.filter(pk=due[0]).update(owner=f"{host}:{ended.pid}")
    Event.objects.filter(pk=due[1]).update(owner=f"another-host:{ended.pid}")
    assert release_dead([Event, Article]) == 1
    assert keys(LANE.claim(NOW, 9)) == due[:1]
