"""A worker that hears nothing for a minute ends itself; one that hears something does not."""

from config.watchdog import EXIT_CODE, SILENCE_S, Watchdog


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_deaf_worker_ends_itself() -> None:
    ended: list[int] = []
    clock = Clock()
    watchdog = Watchdog(ended.append, clock)
    clock.now += SILENCE_S
    watchdog.look()
    assert ended == []
    clock.now += 1
    watchdog.look()
    assert ended == [EXIT_CODE]


def test_a_message_proves_that_it_hears() -> None:
    ended: list[int] = []
    clock = Clock()
    watchdog = Watchdog(ended.append, clock)
    for _ in range(5):
        clock.now += SILENCE_S - 1
        watchdog.heard()
        watchdog.look()
    assert ended == []


def test_the_worker_tells_its_watchdog_of_every_message() -> None:
    from celery import signals

    from config import celery as application

    before = application._watchdog._heard
    signals.task_received.send(sender=None)
    assert application._watchdog._heard > before
