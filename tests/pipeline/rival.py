"""Somebody else on the same PostgreSQL server, who locks rows and cuts connections.

with Rival() as rival:
    rival.locks("monitor_article", 7)
    with rival.meets(work) as meeting:     `work` runs in a thread and is waiting for the rival
        rival.leaves()
    meeting.result
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from django.db import connection

PATIENCE_S = 30.0


@dataclass
class Meeting:
    result: Any = None
    error: BaseException | None = None


class Rival:
    """Use it as a context manager; a transaction is open until it leaves."""

    def __enter__(self) -> Self:
        connection.ensure_connection()
        info = connection.connection.info
        self._place = {"host": info.host, "port": info.port, "user": info.user}
        self._place |= {"dbname": info.dbname, "password": info.password}
        self._ours = psycopg.connect(**self._place)
        # Of two who wait for each other the other one gives way.
        self._ours.execute("SET deadlock_timeout = '60s'")
        self._ours.commit()
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()

    def does(self, statement: str, *values: Any) -> None:
        self._ours.execute(statement, values)

    def locks(self, table: str, key: int) -> None:
        self.does(f"SELECT 1 FROM {table} WHERE id = {key} FOR UPDATE")  # noqa: S608

    def leaves(self) -> None:
        """Its transaction ends."""
        self._ours.commit()

    def cuts(self, pid: int) -> None:
        """End the connection of this server process, as a restart does to all."""
        self._aside(f"SELECT pg_terminate_backend({pid})")
        end = time.monotonic() + PATIENCE_S
        while self._aside(f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid}"):  # noqa: S608
            assert time.monotonic() < end
            time.sleep(0.02)

    @contextmanager
    def meets(self, work: Callable[[], Any], *settings: str) -> Iterator[Meeting]:
        """`work` in a thread with a connection of its own, until it waits for a lock of ours;
        at the end of the block it has come to its end."""
        meeting, pid = Meeting(), threading.Event()
        pids: list[int] = []

        def run() -> None:
            try:
                with connection.cursor() as cursor:
                    for setting in settings:
                        cursor.execute(setting)
                    cursor.execute("SELECT pg_backend_pid()")
                    pids.append(cursor.fetchone()[0])
                pid.set()
                meeting.result = work()
            except BaseException as error:  # noqa: BLE001 - told to the test
                meeting.error = error
            finally:
                pid.set()
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        assert pid.wait(PATIENCE_S)
        end = time.monotonic() + PATIENCE_S
        blocked = "SELECT cardinality(pg_blocking_pids({})) > 0"
        while thread.is_alive() and not self._aside(blocked.format(pids[0]))[0][0]:
            assert time.monotonic() < end, "it never waits"
            time.sleep(0.02)
        yield meeting
        thread.join(PATIENCE_S)
        assert not thread.is_alive()

    def _aside(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(**self._place, autocommit=True) as aside:
            return aside.execute(statement).fetchall()


def own_pid() -> int:
    """The server process that this thread's connection talks to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
