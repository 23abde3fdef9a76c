"""The data folder: one place for everything the office must keep, held by one `up` at a time."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LOCK = "lock"
MEGABYTE = 1024 * 1024
# SQLite, the index and the broker's append-only file all need room to finish what they began.
ENOUGH_BYTES = 512 * MEGABYTE
ENOUGH_INODES = 10_000


class DataFolderError(Exception):
    """The data folder cannot be used; `str()` is Chinese and says what to do."""


class DataFolderBusy(DataFolderError):  # noqa: N818 - a state of the folder, not a fault
    """Another `yuqing up` holds the folder; `.pid` is its process, None when unreadable."""

    def __init__(self, path: Path, pid: int | None) -> None:
        self.path = path
        self.pid = pid
        who = f"进程 {pid}" if pid else "进程号未知"
        super().__init__(
            f"数据目录 {path} 正在被另一个 yuqing up（{who}）使用。"
            "请先在那个窗口按 Ctrl-C 停止它，或用 YUQING_DATA 指定另一个目录。"
        )


@dataclass(frozen=True)
class Room:
    """What is left on the disk that holds a path; `inodes` is None where files are not counted."""

    bytes: int
    inodes: int | None

    @property
    def enough(self) -> bool:
        return self.bytes >= ENOUGH_BYTES and (self.inodes is None or self.inodes >= ENOUGH_INODES)

    @property
    def words(self) -> str:
        files = "" if self.inodes is None else f"、还可建 {self.inodes:,} 个文件"
        return f"剩余 {self.bytes / MEGABYTE:,.0f} MB{files}"


def room(path: Path) -> Room:
    """The free room for an ordinary user at `path`, or at its nearest existing parent."""
    place = path
    while not place.exists() and place != place.parent:
        place = place.parent
    found = os.statvfs(place)
    inodes = found.f_favail if found.f_files else None  # btrfs and some network disks report 0
    return Room(found.f_bavail * found.f_frsize, inodes)


@dataclass(frozen=True)
class DataFolder:
    """A folder that exists and can be written; `hold()` proves that it is ours alone."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> "DataFolder":
        """Open or create the folder (0700). Raises DataFolderError with the cure."""
        place = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - symlinks stay as given
        try:
            _private(place)
        except FileExistsError as error:
            raise DataFolderError(
                f"数据目录 {place} 不能用：{error.filename} 是文件，不是目录。"
                "请改用 YUQING_DATA 指定的另一个目录。"
            ) from error
        except OSError as error:
            raise DataFolderError(
                f"无法建立数据目录 {place}：{error.strerror}。"
                "请检查上级目录的权限，或用 YUQING_DATA 指定另一个目录。"
            ) from error
        if not os.access(place, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
            raise DataFolderError(
                f"数据目录 {place} 不可写。请用目录的主人运行，或用 YUQING_DATA 指定另一个目录。"
            )
        return cls(place)

    def inside(self, name: str) -> Path:
        """A sub-folder (0700), created when missing."""
        place = self.path / name
        _private(place)
        return place

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is not wrong enough to refuse the start, in words with the cure."""
        found = []
        if stat.S_IMODE(self.path.stat().st_mode) & 0o077:
            found.append(f"数据目录 {self.path} 对本机其他用户开放，建议执行 chmod 700 {self.path}")
        left = room(self.path)
        if not left.enough:
            found.append(f"数据目录所在磁盘快满了：{left.words}，请尽快清理")
        return tuple(found)

    @contextmanager
    def hold(self) -> Iterator["DataFolder"]:
        """Hold the folder until the block ends or the process dies, however it dies.

        Raises DataFolderBusy when another process holds it.
        """
        # The file is never unlinked: two holders could then lock two files of one name.
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        handle = os.open(self.path / LOCK, flags, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise DataFolderBusy(self.path, _pid_in(handle)) from error
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
            yield self
        finally:
            os.close(handle)


def _private(place: Path) -> None:
    """Make the folder and its missing parents; only what we make gets 0700."""
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir(mode=0o700, exist_ok=True)


def _pid_in(handle: int) -> int | None:
    words = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
    return int(words) if words.isdecimal() else None
