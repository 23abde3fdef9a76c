"""The stack of `scripts/stack` in a storm: its services and its stores die, its broker is wiped."""

import random
import shutil
import time
from collections.abc import Mapping, Sequence
from datetime import date

import psutil
import redis

from monitor.index import Access, open_index
from tests.system.county import Entry
from tests.system.stack import Stack
from tests.system.victims import Victims
from tests.system.waiting import until


class Production(Victims, Stack):
    """Use it as a context manager."""

    def __init__(
        self,
        entries: Sequence[Entry],
        chance: random.Random,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(entries, settings)
        self.chance = chance

    def flush(self) -> None:
        """Empty the running broker."""
        until(self._flushed, 60, "the broker never answered")
        self.wipes["flushed"] += 1

    def _flushed(self) -> bool:
        try:
            with redis.Redis.from_url(self.addresses["broker"], socket_timeout=2) as client:
                client.flushall()
        except (redis.RedisError, OSError):
            return False
        return True

    def lose_broker_files(self) -> None:
        """The broker dies with -9 and its files are gone when it is started again."""
        until(self._files_lost, 60, "no running broker with files of its own")
        self.wipes["files deleted"] += 1

    def _files_lost(self) -> bool:
        files = self.data / "volumes" / "redis" / "appendonlydir"
        brokers = self.processes()["redis"]
        if not brokers or not files.is_dir():
            return False
        try:
            # Frozen while its files go: it cannot write them anew, nor be restarted too early.
            brokers[0].suspend()
            try:
                shutil.rmtree(files)
            finally:
                brokers[0].kill()
        except (psutil.NoSuchProcess, FileNotFoundError):  # it died, or was rewriting them
            return False
        return True

    def index_away(self, seconds: float) -> None:
        """Elasticsearch hangs, answering nobody, and then is killed."""
        servers = self.processes()["elasticsearch"]
        for server in servers:
            server.suspend()
        time.sleep(seconds)
        for server in servers:
            server.kill()
        self.kills["elasticsearch"] += 1

    def documents(self) -> list[int]:
        """The ids that the active generation holds, each as often as it does."""
        ((active,),) = self.rows("SELECT active FROM monitor_indexstate")
        index = open_index(self.addresses["index"], Access())
        try:
            index.refresh(active)
            days: list[date] = sorted(index.sums(active))
            return [pk for day in days for pk in index.revs(active, day)]
        finally:
            index.close()

    def differs(self) -> str:
        """What `yuqing reconcile` finds wrong between rows and index; "" when nothing is."""
        ran = self.yuqing("reconcile", "--dry-run")
        return ran.stdout + ran.stderr if ran.returncode else ""
