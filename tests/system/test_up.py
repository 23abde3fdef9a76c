"""`yuqing up`: one terminal, one data folder, and nothing left behind."""

import contextlib
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.peers import postgres, redis
from tests.peers.feeds import FeedServer
from tests.peers.postgres import Postgres
from tests.peers.redis import RedisServer
from tests.required import lacking
from tests.system.conftest import Start, offspring, written
from tests.system.stories import note
from tests.system.waiting import until

pytestmark = pytest.mark.timeout(180)

CHILDREN = 5
"""Broker, console, worker, its first pool process, beat."""


def _runs(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    until(
        lambda: process.poll() is not None or len(offspring(process.pid)) > CHILDREN,
        90,
        "up did not start its processes:\n" + written(folder),
    )
    assert process.poll() is None, written(folder)


def test_one_ctrl_c_ends_everything_within_fifteen_seconds(
    start: Start, port: int, tmp_path: Path
) -> None:
    up = start("up", "--port", str(port))
    _runs(up, tmp_path)
    children = offspring(up.pid)
    began = time.monotonic()
    up.send_signal(signal.SIGINT)
    assert up.wait(20) == 0
    assert time.monotonic() - began < 16
    assert not [child for child in children if child.is_running()]


def test_a_second_up_on_the_same_folder_says_so_and_exits_with_one(
    start: Start, port: int, tmp_path: Path
) -> None:
    up = start("up", "--port", str(port))
    _runs(up, tmp_path)
    second = start("up", "--port", str(port + 1))
    assert second.wait(30) == 1
    assert "正在被另一个" in written(tmp_path)
    assert up.poll() is None


def test_killing_the_supervisor_leaves_no_process_behind(
    start: Start, port: int, tmp_path: Path
) -> None:
    up = start("up", "--port", str(port))
    _runs(up, tmp_path)
    children = offspring(up.pid)
    up.kill()
    up.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


def test_a_stop_in_the_middle_of_work_releases_what_was_claimed(
    start: Start, port: int, tmp_path: Path
) -> None:
    import pysqlite3

    with FeedServer() as server:
        silent = server.feed("/silent.xml")
        silent.goes_silent()
        own = tmp_path / "data" / "catalog"
        own.mkdir(parents=True)
        (own / "sources.yaml").write_text(
            f"- {{slug: silent, name: 不回答的信源, url: '{silent.url}'}}\n", encoding="utf-8"
        )
        up = start("up", "--port", str(port), YUQING_FETCH_ALLOW="127.0.0.0/8")
        until(lambda: silent.count > 0 or up.poll() is not None, 90, "never polled")
        assert up.poll() is None, written(tmp_path)

        def claims() -> list[tuple[str, int]]:
            database = pysqlite3.connect(tmp_path / "data" / "yuqing.db", timeout=30)
            rows = database.execute(
                "SELECT slug, attempts FROM monitor_source WHERE until IS NOT NULL"
            ).fetchall()
            database.close()
            return list(rows)

        assert claims() == [("silent", 1)]
        up.send_signal(signal.SIGINT)
        assert up.wait(20) == 0
    assert claims() == []


def test_it_stands_on_a_database_and_a_broker_of_others_and_shows_no_demo_on_real_data(
    start: Start, port: int, tmp_path: Path
) -> None:
    try:
        postgres.programs()
        redis.program()
    except (postgres.PostgresMissing, redis.RedisMissing) as missing:
        lacking(str(missing))
    with Postgres() as database, RedisServer("geheim") as broker:
        settings = {
            "YUQING_DATABASE_URL": database.database("yuqing"),
            "YUQING_BROKER_URL": broker.url,
            "YUQING_BROKER_PASSWORD": "geheim",
        }
        up = start("up", "--port", str(port), **settings)
        until(
            lambda: up.poll() is not None or (len(offspring(up.pid)) >= CHILDREN - 1),
            90,
            "up did not start its processes:\n" + written(tmp_path),
        )
        until(lambda: up.poll() is not None or _answers(port), 90, "the console never answered")
        assert up.poll() is None, written(tmp_path)
        assert not (tmp_path / "data" / "yuqing.db").exists()
        assert not (tmp_path / "data" / "broker").exists()
        up.send_signal(signal.SIGINT)
        assert up.wait(20) == 0

        elsewhere = str(tmp_path / "another")
        demo = start("up", "--demo", "--port", str(port), YUQING_DATA=elsewhere, **settings)
        assert demo.wait(60) == 1
        assert "数据库里是正式数据" in written(tmp_path)


def test_a_broker_of_others_that_is_away_is_told_and_waited_for(
    start: Start, port: int, tmp_path: Path
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: refused
        url = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"
        up = start("up", "--port", str(port), YUQING_BROKER_URL=url)
        until(lambda: _answers(port), 90, "the console never answered")
        assert "消息服务现在连接不上" in written(tmp_path)
        up.send_signal(signal.SIGINT)
        assert up.wait(20) == 0


def test_a_dead_child_is_started_again(start: Start, port: int, tmp_path: Path) -> None:
    up = start("up", "--port", str(port))
    _runs(up, tmp_path)
    until(lambda: _answers(port), 60, "the console never answered")
    console = next(iter(_consoles(up.pid)))
    console.kill()
    until(
        lambda: bool(_consoles(up.pid) - {console}),
        30,
        "the console was not started again",
    )
    until(lambda: _answers(port), 60, "the new console never answered")
    assert "控制台" in written(tmp_path)


def test_an_unknown_setting_stops_the_start_with_one_line(start: Start, tmp_path: Path) -> None:
    up = start("up", YUQING_PROT="8000")
    assert up.wait(30) == 2
    lines = written(tmp_path).strip().splitlines()
    assert len(lines) == 1
    assert "YUQING_PROT" in lines[0]


def _consoles(pid: int) -> set[psutil.Process]:
    found = set()
    for process in offspring(pid):
        with contextlib.suppress(psutil.Error):  # gone, or a zombie nobody has waited for yet
            if "web" in process.cmdline():
                found.add(process)
    return found


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def test_notes_of_the_storm_are_all_different() -> None:
    """The storm counts articles; two equal notes would be one."""
    assert len({note(n) for n in range(5000)}) == 5000
