"""The row is the job: who may work on a row, until when, and for the how-manyeth time.

A claim is one conditional UPDATE. The slow work then runs without a transaction, and its
result is written only where the token is still the claimant's, so that a worker that comes
late changes nothing.

SQLite lets one writer in at a time. On PostgreSQL (READ COMMITTED) claimants pass over rows that
others have locked, and whoever writes several rows locks them in the order of their keys; where
rows of several tables are locked, in this order: events, articles, deliveries, channels.
"""

import os
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection, models, transaction

from monitor.models.bulk import each, stored
from monitor.text.legible import legible

TRIES_TOGETHER = 2
"""From its third attempt on a row is claimed alone, so that it cannot take neighbours down."""
TRIES = 4
"""A row whose fifth attempt would begin is quarantined instead."""
TURNS_OF_THE_TRIED = 4
FRONT = 1000
"""How far from the front of a lane rows with a history are looked for."""
MOST_ATTEMPTS = 1000
"""Where counting stops; an endless lane's rows would outgrow their column one day."""
AT_ONCE = 100
"""Rows quarantined by one claim; the next claims take the others."""
DIED = "处理进程中途退出（连续多次），未留下错误信息"


def _host() -> str:
    return socket.gethostname()[:40]


def owner() -> str:
    """Who claims, `host:process`; readable in a log."""
    return f"{_host()}:{os.getpid()}"


class Claimable(models.Model):
    """Columns that make a row a job. `failure` keeps the last traceback; `quarantined` ends it."""

    owner = models.CharField(max_length=64, default="", blank=True)
    token = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.TextField(default="", blank=True)
    quarantined = models.CharField(max_length=16, default="", blank=True)

    class Meta:
        abstract = True


@dataclass(frozen=True, slots=True)
class Claim:
    """One claimed row: its key, our token on it, and the number of this attempt."""

    key: Any
    token: int
    attempts: int


def _by_key(claim: Claim) -> Any:
    return claim.key


@dataclass(frozen=True)
class Lane:
    """What "due" means in one table. `due` and `order` are SQL written by us, never by input."""

    model: type[Claimable]
    step: str
    due: str
    order: str
    lease: timedelta
    endless: bool = False
    """Never quarantined: a source or a lane is tried for ever."""
    mark: str = ""
    """Further assignments (our own SQL) that tell of a quarantine in the table's own terms."""
    _turns: Iterator[int] = field(default_factory=count, compare=False, repr=False)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        column = self.model._meta.pk.column
        if column is None:
            raise TypeError(f"{self.model.__name__} has no key column of its own")
        return column

    def claim(self, now: datetime, size: int, due_values: Sequence[Any] = ()) -> list[Claim]:
        """Claim up to `size` due rows; a row with a history of failures comes alone.

        Rows that used up their tries are quarantined on the way. A lease that ends further
        away than any lease can is void: the clock was set back.
        """
        free = "quarantined = '' AND (until IS NULL OR until <= %s OR until > %s)"
        where = f"({self.due}) AND {free}"
        asked = time.monotonic()
        with transaction.atomic():
            # The lock may have been waited for; a lease must not begin before it was had.
            now += timedelta(seconds=time.monotonic() - asked)
            values = [*due_values, now, now + self.lease + timedelta(seconds=5)]
            # Every few turns the row with a history goes first, or a backlog would starve it.
            if next(self._turns) % TURNS_OF_THE_TRIED == TURNS_OF_THE_TRIED - 1:
                return self._take_tried(now, where, values) or self._take_fresh(
                    now, where, values, size
                )
            return self._take_fresh(now, where, values, size) or self._take_tried(
                now, where, values
            )

    def _take_fresh(
        self, now: datetime, where: str, values: Sequence[Any], size: int
    ) -> list[Claim]:
        return self._take(now, f"{where} AND attempts < {TRIES_TOGETHER}", values, size)

    def _take_tried(self, now: datetime, where: str, values: Sequence[Any]) -> list[Claim]:
        # Claims take from the front, so what was tried before stands there; to look further would
        # be to walk through the whole backlog.
        front = self._among(f"{self._first(where)} LIMIT {FRONT}")
        where, values = f"{where} AND {front} AND attempts >= {TRIES_TOGETHER}", [*values, *values]
        if self.endless:
            return self._take(now, where, values, 1)
        self._quarantine(f"{where} AND attempts >= {TRIES}", values)
        return self._take(now, f"{where} AND attempts < {TRIES}", values, 1)

    def _take(self, now: datetime, where: str, values: Sequence[Any], size: int) -> list[Claim]:
        sql = (
            f"UPDATE {self.table} SET owner = %s, token = token + 1, until = %s, attempts ="  # noqa: S608 - our own identifiers
            f" CASE WHEN attempts < {MOST_ATTEMPTS} THEN attempts + 1 ELSE attempts END"
            f" WHERE {self._chosen(where)} RETURNING {self.key}, token, attempts"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, stored([owner(), now + self.lease, *values, size]))
            # RETURNING has no order; rows that are written together are written by key.
            return sorted((Claim(*row) for row in cursor.fetchall()), key=_by_key)

    def _quarantine(self, where: str, values: Sequence[Any]) -> None:
        sql = (
            f"UPDATE {self.table} SET quarantined = %s, owner = '', until = NULL,"  # noqa: S608
            f" failure = CASE failure WHEN '' THEN %s ELSE failure END{self.mark}"
            f" WHERE {self._chosen(where)}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, stored([self.step, DIED, *values, AT_ONCE]))

    def _chosen(self, where: str) -> str:
        """The first rows of the lane for which `where` holds; its last value is their number."""
        first = f"{self._first(where)} LIMIT %s"
        if not connection.features.has_select_for_update_skip_locked:
            return self._among(first)
        # NO KEY: the lock that the update itself takes, and that no reference to the row minds.
        return self._among(f"{first} FOR NO KEY UPDATE SKIP LOCKED")

    def _first(self, where: str) -> str:
        return f"SELECT {self.key} FROM {self.table} WHERE {where} ORDER BY {self.order}"  # noqa: S608

    def _among(self, select: str) -> str:
        if connection.vendor == "postgresql":
            # As an array it is worked out once, whatever the planner thinks; a sub-select may be
            # run again for every row, and would then choose more rows than its limit.
            return f"{self.key} = ANY(ARRAY({select}))"
        return f"{self.key} IN ({select})"

    def mine(self, claims: Iterable[Claim]) -> set[Any]:
        """Keys on which our token still stands, their rows locked until the end of the writing
        transaction, inside which it has to be called."""
        held = {claim.key: claim.token for claim in claims}
        rows = self.model._default_manager.select_for_update(no_key=True).filter(pk__in=list(held))
        found = rows.order_by("pk").values_list("pk", "token")
        return {key for key, token in found if held[key] == token}

    def release(
        self,
        claims: Iterable[Claim],
        failure: str = "",
        until: datetime | None = None,
        *,
        blameless: bool = False,
    ) -> None:
        """Give rows back with the failure kept on the row, not before `until` if given.

        A blameless attempt (the database, the index or the disk was ill, not the row) does not
        count towards quarantine.
        """
        less = "CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END"
        tries = less if blameless else "attempts"
        failure = legible(failure)  # it may quote what no database takes
        rows = [(failure, until, claim.key, claim.token) for claim in sorted(claims, key=_by_key)]
        with transaction.atomic():
            each(
                f"UPDATE {self.table} SET owner = '', failure = %s, until = %s, attempts = {tries}"  # noqa: S608
                f" WHERE {self.key} = %s AND token = %s",
                rows,
            )


def release_dead(models_: Iterable[type[Claimable]]) -> int:
    """Free every claim whose process, on this host, is gone; returns how many rows.

    Without it such rows wait until their lease is over. The attempt counts: whether the row was
    the cause of the death, nobody knows.
    """
    freed = 0
    for model in models_:
        held = model._default_manager.filter(owner__startswith=f"{_host()}:", until__isnull=False)
        owners = set(held.order_by().values_list("owner", flat=True))
        dead = [name for name in owners if not _alive(int(name.rsplit(":", 1)[1]))]
        freed += held.filter(owner__in=dead).update(owner="", until=None)
    return freed


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
