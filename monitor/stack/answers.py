"""A question that may take long or never be answered, asked so that nobody waits for it for long.

One thread at a time asks; what it brought is good for some seconds. Whoever comes meanwhile gets
the last answer, with its age.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was found, and how many seconds ago."""

    found: T
    age_s: float


class Question(Generic[T]):
    """`ask` may hang: then the thread that asked is waited for, and none is started beside it."""

    def __init__(
        self,
        name: str,
        ask: Callable[[], T],
        *,
        good_s: float,
        patience_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._ask = ask
        self._good_s = good_s
        self._patience_s = patience_s
        self._clock = clock
        self._lock = threading.Lock()
        self._asking: threading.Event | None = None
        self._found: tuple[T, float] | None = None

    def begin(self) -> None:
        """Ask now, if the last answer is no longer good; for one who will want it soon."""
        self._asked()

    def answer(self) -> Answer[T] | None:
        """The newest answer, after at most `patience_s`; None while there never was one."""
        asked = self._asked()
        if asked is not None:
            asked.wait(self._patience_s)
        return self._known()

    def in_time(self) -> T | None:
        """The answer if it came in time; None when the other side is silent or asking failed."""
        known = self.answer()
        return known.found if known and known.age_s <= self._good_s + self._patience_s else None

    def _known(self) -> Answer[T] | None:
        if self._found is None:
            return None
        found, at = self._found
        return Answer(found, self._clock() - at)

    def _asked(self) -> threading.Event | None:
        """What to wait for; None when the last answer is still good."""
        with self._lock:
            known = self._known()
            if known is not None and known.age_s <= self._good_s:
                return None
            if self._asking is None:
                self._asking = threading.Event()
                threading.Thread(target=self._go, name=f"ask {self._name}", daemon=True).start()
            return self._asking

    def _go(self) -> None:
        began = self._clock()
        try:
            self._found = (self._ask(), began)
        except Exception:
            log.exception("查询%s时出错", self._name)
        finally:
            with self._lock:
                asked, self._asking = self._asking, None
            if asked is not None:
                asked.set()
