"""A worker that has gone deaf ends itself, so that whoever keeps it alive starts it anew.

Celery's consumer can lose a broken broker connection for good and then wait for ever, its
process alive and well (seen when the broker is killed in the moment of an acknowledgement). The
sweep is hinted every few seconds, so silence far longer than the longest task means deafness.
"""

import os
import threading
import time
from collections.abc import Callable

SILENCE_S = 60.0
"""Longer than any task keeps every pool process busy (collect: 50 s)."""
LOOK_S = 5.0
EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h


class Watchdog:
    """Told of every message; ends the process after SILENCE_S without one."""

    def __init__(
        self,
        end: Callable[[int], object] = os._exit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._end = end
        self._clock = clock
        self._heard = clock()

    def heard(self) -> None:
        """A message arrived."""
        self._heard = self._clock()

    def look(self) -> None:
        """End the process if it has been deaf for too long."""
        if self._clock() - self._heard > SILENCE_S:
            # Straight to the descriptor, and no sys.exit: the main thread hangs, and it may hold
            # the logging lock while it does.
            words = f"超过 {SILENCE_S:g} 秒没有收到任何提示，处理进程自行重启\n"
            os.write(2, words.encode())
            self._end(EXIT_CODE)

    def start(self) -> None:
        """Keep looking, from a thread of the worker's main process."""
        self.heard()
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_S)
            self.look()
