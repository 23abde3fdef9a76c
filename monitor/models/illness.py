"""An ill database: what it raises through no fault of any row, and how to go on when it is well."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger(__name__)

T = TypeVar("T")

ILL = (OperationalError, InterfaceError)
"""Away, restarting, full or locked; or it ended our transaction to break a deadlock or because
another one was first (PostgreSQL's classes 08, 40, 53, 55, 57 and 58)."""
PAUSES_S = (0.1, 0.4, 1.0, 2.0)
"""A PostgreSQL that crashes is back within a second or two."""


def mend() -> None:
    """Drop this process's connection if it broke; the next query makes a new one.

    Without it one restart of the server would fail all that this process does until its next task.
    """
    if connection.errors_occurred and not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def broken() -> bool:
    """Whether the transaction we are in can only be given up (its connection is lost, or the
    server refuses to go on with it); savepoints inside it are of no use then."""
    return connection.in_atomic_block and connection.needs_rollback


def repeated(work: Callable[[], T], pauses_s: Sequence[float] = PAUSES_S) -> T:
    """Do `work`, which must be a whole transaction, again after each pause while the database is
    ill; raises what the last try raised.

    Inside somebody's transaction there is nothing to repeat: it is done once.
    """
    for pause_s in () if connection.in_atomic_block else pauses_s:
        try:
            return work()
        except ILL as error:
            log.warning("数据库暂不可用，%g 秒后再试：%s", pause_s, error)
            time.sleep(pause_s)
            mend()
    return work()
