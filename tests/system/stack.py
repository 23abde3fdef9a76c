"""A real `scripts/stack up`: the production parts on this machine, and ways to hurt them.

    with Stack(entries) as stack:
        stack.publish(1)
        stack.kill("elasticsearch")         the supervisor starts it anew
        stack.rows("SELECT …")              from its PostgreSQL

It polls feeds of this process and pushes to a webhook of this process, both on loopback.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg

from scripts.processes.health import Health
from scripts.processes.places import Places, recall
from scripts.processes.stack import OURS
from scripts.processes.users import ROOT
from tests.system.county import County, Entry
from tests.system.ports import neighbours
from tests.system.waiting import until

STORES = ("postgres", "redis", "elasticsearch")
POOL = " pool"
"""After a worker's name: the processes of its pool."""
PATIENCE_S = 300.0
"""The first Elasticsearch of all is fetched and compiled."""


class Stack(County):
    """Use it as a context manager; `settings` are lines of its .env beside those of the county."""

    def __init__(
        self, entries: Sequence[Entry] = (), settings: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(entries)
        # Not below pytest's own folder: other users could not get there.
        self.data = Path(tempfile.mkdtemp(prefix="yuqing-stack-"))
        self.port = neighbours()
        self.log = self.data / "terminal.log"
        self._own = settings or {}
        self.up: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        super().__enter__()
        self.lay_out(self.data / "office")
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        super().__exit__()
        shutil.rmtree(self.data, ignore_errors=True)

    def begin(self) -> None:
        """Start it, on whatever data it had."""
        env = self.data / "deployment.env"
        lines = [f"{name}={value}\n" for name, value in {**self.settings, **self._own}.items()]
        env.write_text("".join(lines), encoding="utf-8")
        self.up = self._started("up", "--port", str(self.port), "--env", str(env))

    def stop(self) -> int:
        """Ctrl-C, once; the exit code."""
        assert self.up is not None
        if self.up.poll() is None:
            self.up.send_signal(signal.SIGINT)
            try:
                self.up.wait(60)
            except subprocess.TimeoutExpired:
                self.up.kill()
                self.up.wait()
        return self.up.returncode

    def starts(self) -> None:
        """Wait until every service is well by its own health check."""
        until(
            lambda: self._ended() or self.healthy() == {*OURS, *STORES},
            PATIENCE_S,
            "not every service is well",
        )
        assert not self._ended(), self.said()

    def said(self) -> str:
        """What it has written to the terminal."""
        return self.log.read_text("utf-8", "replace")

    # looking

    @property
    def places(self) -> Places:
        """Where its services are; FileNotFoundError before they are laid out."""
        return recall(self.data, ROOT)[0]

    @property
    def addresses(self) -> Mapping[str, str]:
        """console, database, broker and index, with their passwords."""
        return dict(json.loads((self.data / "stack.json").read_text())["addresses"])

    def processes(self) -> dict[str, list[psutil.Process]]:
        """Its processes by service, each worker's pool beside it (`worker-text pool`)."""
        found: dict[str, list[psutil.Process]] = {name: [] for name in (*STORES, *OURS)}
        found |= {name + POOL: [] for name in OURS if name.startswith("worker")}
        if self.up is None or self._ended():
            return found
        for process in psutil.Process(self.up.pid).children():
            name = self._service(process)
            if name in found:
                found[name].append(process)
            if name + POOL in found:
                try:
                    found[name + POOL] += process.children()
                except psutil.NoSuchProcess:
                    continue
        return found

    def healthy(self) -> set[str]:
        """The services whose own health checks, as compose would ask them, say well."""
        try:
            places, settings = recall(self.data, ROOT)
        except FileNotFoundError:
            return set()
        beside = {"postgres": {"PGPORT": str(places.ports["postgres"])}}
        return {
            name
            for name in (*STORES, *OURS)
            if Health.of(
                places, name, beside.get(name) or places.environment(name, settings)
            ).well()
        }

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read its database, beside its processes."""
        with psycopg.connect(self.addresses["database"], connect_timeout=5) as connection:
            return connection.execute(sql, values).fetchall()  # type: ignore[arg-type]

    def yuqing(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the product as the console's user, with the stack's settings."""
        return subprocess.run(
            [sys.executable, "-m", "scripts.processes", "run", "--data", str(self.data), *words],
            cwd=ROOT,
            env=_clean(),
            capture_output=True,
            text=True,
            timeout=120,
        )

    def settled(self) -> bool:
        """Everything published is indexed and every delivery has left."""
        asked = (
            "SELECT count(*) FROM monitor_article WHERE indexed_rev >= rev",
            "SELECT count(*) FROM monitor_event WHERE assessed_rev < rev",
            "SELECT count(*) FROM monitor_delivery WHERE state <> 'sent'",
        )
        try:
            found = [int(self.rows(sql)[0][0]) for sql in asked]
        except (psycopg.Error, FileNotFoundError):  # not there yet, or killed just now
            return False
        return found == [len(self.published), 0, 0]

    # hurting

    def kill(self, name: str) -> psutil.Process:
        """kill -9 a process of the service (`worker-text pool` for one of a pool).

        Waits until there is one; returns it.
        """
        killed: list[psutil.Process] = []

        def one_dies() -> bool:
            for process in self.processes()[name]:
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    continue
                killed.append(process)
                return True
            return False

        until(one_dies, 90, f"{name} did not come back to life")
        return killed[0]

    # inside

    def _started(self, *words: str) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "scripts.processes", *words, "--data", str(self.data)],
                cwd=ROOT,
                env=_clean(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _ended(self) -> bool:
        return self.up is not None and self.up.poll() is not None

    def _service(self, process: psutil.Process) -> str:
        """Which service a child of the supervisor is, by its command line."""
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:
            return ""
        ours = next((name for name in OURS if f"service {name}" in line), "")
        worker = next((name for name in OURS if f"--hostname={name}@" in line), "")
        if ours or worker:
            return ours or worker
        if "celery" in line and " beat" in line:
            return "beat"
        if "monitor web" in line:
            return "web"
        if "redis-server" in line:
            return "redis"
        return next((one for one in STORES if f"{self.data}/volumes/{one}" in line), "")


def _clean() -> dict[str, str]:
    kept = ("YUQING_TEST_",)
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("YUQING_") or name.startswith(kept)
    }
