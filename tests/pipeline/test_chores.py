"""What is done by the clock: once, by one process, and again when it is next due."""

import threading
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from monitor.index import IndexUnavailable
from monitor.models import Chore
from monitor.pipeline import chores
from monitor.pipeline.chores import DUTIES, FARTHEST, LIMIT, Duty, daily
from monitor.pipeline.steps import STEPS
from monitor.words import CHORE_WORDS

HOUR = timedelta(hours=1)
STEP = STEPS["chores"]


class Broom:
    """A duty that is due every hour and counts how often it was done."""

    def __init__(self) -> None:
        self.done = 0
        self.breaks: Exception | None = None

    def sweep(self) -> str:
        self.done += 1
        if self.breaks:
            raise self.breaks
        return f"扫了 {self.done} 次"

    @property
    def duty(self) -> Duty:
        return Duty("broom", self.sweep, lambda now: now + HOUR)


@pytest.fixture
def broom(db: None, monkeypatch: pytest.MonkeyPatch) -> Broom:
    """The only duty of this version."""
    one = Broom()
    monkeypatch.setattr(chores, "DUTIES", {"broom": one.duty})
    return one


def row() -> Chore:
    return Chore.objects.get(pk="broom")


def comes_due() -> None:
    Chore.objects.update(due=timezone.now() - timedelta(minutes=1))


def test_a_duty_is_first_done_when_it_is_due_not_when_it_is_installed(broom: Broom) -> None:
    now = timezone.now()
    assert STEP.waiting(now).rows == 1, "somebody has to enlist it"
    assert STEP.run() == 0
    assert broom.done == 0
    assert now + HOUR <= row().due <= timezone.now() + HOUR
    assert STEP.waiting(timezone.now()).rows == 0


def test_what_is_due_is_done_once_and_says_what_came_of_it(broom: Broom) -> None:
    STEP.run()
    comes_due()
    assert STEP.waiting(timezone.now()).rows == 1
    assert STEP.run() == 1
    assert STEP.run() == 0
    assert (broom.done, row().words, row().failure, row().owner) == (1, "扫了 1 次", "", "")
    assert row().due > timezone.now() + HOUR / 2
    assert row().began <= row().ended


def test_a_duty_that_breaks_keeps_its_traceback_and_goes_on_when_it_is_next_due(
    broom: Broom,
) -> None:
    STEP.run()
    broom.breaks = ValueError("扫帚断了")
    for done in range(1, 8):  # far more often than any other row is tried
        comes_due()
        assert STEP.run() == 1
        assert broom.done == done
    assert "ValueError: 扫帚断了" in row().failure
    assert "没有做成" in row().words
    assert (row().quarantined, row().attempts) == ("", 0)
    broom.breaks = None
    comes_due()
    STEP.run()
    assert (row().failure, row().words) == ("", "扫了 8 次")


def test_an_index_that_is_away_is_told_in_its_own_words(broom: Broom) -> None:
    STEP.run()
    comes_due()
    broom.breaks = IndexUnavailable("连不上检索库")
    STEP.run()
    assert row().words == row().failure == "连不上检索库"


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_do_a_duty_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    under_way, may_end = threading.Event(), threading.Event()
    done: list[str] = []

    def long() -> str:
        done.append(threading.current_thread().name)
        under_way.set()
        assert may_end.wait(30)
        return "做完了"

    monkeypatch.setattr(chores, "DUTIES", {"broom": Duty("broom", long, lambda now: now + HOUR)})
    STEP.run()
    comes_due()

    def first() -> None:
        try:
            chores.batch()
        finally:
            connection.close()

    thread = threading.Thread(target=first, name="first")
    thread.start()
    assert under_way.wait(30)
    assert chores.batch() == 0
    may_end.set()
    thread.join(30)
    assert chores.batch() == 0
    assert done == ["first"]
    assert row().words == "做完了"


def test_a_duty_whose_process_died_is_done_by_another_when_the_lease_is_over(
    broom: Broom,
) -> None:
    STEP.run()
    comes_due()
    now = timezone.now()
    chores.LANE.claim(now, 1, [now, now + FARTHEST])
    assert STEP.run() == 0
    Chore.objects.update(until=now - timedelta(seconds=1))
    assert STEP.run() == 1
    assert broom.done == 1


def test_a_duty_that_kills_its_process_is_not_due_again_at_once(broom: Broom) -> None:
    STEP.run()
    comes_due()
    broom.breaks = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        STEP.run()
    now = timezone.now()
    Chore.objects.update(until=now - timedelta(seconds=1))
    assert STEP.waiting(now).rows == 0
    assert now < row().due <= now + chores.AGAIN


def test_who_finishes_after_his_lease_changes_nothing(broom: Broom) -> None:
    STEP.run()
    comes_due()
    now = timezone.now()
    (late,) = chores.LANE.claim(now, 1, [now, now + FARTHEST])
    Chore.objects.update(until=now - timedelta(seconds=1))
    STEP.run()
    before = row().due
    chores._do(late, now)
    assert (row().words, row().due) == ("扫了 1 次", before)


def test_after_the_clock_was_set_back_a_duty_does_not_wait_for_a_date_of_the_wrong_clock(
    broom: Broom,
) -> None:
    STEP.run()
    Chore.objects.update(due=timezone.now() + timedelta(days=300))
    assert STEP.waiting(timezone.now()).rows == 1
    assert STEP.run() == 1
    assert row().due < timezone.now() + 2 * HOUR


def test_duties_of_another_version_vanish_and_those_of_this_one_are_enlisted(
    broom: Broom,
) -> None:
    Chore.objects.create(slug="of-old", due=timezone.now() - HOUR)
    assert STEP.waiting(timezone.now()).rows == 1
    STEP.run()
    assert list(Chore.objects.values_list("slug", flat=True)) == ["broom"]
    assert broom.done == 0


def test_daily_is_the_next_of_its_times_in_shanghai() -> None:
    following = daily(time(3, 10), time(20))
    cases = {
        "2026-11-22T19:09:59+00:00": "2026-11-22T19:10:00+00:00",
        "2026-11-22T19:10:00+00:00": "2026-11-23T12:00:00+00:00",
        "2026-11-23T12:00:00+00:00": "2026-11-23T19:10:00+00:00",
        "2026-12-31T15:59:59+00:00": "2026-12-31T19:10:00+00:00",
    }
    for now, due in cases.items():
        assert following(datetime.fromisoformat(now)).astimezone(UTC).isoformat() == due


def test_every_duty_has_a_name_in_the_office_and_is_due_within_the_farthest(db: None) -> None:
    now = timezone.now()
    assert "reconcile" in DUTIES
    for slug, duty in DUTIES.items():
        assert slug == duty.slug
        assert CHORE_WORDS[slug]
        assert now < duty.following(now) <= now + FARTHEST


def test_the_nightly_comparison_leaves_a_lease_enough_time(office: Any) -> None:
    from monitor.pipeline import reconcile

    assert timedelta(seconds=reconcile.TURN_S) < LIMIT
    assert "全部一致" in DUTIES["reconcile"].work()
