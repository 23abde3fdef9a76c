"""Signals as something a selector can wait for."""

import selectors
import signal
import socket
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any

ASKS_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Wakeups:
    """While entered, the stop signals and SIGCHLD wake the selector (signal.set_wakeup_fd)."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._mine, self._theirs = socket.socketpair()
        self._mine.setblocking(False)
        self._theirs.setblocking(False)
        self._before: dict[signal.Signals, Any] = {}
        self._old = -1

    def __enter__(self) -> "Wakeups":
        self._selector.register(self._mine, selectors.EVENT_READ)
        self._old = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        for number in (*ASKS_TO_STOP, signal.SIGCHLD):
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue  # under nohup a closed terminal is no reason to stop
            self._before[number] = signal.signal(number, _noted)
        return self

    def asked(self) -> Sequence[signal.Signals]:
        """The stop signals that arrived since the last call, in their order."""
        try:
            numbers = self._mine.recv(4096)
        except BlockingIOError:
            return ()
        return [signal.Signals(number) for number in numbers if number in ASKS_TO_STOP]

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old)
        self._mine.close()
        self._theirs.close()


def _noted(_number: int, _frame: FrameType | None) -> None:
    """The wakeup fd carries the number; Python writes it only for signals with a handler."""


def asked_by(number: signal.Signals) -> str:
    """Who asked us to stop, in words."""
    if number is signal.SIGINT:
        return " Ctrl-C"
    return "终端关闭的通知" if number is signal.SIGHUP else f"停止信号（{number.name}）"
