"""The data folder is private, and one `up` holds it at a time."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.stack.folder import (
    DataFolder,
    DataFolderBusy,
    DataFolderError,
    Room,
    room,
)
from tests.stack.conftest import ROOT

HOLD = """
import sys
from pathlib import Path
from monitor.stack.folder import DataFolder
with DataFolder.at(Path(sys.argv[1])).hold():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_it_is_made_for_its_owner_only(tmp_path):
    folder = DataFolder.at(tmp_path / "a" / "data")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.inside("log").stat().st_mode) == 0o700
    assert folder.path.is_absolute()


def test_an_existing_folder_keeps_its_mode_and_a_warning_says_so(tmp_path):
    place = tmp_path / "data"
    place.mkdir(mode=0o755)
    folder = DataFolder.at(place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o755
    assert any("chmod 700" in words for words in folder.warnings)


def test_a_second_holder_learns_who_holds_it_until_the_first_is_killed(tmp_path):
    place = tmp_path / "data"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        folder = DataFolder.at(place)
        with pytest.raises(DataFolderBusy) as refused, folder.hold():
            pytest.fail("two holders")
        assert refused.value.pid == holder.pid
        words = f"数据目录 {place} 正在被另一个 yuqing up（进程 {holder.pid}）使用"
        assert str(refused.value).startswith(words)
        holder.kill()
    with folder.hold():
        assert (place / "lock").read_text() == f"{os.getpid()}\n"


def test_a_child_does_not_inherit_the_hold(tmp_path):
    folder = DataFolder.at(tmp_path)
    with subprocess.Popen(["sleep", "60"]) as before:
        with folder.hold(), subprocess.Popen(["sleep", "60"]) as child:
            child_files = {str(each.readlink()) for each in Path(f"/proc/{child.pid}/fd").iterdir()}
            assert str(tmp_path / "lock") not in child_files
            child.kill()
        before.kill()
    with folder.hold():
        assert (tmp_path / "lock").exists()


def test_a_file_in_its_place_is_named(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(DataFolderError, match=r"是文件，不是目录。请改用 YUQING_DATA"):
        DataFolder.at(tmp_path / "data")


def test_a_place_where_nothing_can_be_made_is_named():
    with pytest.raises(DataFolderError, match="无法建立数据目录 /proc/yuqing"):
        DataFolder.at(Path("/proc/yuqing"))


def test_room_is_counted_even_before_the_folder_exists(tmp_path):
    assert room(tmp_path / "not" / "yet").bytes > 0
    assert Room(2**30, 10**6).enough
    assert Room(2**30, None).enough
    assert not Room(2**20, 10**6).enough
    assert not Room(2**30, 5).enough
    assert Room(5 * 2**20, 7).words == "剩余 5 MB、还可建 7 个文件"
