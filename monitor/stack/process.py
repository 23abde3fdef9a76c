"""One child process: started on the leash in a session of its own, read, stopped, buried."""

import contextlib
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monitor.stack import leash
from monitor.stack.lines import LineCutter

READ_BYTES = 64 * 1024
DRAIN_READS = 16  # at most 1 MB of last words from a dead child
TAIL_LINES = 30

_SIGNAL_WORDS = {
    signal.SIGKILL: "被强行结束（SIGKILL，多为内存不足或有人 kill -9）",
    signal.SIGSEGV: "程序崩溃（SIGSEGV）",
    signal.SIGABRT: "程序自行中止（SIGABRT）",
    signal.SIGBUS: "程序崩溃（SIGBUS，磁盘满时也会如此）",
    signal.SIGTERM: "被要求结束（SIGTERM）",
    signal.SIGINT: "被要求结束（SIGINT）",
    signal.SIGQUIT: "被要求结束（SIGQUIT）",
}
_CODE_WORDS = {
    0: "自行结束",
    leash.NO_PARENT: "启动时父进程已不在",
    leash.CANNOT_RUN: "程序无法运行",
    leash.NOT_FOUND: "找不到程序",
}


@dataclass(frozen=True)
class Exit:
    """How a child ended: its exit code (negative: the signal), whether it had been ready, and
    the last lines it wrote."""

    code: int
    ready: bool
    seconds: float
    tail: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        if self.code < 0:
            return _SIGNAL_WORDS.get(signal.Signals(-self.code), f"被信号 {-self.code} 结束")
        known = _CODE_WORDS.get(self.code)
        return f"{known}（退出码 {self.code}）" if known else f"出错退出（退出码 {self.code}）"


@dataclass(frozen=True)
class Child:
    """A process to keep alive.

    `env` is added to the supervisor's environment. `ready` answers within about a second whether
    the child does its work; the next child starts after that, and one that is not ready within
    `ready_seconds` is started anew. `stop_signal`, then SIGKILL after `grace` seconds. A `ground`
    child is one the others stand on: it is stopped after all of them have ended. One that runs
    `once` is done when it exits with 0, within `ready_seconds`; the next child starts after that.

    `before` runs before each start, with the last exit if there was one; what it returns is
    logged, and an OSError or ValueError it raises counts as a failed start. `hide` names lines
    (by a part of them) that nobody needs in the log. `adopt` says whether
    a process that we did not start already does the work; then we watch it, start ours when it
    goes, and leave it alone at our own end. `become` is a command before the child's own that
    makes it another user; changing that takes a leash off, so it comes before the leash.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    ready_seconds: float = 30.0
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 5.0
    ground: bool = False
    before: Callable[[Exit | None], Sequence[str]] | None = None
    adopt: Callable[[], bool] | None = None
    cwd: Path | None = None
    hide: Sequence[str] = ()
    once: bool = False
    become: Sequence[str] = ()

    def shows(self, line: str) -> bool:
        return not any(part in line for part in self.hide)


def leashed(argv: Sequence[str]) -> list[str]:
    """The argument list that runs `argv` on this process's leash (start it from the main thread).

    By path, isolated and without site: the leash costs 10 ms, not a start of the product.
    """
    return [sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), "--", *argv]


class Process:
    """A started child: its pipe, its lines, its death. Make it from the main thread only."""

    def __init__(self, child: Child) -> None:
        self._popen = subprocess.Popen(
            [*child.become, *leashed(child.argv)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **child.env},
            cwd=child.cwd,
            # The terminal's Ctrl-C reaches the supervisor only; and the group can be killed whole.
            start_new_session=True,
        )
        assert self._popen.stdout is not None  # noqa: S101 - for the type checker
        self.pipe: int = self._popen.stdout.fileno()
        os.set_blocking(self.pipe, False)
        self.pid = self._popen.pid
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self.ended = False
        self._cutter = LineCutter()

    def read(self) -> list[str] | None:
        """The lines of one read of ≤ 64 KB; None when there is nothing to read, perhaps for ever
        (`ended`)."""
        try:
            data = os.read(self.pipe, READ_BYTES)
        except BlockingIOError:
            return None
        self.ended = not data
        lines = self._cutter.feed(data) if data else self._cutter.close()
        self.tail.extend(lines)
        return lines if data or lines else None

    def dead(self) -> bool:
        """Whether it has ended; it stays unburied, so that its pid and group remain its own."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return self._popen.returncode is not None or (
            os.waitid(os.P_PID, self.pid, options) is not None
        )

    def bury(self) -> tuple[int, list[str]]:
        """After death: kill what is left of its group; its exit code and its last lines."""
        self._signal_group(signal.SIGKILL)
        code = self._popen.wait()
        last: list[str] = []
        for _ in range(DRAIN_READS):
            lines = self.read()
            if lines is None:
                break
            last += lines
        closing = self._cutter.close()
        self.tail.extend(closing)
        assert self._popen.stdout is not None  # noqa: S101 - for the type checker
        self._popen.stdout.close()
        return code, last + closing

    def end(self) -> None:
        """Kill and bury in at most two seconds, for a supervisor that must go now."""
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in the kernel: on the leash
            self._popen.wait(2.0)

    def tell(self, number: signal.Signals) -> None:
        """To the child itself: a worker tells its own pool."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL to the child and its whole group."""
        self._signal_group(signal.SIGKILL)
        self.tell(signal.SIGKILL)

    def _signal_group(self, number: signal.Signals) -> None:
        # Popen returned after setsid, so no group means no member; macOS says EPERM to zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
