"""Real services seen from outside: their figures, their health, their logs."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from monitor.stack.broker import Broker
from tests.deploy.expressions import wanted
from tests.deploy.figures import Seen, samples
from tests.deploy.test_dashboard import check, expressions
from tests.peers.feeds import FeedServer
from tests.peers.robot import Robot
from tests.pipeline.office import TOWN_ITEMS, rss, source, webhook
from tests.system.conftest import Start, written
from tests.system.ports import neighbours
from tests.system.waiting import until
from tests.web.county import POISON

pytestmark = pytest.mark.timeout(300)

SIGNING = "a-secret-of-tests"
RARE = {"yuqing_step_failures_total", "yuqing_incident_seconds"}
"""Told only when something goes wrong, which nothing does here."""


def ask(port: int, path: str, token: str = "") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def answers(port: int, path: str) -> bool:
    try:
        return ask(port, path)[0] == 200
    except OSError:
        return False


def lays_out(data: Path, feed: str, hook: str) -> None:
    own = data / "catalog"
    own.mkdir(parents=True)
    files = {
        "places": TOWN_ITEMS,
        "sources": [source("forum", feed, interval_minutes=0.05)],
        "channels": [webhook(hook)],
    }
    for name, items in files.items():
        (own / f"{name}.yaml").write_text(json.dumps(items, ensure_ascii=False), encoding="utf-8")


def rows(seen: str, step: str) -> float:
    """Rows that the worker says it has done of this step."""
    for line in seen.splitlines():
        if line.startswith(f'yuqing_step_rows_total{{step="{step}"}}'):
            return float(line.rsplit(" ", 1)[1])
    return 0.0


def test_console_and_worker_tell_all_that_dashboard_and_rules_ask_for(
    start: Start, port: int, tmp_path: Path
) -> None:
    metrics = neighbours()
    with FeedServer() as server, Robot(SIGNING) as robot:
        feed = server.feed("/forum.xml")
        feed.serves(rss(POISON, *(f"{POISON}{n}" for n in range(3))))
        lays_out(tmp_path / "data", feed.url, robot.url)
        up = start(
            "up",
            "--port",
            str(port),
            YUQING_FETCH_ALLOW="127.0.0.0/8",
            YUQING_SECRET_SIGNING=SIGNING,
            YUQING_WORKERS="2",
            YUQING_METRICS_PORT=str(metrics),
            YUQING_LOG_FORMAT="json",
        )
        until(lambda: bool(robot.received) or up.poll() is not None, 120, "no push arrived")
        assert up.poll() is None, written(tmp_path)
        until(lambda: _complete(samples(*_both(port, metrics))), 90, "something was never told of")
        seen = samples(*_both(port, metrics))
        for owner, expression in expressions():
            if not RARE & {asked.name for asked in wanted(expression)}:
                check(owner, _without_outcomes(expression), seen)
        assert seen["yuqing_build_info"]["service"] == {"web", "worker"}
        assert ask(port, "/readyz")[0] == 200
        _survives_a_death(up.pid, metrics)
    terminal = written(tmp_path)
    assert "Traceback" not in terminal
    assert "已载入目录" in terminal
    assert '{"ts"' not in terminal  # the one log of `up` is for people


def _both(port: int, metrics: int) -> tuple[str, str]:
    return ask(port, "/metrics")[1], ask(metrics, "/metrics")[1]


def _complete(seen: Seen) -> bool:
    """The worker has done every step, and every queue has shown itself."""
    steps = seen["yuqing_step_rows_total"]["step"]
    kinds = seen["yuqing_heartbeat_age_seconds"]["kind"]
    return {"collect", "analyse", "group", "index", "alert", "deliver", "chores"} <= steps and {
        "collect",
        "text",
        "index",
        "notify",
        "watch",
        "web",
    } <= kinds


def _without_outcomes(expression: str) -> str:
    """Everything went well here: no value that tells of a failure has been seen."""
    return expression.replace('fate="quarantined"', 'fate="indexed"')


def _survives_a_death(up: int, metrics: int) -> None:
    """A process of the pool is killed: no count falls, and its files are gone."""
    before = ask(metrics, "/metrics")[1]
    workers = [p for p in psutil.Process(up).children(recursive=True) if "worker" in p.cmdline()]
    main = next(p for p in workers if p.parent() not in workers)
    victim = next(p for p in main.children() if p in workers)
    folder = Path(f"/tmp/yuqing-counts-{main.pid}")  # noqa: S108 - where the worker keeps it
    victim.kill()
    until(lambda: not psutil.pid_exists(victim.pid), 30, "the process did not die")
    after = ask(metrics, "/metrics")[1]
    for step in ("collect", "analyse", "deliver"):
        assert rows(after, step) >= rows(before, step) >= 1 or step == "deliver"
    assert not list(folder.glob(f"*_{victim.pid}.db"))


# one service at a time


class Services:
    """Services as a container runs them, on one data folder and one broker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir()
        self._started: list[subprocess.Popen[bytes]] = []
        kept = {k: v for k, v in os.environ.items() if not k.startswith("YUQING_")}
        self.environment = kept | {"YUQING_DATA": str(self.data), "YUQING_LOG_FORMAT": "json"}

    def run(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            env=self.environment | settings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, name: str, *arguments: str, **settings: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "monitor", "service", name, *arguments],
                env=self.environment | {"YUQING_SERVICE": name} | settings,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def log(self, name: str) -> list[str]:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8").splitlines()

    def lives(self, name: str) -> bool:
        return self.run("monitor.stack.vital", YUQING_SERVICE=name).returncode == 0

    def ends(self) -> None:
        for process in self._started:
            process.terminate()
        for process in self._started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = Services(tmp_path)
    with Broker(made.data).running():
        yield made
        made.ends()


def test_a_worker_and_beat_can_be_asked_whether_they_live_and_speak_json(
    services: Services,
) -> None:
    metrics = neighbours()
    assert services.run("monitor", "service", "migrate").returncode == 0
    assert not services.lives("worker-text")
    worker = services.start(
        "worker-text",
        YUQING_METRICS_PORT=str(metrics),
        YUQING_METRICS_TOKEN="a-token-of-tests",
        YUQING_WORKERS="1",
    )
    beat = services.start("beat")
    until(lambda: services.lives("worker-text"), 60, "no sign of the worker")
    until(lambda: services.lives("beat"), 60, "no sign of beat")
    until(lambda: answers(metrics, "/healthz"), 60, "nobody at the port")
    assert ask(metrics, "/metrics")[0] == 403
    assert ask(metrics, "/metrics", "wrong")[0] == 403
    status, text = ask(metrics, "/metrics", "a-token-of-tests")
    assert status == 200
    assert 'service="worker-text"' in text
    assert (worker.poll(), beat.poll()) == (None, None)
    lines = [json.loads(line) for line in services.log("worker-text")]
    assert lines
    assert {line["service"] for line in lines} == {"worker-text"}
    assert any(line["message"].startswith("已载入目录") for line in lines)
    services.ends()
    assert not services.lives("worker-text")
    assert not services.lives("beat")


def test_a_port_that_is_taken_keeps_no_worker_from_its_work(services: Services) -> None:
    import socket

    assert services.run("monitor", "service", "migrate").returncode == 0
    with socket.create_server(("0.0.0.0", 0)) as taken:  # noqa: S104 - as the worker would
        port = str(taken.getsockname()[1])
        worker = services.start("worker-text", YUQING_METRICS_PORT=port, YUQING_WORKERS="1")
        until(lambda: any(port in line for line in services.log("worker-text")), 60, "not said")
        assert services.lives("worker-text")
        assert worker.poll() is None


def test_a_console_without_its_database_lives_is_not_ready_and_tells_no_address(
    services: Services, port: int
) -> None:
    services.start(
        "web",
        "--port",
        str(port),
        YUQING_DATABASE_URL="postgresql://yuqing:the-password@127.0.0.1:9/office",
        YUQING_LOG_FORMAT="plain",
    )
    until(lambda: answers(port, "/healthz"), 60, "the console never answered")
    began = time.monotonic()
    status, text = ask(port, "/readyz")
    assert time.monotonic() - began < 20
    assert status == 503
    lines = text.splitlines()
    assert lines[0] == "未就绪"
    assert lines[1].startswith("数据库　连接不上")
    assert lines[3] == "消息服务　正常"
    for hidden in ("the-password", "127.0.0.1", "office", "yuqing@"):
        assert hidden not in text
    checked = services.run("monitor.stack.vital", f"http://127.0.0.1:{port}/readyz")
    assert checked.returncode == 1
    assert "503" in checked.stderr
    assert services.run("monitor.stack.vital", f"http://127.0.0.1:{port}/healthz").returncode == 0
    assert "the-password" not in "\n".join(services.log("web"))
    status, text = ask(port, "/metrics")
    assert status == 200
    assert 'yuqing_part_up{part="database"} 0.0' in text
