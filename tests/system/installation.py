"""A real `yuqing up` on a data folder of its own, and ways to hurt it.

It polls feeds of this process and pushes to a webhook of this process, both on loopback.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import psutil
import pysqlite3
import redis

from monitor.stack.sockets import socket_path
from tests.system.county import County, Entry
from tests.system.victims import Victims
from tests.system.waiting import until

VICTIMS = ("worker", "pool", "beat", "broker", "web")


class Installation(Victims, County):
    """Use it as a context manager; `settings` are YUQING_ variables beside those of the county."""

    def __init__(
        self,
        data: Path,
        entries: Sequence[Entry],
        port: int,
        chance: random.Random,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(entries)
        self.data = data
        self.port = port
        self.chance = chance
        self.log = data.parent / f"{data.name}.log"
        self._own = settings or {}
        self.up: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        super().__enter__()
        self.lay_out(self.data / "catalog")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("YUQING_")}
        own = {"YUQING_DATA": str(self.data), "YUQING_WORKERS": "2"}
        with self.log.open("wb") as log:
            self.up = subprocess.Popen(
                [sys.executable, "-m", "monitor", "up", "--port", str(self.port)],
                env=environment | own | self.settings | self._own,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self.up is not None and self.up.poll() is None:
            self.up.send_signal(signal.SIGINT)
            try:
                self.up.wait(20)
            except subprocess.TimeoutExpired:
                self.up.kill()
                self.up.wait()
        super().__exit__()

    def starts(self, *names: str) -> None:
        """Wait until every kind of process is there, or these kinds."""
        until(
            lambda: all(self.processes()[name] for name in names or VICTIMS),
            120,
            "did not start:\n" + self.log.read_text("utf-8", "replace"),
        )

    # hurting

    def processes(self) -> dict[str, list[psutil.Process]]:
        """The installation's processes by what they are."""
        found: dict[str, list[psutil.Process]] = {name: [] for name in VICTIMS}
        if self.up is None:
            return found
        for process in psutil.Process(self.up.pid).children(recursive=True):
            try:
                line, parent = " ".join(process.cmdline()), process.ppid()
            except psutil.Error:
                continue
            if "celery" in line and " worker" in line:
                found["worker" if parent == self.up.pid else "pool"].append(process)
            elif "celery" in line and " beat" in line:
                found["beat"].append(process)
            elif "monitor web" in line:
                found["web"].append(process)
            elif "valkey" in line or "redis-server" in line:
                found["broker"].append(process)
        return found

    def flush(self) -> None:
        """Empty the running broker."""
        until(self._flushed, 60, "the broker never answered")
        self.wipes["flushed"] += 1

    def _flushed(self) -> bool:
        try:
            path = str(socket_path(self.data))
            with redis.Redis(unix_socket_path=path, socket_timeout=2) as client:
                client.flushall()
        except (redis.RedisError, OSError):
            return False
        return True

    def lose_broker_files(self) -> None:
        """The broker dies with -9 and its files are gone when it is started again."""
        until(self._files_lost, 60, "no running broker with files of its own")
        self.wipes["files deleted"] += 1

    def _files_lost(self) -> bool:
        files = self.data / "broker" / "appendonlydir"
        brokers = self.processes()["broker"]
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

    # looking

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read the installation's database, beside its processes."""
        return read(self.data / "yuqing.db", sql, *values)

    def count(self, sql: str) -> int:
        try:
            return int(self.rows(sql)[0][0])
        except pysqlite3.OperationalError:  # not migrated yet
            return -1

    def documents(self) -> list[int]:
        """The ids that the file of the active generation holds, each as often as it does."""
        ((active,),) = self.rows("SELECT active FROM monitor_indexstate")
        found = read(self.data / "index" / f"{active}.sqlite3", "SELECT id FROM docs")
        return [pk for (pk,) in found]

    def differs(self) -> str:
        """What `yuqing reconcile` finds wrong between rows and index; "" when nothing is."""
        settings = {"YUQING_DATA": str(self.data)} | self.settings | self._own
        kept = {k: v for k, v in os.environ.items() if not k.startswith("YUQING_")}
        ran = subprocess.run(
            [sys.executable, "-m", "monitor", "reconcile", "--dry-run"],
            env=kept | settings,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return ran.stdout + ran.stderr if ran.returncode else ""

    def settled(self) -> bool:
        """Everything published is indexed and every delivery has left."""
        return (
            self.count("SELECT count(*) FROM monitor_article WHERE indexed_rev >= rev")
            == len(self.published)
            and self.count("SELECT count(*) FROM monitor_event WHERE assessed_rev < rev") == 0
            and self.count("SELECT count(*) FROM monitor_delivery WHERE state <> 'sent'") == 0
        )


def read(file: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of an SQLite file that others have open."""
    connection = pysqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
    try:
        return connection.execute(sql, values).fetchall()  # type: ignore[no-any-return]
    finally:
        connection.close()
