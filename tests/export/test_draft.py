"""A file that is written bit by bit by whoever is alive."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.export import FORMATS, DraftBusy, Progress, draft
from tests.export.sheets import LABELS, row, sheets, written

ROWS = [row(n) for n in range(1, 10)]


def goes_on(path: Path, format_: str, progress: Progress, upto: int) -> Progress:
    with draft(path, format_, LABELS, progress) as file:
        file.add(ROWS[file.done : upto], f"after {upto}")
        return file.keep()


def ends(path: Path, format_: str, progress: Progress) -> bytes:
    with draft(path, format_, LABELS, progress) as file:
        file.add(ROWS[file.done :], "end")
        file.finish()
    return path.read_bytes()


def same(format_: str, found: bytes) -> bool:
    whole = written(format_, ROWS)
    return sheets(found) == sheets(whole) if format_ == "xlsx" else found == whole


@pytest.mark.parametrize("format_", FORMATS)
def test_what_came_after_the_last_progress_kept_is_cut_off(tmp_path: Path, format_: str) -> None:
    path = tmp_path / "draft"
    kept = goes_on(path, format_, Progress(), 3)
    goes_on(path, format_, kept, 7)  # and the process dies before it can tell
    assert path.stat().st_size > kept.size
    assert (kept.done, kept.position) == (3, "after 3")
    assert same(format_, ends(path, format_, kept))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_that_lost_its_end_is_begun_again(tmp_path: Path, format_: str) -> None:
    path = tmp_path / "draft"
    kept = goes_on(path, format_, Progress(), 5)
    os.truncate(path, kept.size - 1)
    with draft(path, format_, LABELS, kept) as file:
        assert (file.done, file.progress.position) == (0, "")
        file.add(ROWS, "end")
        file.finish()
    assert same(format_, path.read_bytes())


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    goes_on(tmp_path / "draft", "csv", Progress(), 1)
    assert stat.S_IMODE((tmp_path / "draft").stat().st_mode) == 0o600


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("wichtig")
    (tmp_path / "draft").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        goes_on(tmp_path / "draft", "csv", Progress(), 1)
    assert (tmp_path / "elsewhere").read_text() == "wichtig"


def test_two_processes_never_write_one_file_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "draft"
    holds = (
        "import sys, time; from pathlib import Path\n"
        "from monitor.export import Labels, Progress, draft\n"
        "with draft(Path(sys.argv[1]), 'csv', Labels(), Progress()):\n"
        "    print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", holds, path], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(DraftBusy):
            goes_on(path, "csv", Progress(), 1)
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert same("csv", ends(path, "csv", Progress()))
