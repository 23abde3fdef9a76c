"""A turn that ends with work left asks for another; one that found the end does not."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from monitor.pipeline import step, wake
from monitor.pipeline.step import Step, Waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hinted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that were hinted."""
    names: list[str] = []
    monkeypatch.setattr(wake, "hint", lambda *steps: names.extend(steps))
    monkeypatch.setattr(step, "TURN_S", 0.05)
    return names


def of(batch: Callable[[], int]) -> Step:
    return Step("index", "index", timedelta(seconds=1), batch, lambda _: Waiting(0, 0.0))


def test_a_backlog_asks_for_the_next_turn(hinted: list[str]) -> None:
    assert of(lambda: 7).run() > 7
    assert hinted == ["index"]


def test_the_end_of_the_work_asks_for_nothing(hinted: list[str]) -> None:
    left = [7, 0]
    assert of(lambda: left.pop(0)).run() == 7
    assert hinted == []
