"""Hints: "there may be work for this step". They may be lost, doubled or late; rows decide.

`config.celery` installs a sender. Hints go out on commit, from a background thread with a
bounded queue, because publishing to a dead broker blocks for more than half a second.
"""

import logging
import queue
import threading
from collections.abc import Callable

from django.db import transaction

log = logging.getLogger(__name__)

Sender = Callable[[str], None]

_pending: queue.Queue[str] = queue.Queue(maxsize=16)
_lock = threading.Lock()
_sender: Sender | None = None
_thread: threading.Thread | None = None
_failing = False


def install(sender: Sender) -> None:
    """Set who publishes a step's name. Without a sender hints are silently unnecessary."""
    global _sender
    _sender = sender


def hint(*steps: str) -> None:
    """After the current transaction commits (or at once outside one), hint these steps."""
    if _sender is not None:
        transaction.on_commit(lambda: _enqueue(steps))


def _enqueue(steps: tuple[str, ...]) -> None:
    _ensure_thread()
    for step in steps:
        if step in _pending.queue:
            continue  # one unsent hint for a step says all that two would say
        try:
            _pending.put_nowait(step)
        except queue.Full:
            return  # the sweep will hint again


def _ensure_thread() -> None:
    global _thread
    with _lock:
        if _thread is None or not _thread.is_alive():  # also after a fork
            _thread = threading.Thread(target=_publish, name="hints", daemon=True)
            _thread.start()


def _publish() -> None:
    global _failing
    while True:
        step = _pending.get()
        sender = _sender
        if sender is None:
            continue
        try:
            sender(step)
        except Exception as error:  # noqa: BLE001 - any broker failure; the sweep makes up for it
            if not _failing:
                log.warning("消息中间件不可用，改由定时清扫推进：%s", type(error).__name__)
            _failing = True
        else:
            _failing = False
