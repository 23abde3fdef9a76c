"""Nothing is lost and nothing is doubled while processes die."""

from pathlib import Path

import pytest

from tests.system.storm import weather


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
