"""A worker that has gone deaf ends itself, so that whoever keeps it alive starts it anew.

Celery's consumer can lose a broken broker connection for good and then wait for ever, its
process alive and well (seen when the broker is killed in the moment of an acknowledgement).
One that works gets an answer to its wait for messages once a second (config/transport.py),
unless all its processes are busy.
"""

import os
import threading
import time
from collections.abc import Callable

SILENCE_S = 60.0
LOOK_S = 5.0
EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h


class Watchdog:
    """Told of every answer of the broker; ends the process after SILENCE_S without one.

    Silence while it is `busy` is forgiven, for `longest_s`: no task takes longer.
    """

    def __init__(
        self,
        busy: Callable[[], bool],
        longest_s: float,
        end: Callable[[int], object] = os._exit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._busy = busy
        self._longest_s = longest_s
        self._end = end
        self._clock = clock
        self._heard = self._worked = clock()

    def heard(self) -> None:
        """The broker has answered."""
        self._heard = self._clock()

    def look(self) -> None:
        """End the process if it has been deaf for too long."""
        now = self._clock()
        if self._busy():
            self._worked = now
        silence, idle = now - self._heard, now - self._worked
        if min(silence, idle) > SILENCE_S or silence > self._longest_s + SILENCE_S:
            # Straight to the descriptor, and no sys.exit: the main thread hangs, and it may hold
            # the logging lock while it does.
            words = f"消息服务超过 {silence:.0f} 秒没有回音，处理进程自行重启\n"
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
