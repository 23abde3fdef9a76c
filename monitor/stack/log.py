"""One readable log of all processes: on the terminal, and in `log/yuqing.log` with rotation.

    15:04:05 采集 | 已取回 12 个信源

A terminal that stands still (Ctrl-S, a paused pager) must not stop the product, so it is written
by a thread behind a bounded queue; lines that do not fit are counted and the count is shown.
"""

import os
import queue
import threading
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TextIO

from monitor.words import SHANGHAI

FILE = "yuqing.log"
FILE_BYTES = 10 * 1024 * 1024
FILES = 5
QUEUE_LINES = 2_000
_COLOURS = (36, 32, 33, 35, 34, 96, 92, 95)  # ANSI foregrounds that read on black and on white


class LogFile:
    """An append-only file of at most `FILES` pieces of `FILE_BYTES` each: yuqing.log, .1, … .4"""

    def __init__(self, folder: Path, *, most: int = FILE_BYTES, files: int = FILES) -> None:
        self.path = folder / FILE
        self._most = most
        self._files = files
        self._handle: BinaryIO | None = None
        self._size = 0

    def write(self, line: str) -> None:
        """Append one line. Raises OSError (disk full, folder gone); the next call tries again."""
        data = f"{line}\n".encode()
        if self._handle is not None and self._size + len(data) > self._most:
            self.close()
            self._rotate()
        if self._handle is None:
            self._open()
        assert self._handle is not None  # noqa: S101 - for the type checker
        self._handle.write(data)
        self._size += len(data)

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def _open(self) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        handle = os.open(self.path, flags, 0o600)
        self._size = os.fstat(handle).st_size
        self._handle = os.fdopen(handle, "wb", buffering=0)  # a killed supervisor loses no line

    def _rotate(self) -> None:
        for number in range(self._files - 1, 0, -1):
            older = self.path.with_name(f"{FILE}.{number}")
            newer = self.path if number == 1 else self.path.with_name(f"{FILE}.{number - 1}")
            if newer.exists():
                newer.replace(older)


class Terminal:
    """A text stream written by a thread of its own; `show` never waits."""

    def __init__(self, stream: TextIO, *, lines: int = QUEUE_LINES) -> None:
        self._stream = stream
        self._waiting: queue.Queue[str | None] = queue.Queue(lines)
        self._dropped = 0
        self._gone = False
        self._writer = threading.Thread(target=self._write_all, name="terminal", daemon=True)
        self._writer.start()

    def show(self, line: str) -> None:
        """Queue one line; when the terminal does not keep up, count it instead."""
        if self._gone:
            return
        if self._dropped:
            line = f"（终端来不及显示，略去 {self._dropped} 行，全文见日志文件）\n{line}"
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            self._dropped += 1
        else:
            self._dropped = 0

    def close(self, seconds: float = 1.0) -> None:
        """Show what is queued, for at most `seconds`."""
        try:
            self._waiting.put(None, timeout=seconds)
        except queue.Full:
            return  # a terminal that stands still: the file has it all
        self._writer.join(seconds)

    def _write_all(self) -> None:
        more = True
        while more:
            line = self._waiting.get()
            more = line is not None
            if self._gone:
                continue
            try:
                self._stream.write(f"{line}\n" if more else "")
                if self._waiting.empty():
                    self._stream.flush()
            except (OSError, ValueError):  # the window was closed; the log file goes on
                self._gone = True


class Log:
    """Where every process's lines meet. `now` gives aware instants; times shown are Shanghai's.

    `stream` None keeps the file only; colour by name on a terminal, unless NO_COLOR is set.
    """

    def __init__(
        self,
        folder: Path,
        *,
        now: Callable[[], datetime],
        stream: TextIO | None,
        file_bytes: int = FILE_BYTES,
    ) -> None:
        self.now = now
        self._file = LogFile(folder, most=file_bytes)
        self._terminal = Terminal(stream) if stream is not None else None
        self._colour = stream is not None and stream.isatty() and not os.environ.get("NO_COLOR")
        self._names: list[str] = []
        self._width = 0
        self._trouble = ""  # why the file cannot be written; said once, not per line

    def names(self, names: list[str]) -> None:
        """The names that will speak: for the column's width and each one's colour."""
        self._names = names
        self._width = max((_cells(name) for name in names), default=0)

    def say(self, name: str, line: str) -> None:
        """One line from `name`, to the file and the terminal."""
        now = self.now().astimezone(SHANGHAI)
        label = name + " " * (self._width - _cells(name))
        try:
            self._file.write(f"{now:%Y-%m-%d %H:%M:%S} {label} | {line}")
        except OSError as error:
            self._file.close()
            self._complain(f"{now:%H:%M:%S} 日志文件 {self._file.path} 写不进去：{error.strerror}")
        else:
            self._trouble = ""
        self._show(f"{now:%H:%M:%S} {self._coloured(name, label)} | {line}")

    def close(self) -> None:
        """Write out what is queued (bounded) and close the file."""
        if self._terminal is not None:
            self._terminal.close()
        self._file.close()

    def _complain(self, words: str) -> None:
        if not self._trouble:
            self._show(words)
        self._trouble = words

    def _show(self, line: str) -> None:
        if self._terminal is not None:
            self._terminal.show(line)

    def _coloured(self, name: str, label: str) -> str:
        if not self._colour or name not in self._names:
            return label
        code = _COLOURS[self._names.index(name) % len(_COLOURS)]
        return f"\x1b[{code}m{label}\x1b[0m"


def _cells(text: str) -> int:
    """Columns on a terminal: a Han character takes two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
