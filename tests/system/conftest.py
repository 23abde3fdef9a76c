"""Commands on a data folder of their own for system tests."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.peers.elasticsearch.fixtures import _doomed, elastic_url, elasticsearch, mortal
from tests.system.ports import neighbours

__all__ = ["_doomed", "elastic_url", "elasticsearch", "mortal"]

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def port() -> int:
    """A port P such that P and P + 1 are free now."""
    return neighbours()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start("up", "--port", "1")` runs yuqing on a data folder of the test; all is ended after."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {k: v for k, v in os.environ.items() if not k.startswith("YUQING_")}

    def begin(*arguments: str, **settings: str) -> subprocess.Popen[bytes]:
        with (tmp_path / "terminal.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "monitor", *arguments],
                env=environment | {"YUQING_DATA": str(tmp_path / "data")} | settings,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def offspring(pid: int) -> list[psutil.Process]:
    """Every process below this one."""
    return psutil.Process(pid).children(recursive=True)


def written(folder: Path) -> str:
    """What the commands of a test have printed so far."""
    return (folder / "terminal.log").read_text(encoding="utf-8", errors="replace")
