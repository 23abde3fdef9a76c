"""The generations of an embedded index as files of one folder, and connections to them."""

import errno
import fcntl
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from pysqlite3 import dbapi2 as sqlite

from monitor.index.embedded.layout import LAYOUT, lay_out
from monitor.index.protocol import GenerationMissing, IndexUnavailable, Space

SUFFIX = ".sqlite3"

# Older libraries can corrupt a WAL file at its reset (sqlite.org/wal.html, "WAL-reset bug").
_OLDEST = (3, 51, 3)
_BUSY_S = 5.0
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_CURES = {
    "SQLITE_FULL": "检索库所在磁盘已满，请清理后重试",
    "SQLITE_BUSY": "检索库正被占用，请稍后重试",
    "SQLITE_LOCKED": "检索库正被占用，请稍后重试",
    "SQLITE_READONLY": "检索库不可写，请检查文件夹权限",
    "SQLITE_CORRUPT": "检索库文件损坏，请运行 yuqing reindex 重建",
    "SQLITE_NOTADB": "检索库文件损坏，请运行 yuqing reindex 重建",
    "SQLITE_IOERR": "检索库文件读写出错，请检查磁盘是否已满或损坏",
    "SQLITE_CANTOPEN": "检索库文件打不开，请检查文件夹是否存在、权限是否够",
    "SQLITE_NOMEM": "内存不足，检索库暂不可用，请稍后重试",
}


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the file system and SQLite say into IndexUnavailable with its cure."""
    try:
        yield
    except sqlite.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", None) or ""
        for code, words in _CURES.items():
            if name.startswith(code):
                raise IndexUnavailable(words) from error
        # Anything else is our own mistake (SQL that is wrong) and heals by no waiting.
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise IndexUnavailable("检索库所在磁盘已满，请清理后重试") from error
        raise IndexUnavailable(f"检索库文件无法读写：{error.strerror}，请检查磁盘和权限") from error


class Folder:
    """The folder of an index; one connection per thread and generation, reopened after a fork."""

    def __init__(self, path: Path) -> None:
        if sqlite.sqlite_version_info < _OLDEST:
            needed = ".".join(map(str, _OLDEST))
            raise IndexUnavailable(
                f"SQLite {sqlite.sqlite_version} 太旧，需要 {needed} 以上，请升级 pysqlite3"
            )
        self.path = path
        self._local = threading.local()
        # Connections of the parent process: closing them here could end its WAL file.
        self._inherited: list[object] = []
        with explained():
            path.mkdir(parents=True, exist_ok=True)

    def file(self, generation: str) -> Path:
        if not _NAME.fullmatch(generation):
            raise ValueError(f"generation name {generation!r} is not a slug")
        return self.path / f"{generation}{SUFFIX}"

    def generations(self) -> list[str]:
        names = (path.name.removesuffix(SUFFIX) for path in self.path.glob(f"*{SUFFIX}"))
        return sorted(name for name in names if _NAME.fullmatch(name))

    def create(self, generation: str) -> None:
        """Build under another name, then rename: a file that is there is complete."""
        file = self.file(generation)
        with explained(), self._exclusive():
            if file.exists():
                return
            draft = file.with_suffix(".draft")
            self._remove(draft)
            connection = sqlite.connect(str(draft), isolation_level=None)
            try:
                lay_out(connection)
            finally:
                connection.close()
            draft.rename(file)
            self._sync()

    def drop(self, generation: str) -> None:
        file = self.file(generation)
        self._forget(generation)
        with explained(), self._exclusive():
            self._remove(file)
            self._sync()

    def connection(self, generation: str) -> sqlite.Connection:
        """The calling thread's connection to the generation; raises GenerationMissing."""
        held = self._held().get(generation)
        if held is not None and self.is_there(generation, held.inode):
            return held.connection
        self._forget(generation)
        file = self.file(generation)
        try:
            inode = _inode(file)
        except FileNotFoundError as error:
            raise _missing(generation) from error
        with explained():
            connection = _open(file)
        self._held()[generation] = SimpleNamespace(connection=connection, inode=inode)
        # Dropped and made anew while it was being opened: ask once more.
        if not self.is_there(generation, inode):
            self._forget(generation)
            raise _missing(generation)
        return connection

    def still_there(self, generation: str) -> None:
        """Raise GenerationMissing if the file that this thread wrote has been dropped."""
        held = self._held().get(generation)
        if held is None or not self.is_there(generation, held.inode):
            self._forget(generation)
            raise _missing(generation)

    def is_there(self, generation: str, inode: tuple[int, int]) -> bool:
        try:
            return _inode(self.file(generation)) == inode
        except FileNotFoundError:
            return False

    def space(self, generation: str) -> Space:
        """What its files take, and what the disk of the folder has left for an ordinary user."""
        files = self.path.glob(f"{self.file(generation).name}*")
        disk = os.statvfs(self.path)
        return Space(sum(map(_size, files)), disk.f_bavail * disk.f_frsize)

    def close(self) -> None:
        """Close the calling thread's connections."""
        for generation in list(self._held()):
            self._forget(generation)

    def _held(self) -> dict[str, SimpleNamespace]:
        local = self._local
        if getattr(local, "pid", None) != os.getpid():
            self._inherited.append(getattr(local, "held", None))
            local.held, local.pid = {}, os.getpid()
        held: dict[str, SimpleNamespace] = local.held
        return held

    def _forget(self, generation: str) -> None:
        held = self._held().pop(generation, None)
        if held is not None:
            with explained():
                held.connection.close()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """No two processes make or drop generations at once: a new file must not meet an
        old one's WAL."""
        with (self.path / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _remove(self, file: Path) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)

    def _sync(self) -> None:
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _open(file: Path) -> sqlite.Connection:
    connection = sqlite.connect(
        f"{file.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=_BUSY_S
    )
    # FULL, although the index is a projection: the database records what is indexed, so a
    # commit that a power cut takes back would be an article that nobody finds.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -8000")
    # 16 MB of WAL: pages that many batches touch are copied back once.
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if layout != LAYOUT:
        connection.close()
        raise IndexUnavailable("检索库是另一版本建的，请运行 yuqing reindex 重建")
    return connection


def _inode(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino


def _size(file: Path) -> int:
    """Bytes of a file, which may be gone the next moment, as a WAL is."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _missing(generation: str) -> GenerationMissing:
    return GenerationMissing(
        f"检索库“{generation}”不存在或已换代，请重试；仍不行请运行 yuqing reindex"
    )
