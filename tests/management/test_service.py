"""`yuqing service`: one service, as a container runs it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from monitor.stack import services
from monitor.stack.broker import Broker

COMMAND = [sys.executable, "-m", "monitor", "service"]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YUQING_")}
    return kept | {"YUQING_DATA": str(folder)} | {f"YUQING_{k}": v for k, v in settings.items()}


def told(folder: Path, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *words],
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=120,
    )


@contextmanager
def running(folder: Path, name: str, **settings: str) -> Iterator[psutil.Process]:
    """The service, once it has become what it is."""
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen(
            [*COMMAND, name], env=environment(folder, **settings), stdout=log, stderr=log
        )
    try:
        process = psutil.Process(started.pid)
        # In the moment of becoming another a process has no command line at all.
        while not (line := process.cmdline()) or "service" in line:
            assert started.poll() is None, (folder / "log").read_text()
            try:
                started.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
        yield process
    finally:
        started.kill()
        started.wait()


def test_migrate_prepares_an_empty_place_and_does_no_harm_when_repeated(tmp_path: Path) -> None:
    first, second = told(tmp_path, "migrate"), told(tmp_path, "migrate")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "已准备好" in first.stdout
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "status"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"INDEX_URL": "http://127.0.0.1:{port}/yuqing"}, "检索库暂不能用"),
        ({"DATABASE_URL": "postgresql://yuqing@127.0.0.1:{port}/yuqing"}, "数据库连接不上"),
    ],
)
def test_migrate_says_in_one_line_what_it_cannot_reach(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: refused
        port = nobody.getsockname()[1]
        given = {name: url.format(port=port) for name, url in settings.items()}
        done = told(tmp_path, "migrate", **given)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", services.QUEUES)
def test_a_worker_becomes_celerys_and_listens_to_its_queues_alone(
    tmp_path: Path, name: str
) -> None:
    assert told(tmp_path, "migrate").returncode == 0
    with Broker(tmp_path).running(), running(tmp_path, name, WORKERS="5") as process:
        line = process.cmdline()
        assert f"--queues={','.join(services.QUEUES[name])}" in line
        assert "--concurrency=5" in line
        given = process.environ()
        assert given["YUQING_SERVICE"] == name
        assert given["REMAP_SIGTERM"] == "SIGQUIT"
        assert given["MALLOC_ARENA_MAX"] == "2"


def test_what_docker_tells_to_stop_stops_within_its_grace(tmp_path: Path) -> None:
    assert told(tmp_path, "migrate").returncode == 0
    with Broker(tmp_path).running(), running(tmp_path, "beat") as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(services.beat().grace_s + 10) is not None


def test_an_unknown_service_is_refused_with_those_there_are(tmp_path: Path) -> None:
    done = told(tmp_path, "worker-everything")
    assert done.returncode == 2
    for name in (*services.NAMES, "migrate"):
        assert name in done.stderr


def test_every_queue_of_a_step_has_a_worker() -> None:
    from monitor.pipeline.steps import STEPS

    split = {queue for name, queues in services.QUEUES.items() if "-" in name for queue in queues}
    assert {step.queue for step in STEPS.values()} == split == set(services.QUEUES["worker"])
