"""A token bucket as arithmetic; whoever holds the row stores its two numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens gained per second, and how many a full bucket holds."""

    per_second: float
    burst: float

    @classmethod
    def within(cls, per_minute: int) -> "Rate":
        """The rate that never sends more than `per_minute` in any 60 seconds.

        A full bucket of the whole allowance that also refills at the whole allowance would
        send twice the limit in its first minute; so a quarter is the burst and three
        quarters the refill.
        """
        if per_minute < 1:
            raise ValueError("每分钟条数至少为 1")
        burst = max(1, per_minute // 4)
        return cls(per_second=max(per_minute - burst, 0.5) / 60, burst=burst)


class Taken(NamedTuple):
    """`tokens` is to be stored with `now`; `wait_s` is 0 when allowed."""

    allowed: bool
    tokens: float
    wait_s: float


def take(tokens: float, updated: datetime, now: datetime, rate: Rate) -> Taken:
    """Take one token out of a bucket that held `tokens` at `updated`.

    A new bucket starts with `rate.burst`. A clock that was set back counts as no time
    passed. A refusal also returns the refilled tokens, to be stored with `now` or ignored.
    """
    passed = max(0.0, (now - updated).total_seconds())
    held = min(rate.burst, max(0.0, tokens) + passed * rate.per_second)
    if held >= 1:
        return Taken(True, held - 1, 0.0)
    return Taken(False, held, (1 - held) / rate.per_second)
