"""The sweep goes on whatever happens to the machine's clock, and beat keeps nothing on disk."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.apps.beat import Beat
from celery.beat import Scheduler
from celery.schedules import schedule

from config.celery import SWEEP_S, app
from config.clock import steady

HOUR = timedelta(hours=1)
Machine = Callable[..., None]


class Recorded(Scheduler):
    """Celery's own scheduler; a due task is counted instead of published."""

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.sent: list[str] = [*getattr(self, "sent", []), entry.name]

    @property
    def producer(self) -> None:
        return None


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """`machine(passes=3.1, set_by=-HOUR)`: real time passes, and somebody sets the clock."""
    state = {"steady": time.monotonic(), "wall": datetime.now(UTC)}
    monkeypatch.setattr(time, "monotonic", lambda: state["steady"])
    monkeypatch.setattr(app, "now", lambda: state["wall"])

    def change(*, passes: float = 0.0, set_by: timedelta = timedelta()) -> None:
        state["steady"] += passes
        state["wall"] += timedelta(seconds=passes) + set_by

    return change


def sweeps_after_the_clock_is_set(machine: Machine, by: timedelta) -> int:
    """How many sweeps leave in three of their intervals."""
    beat = Recorded(app)
    machine(passes=SWEEP_S + 0.1)
    drain(beat)
    assert beat.sent == ["sweep"]
    machine(set_by=by)
    for _ in range(3):
        machine(passes=SWEEP_S + 0.1)
        drain(beat)
    return len(beat.sent) - 1


def drain(beat: Recorded) -> None:
    for _ in range(10):
        if beat.tick() > 0:
            return
    pytest.fail("beat never rests")


@pytest.mark.parametrize("by", [-HOUR, HOUR, -365 * 24 * HOUR, timedelta()])
def test_the_sweep_goes_on_when_the_clock_is_set(machine: Machine, by: timedelta) -> None:
    assert sweeps_after_the_clock_is_set(machine, by) == 3


def test_a_schedule_by_the_machines_clock_would_stand_still(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.conf.beat_schedule["sweep"], "schedule", schedule(SWEEP_S))
    assert sweeps_after_the_clock_is_set(machine, -HOUR) == 0


def test_beat_uses_a_scheduler_that_keeps_nothing_on_disk() -> None:
    beat = Beat(app=app, quiet=True)
    service = beat.Service(app, scheduler_cls=beat.scheduler_cls, schedule_filename=beat.schedule)
    assert type(service.get_scheduler(lazy=True)) is Scheduler


def test_the_steady_clock_starts_right_and_only_goes_forward() -> None:
    first = steady()
    assert abs(datetime.now(UTC) - first) < timedelta(minutes=5)
    assert steady() >= first
