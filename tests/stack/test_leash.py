"""A leashed process ends with its parent, however the parent ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.stack.process import leashed
from tests.stack.conftest import PATIENCE, ROOT, alive, wait_until

MODULE = [sys.executable, "-m", "monitor.stack.leash"]

PARENT = """
import os, subprocess, sys
child = subprocess.Popen([*sys.argv[1:], str(os.getpid()), "--", "sleep", "600"])
print(child.pid, flush=True)
child.wait()
"""


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)


@pytest.mark.parametrize("way", [[], ["--poll"]], ids=["prctl", "poll"])
def test_the_command_dies_when_its_parent_is_killed(way):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, *MODULE, *way], cwd=ROOT, stdout=subprocess.PIPE
    ) as parent:
        child = int(parent.stdout.readline())
        wait_until(lambda: "sleep" in _names(child), what="the command itself")
        family = [child, *_children(child)]
        parent.kill()
    wait_until(lambda: not any(alive(pid) for pid in family), PATIENCE, "the command's end")


@pytest.mark.parametrize("way", [[], ["--poll"]], ids=["prctl", "poll"])
def test_the_command_keeps_its_words_and_its_exit_code(way):
    command = [*MODULE, *way, str(os.getpid()), "--", "sh", "-c", "echo 好; exit 7"]
    done = run(command)
    assert (done.stdout, done.returncode) == ("好\n", 7)


@pytest.mark.parametrize("way", [[], ["--poll"]], ids=["prctl", "poll"])
def test_a_parent_that_is_gone_already_means_no_start(way, tmp_path):
    mark = tmp_path / "started"
    done = run([*MODULE, *way, "1", "--", "touch", str(mark)])
    assert done.returncode == 125
    assert not mark.exists()


def test_the_polling_leash_passes_stop_signals_on():
    with subprocess.Popen(
        [*MODULE, "--poll", str(os.getpid()), "--", "sleep", "600"], cwd=ROOT
    ) as it:
        wait_until(lambda: _children(it.pid), what="the command")
        wait_until(lambda: "sleep" in _names(it.pid), what="the command itself")
        it.send_signal(signal.SIGTERM)
        assert it.wait(PATIENCE) == 128 + signal.SIGTERM


def test_a_program_that_is_not_there_is_named():
    done = run([*MODULE, str(os.getpid()), "--", "/nowhere/valkey-server"])
    assert done.returncode == 127
    assert "找不到程序 /nowhere/valkey-server" in done.stderr


def test_a_program_that_cannot_run_is_named(tmp_path):
    (tmp_path / "data").write_text("")
    done = run([*MODULE, str(os.getpid()), "--", str(tmp_path / "data")])
    assert done.returncode == 126
    assert f"无法运行 {tmp_path / 'data'}" in done.stderr


@pytest.mark.parametrize("words", [[], ["x", "--", "true"], ["1", "--"], ["1", "true", "x"]])
def test_a_wrong_call_is_answered_with_the_usage(words):
    done = run([*MODULE, *words])
    assert done.returncode == 2
    assert "用法" in done.stderr


def test_the_command_starts_with_untouched_signals():
    plain = subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True, check=True)
    done = run(leashed(["cat", "/proc/self/status"]))
    wanted = [line for line in plain.stdout.splitlines() if line.startswith(("SigIgn", "SigBlk"))]
    assert wanted == [
        line for line in done.stdout.splitlines() if line.startswith(("SigIgn", "SigBlk"))
    ]


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _names(pid: int) -> set[str]:
    return {Path(f"/proc/{each}/comm").read_text().strip() for each in (pid, *_children(pid))}
