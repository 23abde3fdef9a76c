"""A worker that hears nothing for a minute ends itself; one that hears or works does not."""

import pytest

from config.watchdog import EXIT_CODE, SILENCE_S, Watchdog

LONGEST_S = 125.0


class Worker:
    """A watchdog whose worker's time passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.busy = False
        self.ended: list[int] = []
        self.watchdog = Watchdog(lambda: self.busy, LONGEST_S, self.ended.append, lambda: self.now)

    def passes(self, seconds: float) -> None:
        """As its thread does, the watchdog looks every few seconds."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 5)
            self.watchdog.look()


@pytest.fixture
def worker() -> Worker:
    return Worker()


def test_a_deaf_worker_ends_itself(worker: Worker) -> None:
    worker.passes(SILENCE_S)
    assert worker.ended == []
    worker.passes(1)
    assert worker.ended == [EXIT_CODE]


def test_an_answer_proves_that_it_hears(worker: Worker) -> None:
    for _ in range(5):
        worker.passes(SILENCE_S - 1)
        worker.watchdog.heard()
    assert worker.ended == []


def test_one_that_works_hears_nothing_and_is_left_alone(worker: Worker) -> None:
    worker.busy = True
    worker.passes(LONGEST_S)
    worker.busy = False
    worker.passes(SILENCE_S)
    assert worker.ended == []
    worker.passes(1)
    assert worker.ended == [EXIT_CODE]


def test_no_task_takes_for_ever(worker: Worker) -> None:
    worker.busy = True
    worker.passes(LONGEST_S + SILENCE_S + 1)
    assert worker.ended == [EXIT_CODE]
