"""A question that may hang costs whoever asks it no more than a little patience."""

import threading
from collections.abc import Callable

import pytest

from monitor.stack.answers import Question


class Oracle:
    """Answers with a number that counts its answers; `falls_silent` until `speaks`."""

    def __init__(self) -> None:
        self.asked = 0
        self._may = threading.Event()
        self._may.set()
        self.fails = False

    def __call__(self) -> int:
        self.asked += 1
        self._may.wait(20)
        if self.fails:
            raise RuntimeError("broken")
        return self.asked

    def falls_silent(self) -> None:
        self._may.clear()

    def speaks(self) -> None:
        self._may.set()


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def question(oracle: Callable[[], int], clock: Clock, patience_s: float = 20) -> Question[int]:
    return Question("test", oracle, good_s=10, patience_s=patience_s, clock=clock)


def test_an_answer_is_kept_while_it_is_good(oracle: Oracle, clock: Clock) -> None:
    asking = question(oracle, clock)
    assert asking.in_time() == 1
    clock.now = 9.9
    assert asking.in_time() == 1
    clock.now = 10.1
    assert asking.in_time() == 2


def test_silence_is_waited_for_only_a_little_and_told_from_an_answer(
    oracle: Oracle, clock: Clock
) -> None:
    asking = question(oracle, clock, patience_s=0.01)
    oracle.falls_silent()
    assert asking.answer() is None
    assert asking.in_time() is None
    oracle.speaks()


def test_while_one_asks_nobody_else_does_and_the_last_answer_is_told_with_its_age(
    oracle: Oracle, clock: Clock
) -> None:
    patient, clock.now = question(oracle, clock), 0.0
    assert patient.in_time() == 1
    patient._patience_s = 0.01
    oracle.falls_silent()
    clock.now = 100.0
    for _ in range(5):
        known = patient.answer()
        assert known is not None
        assert (known.found, known.age_s) == (1, 100.0)
        assert patient.in_time() is None
    assert oracle.asked == 2
    oracle.speaks()
    patient._patience_s = 20
    assert patient.in_time() == 2


def test_asking_that_fails_is_no_answer_and_is_tried_again(
    oracle: Oracle, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    asking = question(oracle, clock)
    oracle.fails = True
    assert asking.in_time() is None
    assert "查询test时出错" in caplog.text
    oracle.fails = False
    assert asking.in_time() == 2
