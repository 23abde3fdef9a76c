"""Counts of a pool's processes: told together, never falling, and no file left by the dead."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.stack.counts import Counts


class Pool:
    """tests/stack/counting.py, spoken to by lines."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.stack.counting", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _tell(self, order: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def _lines(self, order: str) -> list[str]:
        lines = [self._tell(order)]
        assert self.process.stdout is not None
        while lines[-1]:
            lines.append(self.process.stdout.readline().strip())
        return lines[:-1]

    def forks(self) -> int:
        return int(self._tell("fork"))

    def counts(self, pid: int, times: int = 1) -> None:
        for _ in range(times):
            assert self._tell(f"count {pid}") == "counted"

    def loses(self, pid: int) -> None:
        assert self._tell(f"kill {pid}") == "killed"

    def shows(self) -> dict[str, float]:
        families = text_string_to_metric_families("\n".join(self._lines("show")) + "\n")
        return {
            sample.name + sample.labels.get("le", ""): sample.value
            for family in families
            for sample in family.samples
        }

    def files(self) -> list[str]:
        return self._lines("files")

    def ends(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(20) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "counts"


@pytest.fixture
def pool(folder: Path) -> Iterator[Pool]:
    made = Pool(folder)
    yield made
    made.process.kill()
    made.process.wait()


def test_the_counts_of_all_processes_are_one_sum(pool: Pool) -> None:
    first, second = pool.forks(), pool.forks()
    pool.counts(first, 2)
    pool.counts(second, 3)
    shown = pool.shows()
    assert shown["rows_total"] == 5
    assert shown["lasted_seconds_count"] == 5
    assert shown["lasted_seconds_sum"] == 25
    assert (shown["lasted_seconds_bucket1.0"], shown["lasted_seconds_bucket10.0"]) == (0, 5)


def test_a_death_lowers_no_count_and_leaves_no_file(pool: Pool) -> None:
    kept, lost = pool.forks(), pool.forks()
    pool.counts(kept, 2)
    pool.counts(lost, 3)
    pool.loses(lost)
    for _ in range(3):
        shown = pool.shows()
        assert (shown["rows_total"], shown["lasted_seconds_bucket10.0"]) == (5, 5)
    assert not [name for name in pool.files() if str(lost) in name]
    pool.counts(kept)
    assert pool.shows()["rows_total"] == 6


def test_however_many_die_the_folder_does_not_grow(pool: Pool) -> None:
    for n in range(1, 8):
        pid = pool.forks()
        pool.counts(pid)
        pool.loses(pid)
        assert pool.shows()["rows_total"] == n
    assert pool.files() == ["counter_0.db", "histogram_0.db"]


def test_a_worker_that_ends_takes_its_folder_along(pool: Pool, folder: Path) -> None:
    pool.counts(pool.forks())
    assert folder.is_dir()
    pool.ends()
    assert not folder.exists()


def test_a_worker_removes_what_killed_ones_left_and_nothing_else(tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    left, alive, other = (tmp_path / f"counts-{n}" for n in (dead.pid, os.getppid(), "notes"))
    for place in (left, alive, other):
        place.mkdir()
    own = tmp_path / f"counts-{os.getpid()}"
    own.mkdir()
    (own / "counter_7.db").write_bytes(b"old")
    Counts(own).open()
    assert not left.exists()
    assert alive.exists()
    assert other.exists()
    assert list(own.iterdir()) == []


def test_a_file_that_is_just_being_made_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "counter_1.db").touch()
    (tmp_path / "histogram_1.db").touch()
    assert Counts(tmp_path).exposition() == b""
