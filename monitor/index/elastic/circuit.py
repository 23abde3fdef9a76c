"""Asking a dead cluster costs a time limit each; after a few in a row it is left alone a while."""

import time
from collections.abc import Callable

_FAILURES = 3
REST_S = 5.0
"""How long nobody asks; then one request at a time finds out whether it is back."""


class Circuit:
    """Counts the requests in a row that got no answer.

    Without a lock, for a lock that another thread holds at a fork would never be released in
    the child. The worst that a race does here is one request more.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._until = 0.0

    def refuses(self) -> float:
        """For how many seconds no request should be made; 0.0 tells the caller to make one."""
        if self._failures < _FAILURES:
            return 0.0
        left = self._until - self._clock()
        if left > 0:
            return left
        # This caller tries; the others wait for what it finds.
        self._until = self._clock() + REST_S
        return 0.0

    def failed(self) -> None:
        self._failures += 1
        self._until = self._clock() + REST_S

    def answered(self) -> None:
        self._failures = 0
