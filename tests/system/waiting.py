"""Waiting with an end."""

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait for a condition, looking four times a second; AssertionError when it never comes."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(otherwise)
        time.sleep(0.25)
