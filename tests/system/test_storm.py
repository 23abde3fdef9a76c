"""Nothing is lost and nothing is doubled while processes die."""

from pathlib import Path

import pytest

from scripts.processes import stores
from tests.required import lacking
from tests.system.storm import production_weather, weather


@pytest.mark.timeout(900)
def test_ten_kills_and_a_wiped_broker_lose_and_double_nothing(tmp_path: Path, port: int) -> None:
    verdict = weather(
        tmp_path / "data",
        articles=2000,
        kills=10,
        wipes=2,
        port=port,
        seed=20261123,
        pause=2.0,
        patience=360,
    )
    print(verdict.table())
    assert verdict.problems == []
    assert sum(verdict.kills.values()) >= 10
    assert verdict.wipes == {"files deleted": 1, "flushed": 1}


@pytest.mark.timeout(1500)
def test_ten_kills_on_the_production_stack_lose_and_double_nothing() -> None:
    if words := stores.missing():
        lacking(words)
    verdict = production_weather(
        articles=1000,
        kills=10,
        wipes=2,
        seed=20261123,
        pause=3.0,
        patience=600,
        outage=60.0,
    )
    print(verdict.table())
    assert verdict.problems == []
    assert sum(verdict.kills.values()) >= 10
    assert verdict.wipes == {"files deleted": 1, "flushed": 1}
