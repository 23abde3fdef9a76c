"""A real Redis that is away, slow, full or wiped only delays; whatever it asks for is shown."""

import random
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.peers import redis
from tests.peers.redis import RedisServer, Sentinels
from tests.peers.road import Road
from tests.required import lacking
from tests.system.county import Entry
from tests.system.installation import Installation
from tests.system.ports import neighbours
from tests.system.stories import STORIES
from tests.system.waiting import until

pytestmark = pytest.mark.timeout(400)

PASSWORD = "geheim+von/den:Tests"
PATIENCE_S = 150.0
"""A broken connection may take a minute to be noticed, and a restart some seconds."""


@pytest.fixture(scope="module", autouse=True)
def _program() -> None:
    try:
        redis.program()
    except redis.RedisMissing as missing:
        lacking(str(missing))


@contextmanager
def running(data: Path, settings: Mapping[str, str]) -> Iterator[Installation]:
    """An installation that has one story a feed to tell, on an external broker."""
    told = [Entry(n % 10, f"story{n}", story) for n, story in enumerate(STORIES)]
    with Installation(data, told, neighbours(), random.Random(1), settings) as house:
        house.starts("worker", "pool", "beat", "web")
        yield house


def goes_through(house: Installation) -> None:
    """One more story is published; its one alert arrives, once, and everything is at rest."""
    arrived = len(house.robot.received)
    house.publish(1)
    house.robot.wait_for(arrived + 1, timeout=PATIENCE_S)
    until(house.settled, PATIENCE_S, "never at rest")
    assert len(house.robot.received) == len(house.published) == arrived + 1
    links = [link for (link,) in house.rows("SELECT link FROM monitor_article ORDER BY id")]
    assert links == [entry.link for entry in house.published]


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer(PASSWORD) as server:
        yield server


@pytest.fixture(scope="module")
def road(server: RedisServer) -> Iterator[Road]:
    with Road(server.port) as road:
        yield road


@pytest.fixture(scope="module")
def house(road: Road, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    settings = {
        "YUQING_BROKER_URL": f"redis://127.0.0.1:{road.port}/0",
        "YUQING_BROKER_PASSWORD": PASSWORD,
    }
    with running(tmp_path_factory.mktemp("redis") / "data", settings) as house:
        goes_through(house)
        yield house


def test_one_that_is_away_for_a_while_only_delays(house: Installation, server: RedisServer) -> None:
    server.dies()
    with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/sign-in", timeout=30) as page:
        assert page.status == 200
    server.starts()
    goes_through(house)


def test_one_that_is_full_only_delays_and_the_worker_lives(
    house: Installation, server: RedisServer
) -> None:
    (worker,) = house.processes()["worker"]
    before = refusals(server)
    server.is_full()
    until(lambda: refusals(server) > before + 1, PATIENCE_S, "nobody asked a full server")
    server.has_room()
    goes_through(house)
    assert house.processes()["worker"] == [worker]


def refusals(server: RedisServer) -> int:
    """How often the server has said that it is full."""
    with server.client() as talk:
        return int(talk.info("errorstats").get("errorstat_OOM", {"count": 0})["count"])


def test_one_that_is_wiped_only_delays(house: Installation, server: RedisServer) -> None:
    server.is_wiped()
    goes_through(house)


def test_one_that_is_slow_only_delays(house: Installation, road: Road) -> None:
    road.is_long(0.15)
    try:
        goes_through(house)
    finally:
        road.is_clear()


def test_one_that_falls_silent_and_comes_back_only_delays(house: Installation, road: Road) -> None:
    road.is_blocked()
    until(lambda: road.holds, PATIENCE_S, "nobody went by the road")
    road.is_clear()
    goes_through(house)


def test_two_beats_double_the_hints_and_nothing_else(
    house: Installation, server: RedisServer
) -> None:
    (first,) = house.processes()["beat"]
    second = subprocess.Popen(
        [sys.executable, "-m", "monitor", "service", "beat"],
        env=first.environ(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        senders = sweepers(server, {first.pid, second.pid})
        assert senders == {first.pid, second.pid}
        goes_through(house)
        goes_through(house)
    finally:
        second.kill()
        second.wait()


def sweepers(server: RedisServer, wanted: set[int]) -> set[int]:
    """The processes whose sweeps reach the server, until all wanted ones have been seen."""
    seen: set[int] = set()
    end = time.monotonic() + PATIENCE_S
    with server.client() as talk, talk.monitor() as watching:
        while seen < wanted and time.monotonic() < end:
            command = watching.next_command()["command"]
            if command.startswith("LPUSH notify ") and '"sweep"' in command:
                seen |= {int(pid) for pid in re.findall(r"gen(\d+)@", command)}
    return seen


def test_over_tls_and_with_a_password(tmp_path: Path) -> None:
    with RedisServer(PASSWORD, tls=True) as server:
        settings = {
            "YUQING_BROKER_URL": server.url,
            "YUQING_BROKER_PASSWORD": PASSWORD,
            "YUQING_BROKER_CA": str(server.ca),
        }
        with running(tmp_path / "data", settings) as house:
            goes_through(house)


def test_by_sentinels_while_the_master_changes_and_no_password_is_ever_shown(
    tmp_path: Path,
) -> None:
    with Sentinels(password="geheim", own_password="verschwiegen") as sentinels:
        settings = {"YUQING_BROKER_URL": sentinels.url, "YUQING_BROKER_PASSWORD": "geheim"}
        with running(tmp_path / "data", settings) as house:
            goes_through(house)
            sentinels.loses_its_master()
            goes_through(house)
            said = house.log.read_text("utf-8", "replace")
    assert "127.0.0.1" in said
    assert not re.search("geheim|verschwiegen", said)
