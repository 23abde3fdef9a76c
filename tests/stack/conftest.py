"""Real supervisors, real children: started in the test's folder, and gone at its end."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # for a busy machine; a condition that holds is seen within 20 ms


def wait_until(condition: Callable[[], Any], seconds: float = PATIENCE, what: str = "") -> Any:
    deadline = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Up:
    """A running `small_up`."""

    def __init__(self, folder: Path, spec: dict[str, Any], work: Path, stdout: Any = None) -> None:
        self.folder = folder
        self.screen = work / "screen.txt"
        spec_file = work / "spec.json"
        spec_file.write_text(json.dumps(spec), encoding="utf-8")
        with self.screen.open("ab") as screen:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.stack.small_up", str(folder), str(spec_file)],
                cwd=ROOT,
                stdout=screen if stdout is None else stdout,
                stderr=screen,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.screen.read_text(encoding="utf-8")

    @property
    def logged(self) -> str:
        return (self.folder / "log" / "yuqing.log").read_text(encoding="utf-8")

    def shows(self, words: str, times: int = 1) -> None:
        try:
            wait_until(lambda: self.text.count(words) >= times)
        except TimeoutError:
            pytest.fail(f"{words} not shown {times} times in\n{self.text}")

    def child_pids(self) -> list[int]:
        """The children in the order of their start."""
        found = psutil.Process(self.process.pid).children()
        return [each.pid for each in sorted(found, key=lambda each: (each.create_time(), each.pid))]

    def ctrl_c(self) -> None:
        """As a terminal does it: to the whole foreground process group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def ends(self, seconds: float = PATIENCE) -> int:
        return self.process.wait(seconds)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start(spec: dict[str, Any], folder: Path | None = None, stdout: Any = None) -> Up:
        work = tmp_path / f"up{len(started)}"
        work.mkdir()
        started.append(Up(folder or tmp_path / "data", spec, work, stdout))
        return started[-1]

    yield start
    for each in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.wait(PATIENCE)


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], list[str]]:
    """The argument list that runs a few lines of Python."""
    count = 0

    def write(lines: str) -> list[str]:
        nonlocal count
        count += 1
        file = tmp_path / f"script{count}.py"
        file.write_text(f"import os, signal, sys, time\n{lines}\n", encoding="utf-8")
        return [sys.executable, str(file)]

    return write
