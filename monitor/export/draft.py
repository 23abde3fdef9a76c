"""A file that grows from turn to turn, whoever dies in between."""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.export.formats import FORMATS, Format
from monitor.export.table import Labels, Row


class DraftBusy(Exception):  # noqa: N818 - a state of the file, not a fault
    """Another process is writing this file now."""


@dataclass(frozen=True)
class Progress:
    """How far a file is: `size` bytes hold the `done` rows up to the place `position`, and `mark`
    is what its format must know to go on. What a caller keeps of it, it can go on from."""

    position: str = ""
    done: int = 0
    size: int = 0
    mark: Mapping[str, Any] = field(default_factory=dict)


class Draft:
    """See `draft`. `progress` is where this one went on from."""

    def __init__(self, handle: int, format_: Format, progress: Progress) -> None:
        self._handle = handle
        self._format = format_
        self.progress = progress
        self._position, self._done, self._size = progress.position, progress.done, progress.size
        if not progress.size:
            self._write(format_.begin())

    @property
    def done(self) -> int:
        return self._done

    @property
    def size(self) -> int:
        return self._size

    def add(self, rows: Iterable[Row], position: str) -> None:
        """Append rows; `position` is the place after the last of them."""
        held = list(rows)
        self._write(self._format.rows(held))
        self._done += len(held)
        self._position = position

    def keep(self) -> Progress:
        """Everything so far, safe on the disk."""
        self._write(self._format.pause())
        return self._kept()

    def finish(self) -> Progress:
        """The file, whole and safe on the disk."""
        self._write(self._format.end())
        return self._kept()

    def _kept(self) -> Progress:
        os.fsync(self._handle)
        return Progress(self._position, self._done, self._size, self._format.mark)

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._handle, left) :]
        self._size += len(data)


@contextmanager
def draft(
    path: Path, format_: str, labels: Labels, progress: Progress, *, mode: int = 0o600
) -> Iterator[Draft]:
    """The file at `path`, open for us alone and cut to where `progress` says; from the beginning
    if it no longer holds that much.

    Raises DraftBusy while another process has it open this way, OSError for what the disk says.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(path, flags, mode)
    try:
        # A worker that outlived its lease still holds this: rows guard rows, not a file.
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DraftBusy(str(path)) from error
        if os.fstat(handle).st_size < progress.size:
            progress = Progress()
        if not progress.size:
            sync_folder(path.parent)
        os.ftruncate(handle, progress.size)
        os.lseek(handle, progress.size, os.SEEK_SET)
        yield Draft(handle, FORMATS[format_](labels, progress.mark), progress)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder as durable as the files behind them."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
