"""What can be killed of a running installation, at random or aimed, and how often it was."""

import random
from collections import Counter
from typing import Any, Protocol

import psutil
import psycopg
import pysqlite3

from tests.peers.robot import Robot
from tests.system.waiting import until

POOL_WEIGHT = 6
"""Pool processes hold the claims: they die most often."""
AWAY = (pysqlite3.OperationalError, psycopg.Error, FileNotFoundError)
"""What reading a database says while it is being struck."""


class _House(Protocol):
    robot: Robot

    def processes(self) -> dict[str, list[psutil.Process]]: ...

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]: ...


class Victims:
    """To be mixed into an installation; those of its process names that end in `pool` are pools."""

    chance: random.Random

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.kills: Counter[str] = Counter()
        self.aimed = 0
        self.wipes: Counter[str] = Counter()

    def kill_one(self: Any) -> str:
        """Kill one process at random, pool processes most often; returns what it was.

        Waits until there is one: after many deaths the supervisor takes its time.
        """
        killed = ""

        def killed_one() -> bool:
            nonlocal killed
            processes = {name: those for name, those in self.processes().items() if those}
            if not processes:
                return False
            weights = [POOL_WEIGHT if name.endswith("pool") else 1 for name in processes]
            name = self.chance.choices(list(processes), weights)[0]
            try:
                self.chance.choice(processes[name]).kill()
            except psutil.NoSuchProcess:
                return False
            killed = name
            return True

        until(killed_one, 90, "no process came back to life")
        self.kills[killed] += 1
        return killed

    def kill_sender(self: Any) -> bool:
        """Kill a pool process whose message the webhook has in its hands; False if there is none.

        Only one that sends for the first time: a message may not die as often as makes a
        person look at it.
        """
        held = self.robot.held
        try:
            claims = self.rows(
                "SELECT id, owner FROM monitor_delivery WHERE state = 'sending' AND attempts = 1"
            )
        except AWAY:  # everybody who had it open has just been killed
            return False
        senders = {
            int(owner.rsplit(":", 1)[1]) for pk, owner in claims if str(pk) in held and owner
        }
        for name, pool in self.processes().items():
            for process in pool if name.endswith("pool") else ():
                if process.pid in senders:
                    try:
                        process.kill()
                    except psutil.NoSuchProcess:
                        continue
                    self.kills[name] += 1
                    self.aimed += 1
                    return True
        return False
