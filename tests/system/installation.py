"""A real `yuqing up` on a data folder of its own, and ways to hurt it.

It polls feeds of this process and pushes to a webhook of this process, both on loopback.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pysqlite3
import redis

from monitor.stack.sockets import socket_path
from tests.peers.feeds import Feed, FeedServer
from tests.peers.robot import Robot
from tests.system.waiting import until

SECRET = "storm-secret-of-tests"
FEEDS = 10
TOWNS = ("白石镇", "双河镇", "清水镇", "柳林镇", "石门乡", "云岭乡", "大塘镇", "城关镇")
VICTIMS = ("worker", "pool", "beat", "broker", "web")


class Entry(NamedTuple):
    """What a feed will show; `guid` is unique in all feeds."""

    feed: int
    guid: str
    text: str

    @property
    def link(self) -> str:
        return f"http://feed{self.feed}.example/{self.guid}"


class Installation:
    """Use it as a context manager; `entries` come out by `publish`, in their order."""

    def __init__(
        self, data: Path, entries: Sequence[Entry], port: int, chance: random.Random
    ) -> None:
        self.data = data
        self.port = port
        self.chance = chance
        self.feeds = FeedServer()
        self.robot = Robot(SECRET)
        self.entries = list(entries)
        self.published: list[Entry] = []
        self.kills: Counter[str] = Counter()
        self.aimed = 0
        self.wipes: Counter[str] = Counter()
        self._log = (data.parent / f"{data.name}.log").open("wb")
        self.up: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Installation":
        self.feeds.__enter__()
        self.robot.__enter__()
        self.paths: list[Feed] = [self.feeds.feed(f"/feed{n}.xml") for n in range(FEEDS)]
        self._lay_out()
        self.publish(0)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("YUQING_")}
        self.up = subprocess.Popen(
            [sys.executable, "-m", "monitor", "up", "--port", str(self.port)],
            env=environment
            | {
                "YUQING_DATA": str(self.data),
                "YUQING_FETCH_ALLOW": "127.0.0.0/8",
                "YUQING_WORKERS": "2",
                "YUQING_SECRET_STORM": SECRET,
                "YUQING_SECRET_HOOK": self.robot.url,
            },
            stdout=self._log,
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
        self.robot.__exit__(None, None, None)
        self.feeds.__exit__(None, None, None)
        self._log.close()

    def starts(self) -> None:
        """Wait until every kind of process is there."""
        until(lambda: all(self.processes()[name] for name in VICTIMS), 120, "did not start")

    def publish(self, count: int) -> None:
        """Put up to `count` further entries into the feeds."""
        self.published += self.entries[:count]
        del self.entries[:count]
        for n, feed in enumerate(self.paths):
            shown = [entry for entry in self.published if entry.feed == n]
            feed.serves(_rss(n, shown), etag=f'"{n}-{len(shown)}"')

    def _lay_out(self) -> None:
        own = self.data / "catalog"
        own.mkdir(parents=True)
        sources = [
            {
                "slug": f"feed{n}",
                "name": f"信源{n}",
                "url": feed.url,
                "region": "home",
                "interval_minutes": 0.05,
            }
            for n, feed in enumerate(self.paths)
        ]
        places = [
            {"slug": f"town{n}", "name": name, "kind": "town"} for n, name in enumerate(TOWNS)
        ]
        channel = {
            "slug": "hook",
            "name": "接收端",
            "kind": "webhook",
            "group": False,
            "settings": {"url": "${HOOK}", "secret": "${STORM}"},
        }
        _write(own, "sources", sources)
        _write(own, "places", places)
        _write(own, "channels", [channel])

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

    def kill_one(self) -> str:
        """Kill one process at random, pool processes most often; returns what it was.

        Waits until there is one: after many deaths the supervisor takes its time.
        """
        killed = ""

        def killed_one() -> bool:
            nonlocal killed
            processes = {name: those for name, those in self.processes().items() if those}
            if not processes:
                return False
            weights = [6 if name == "pool" else 1 for name in processes]
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

    def kill_sender(self) -> bool:
        """Kill a pool process whose message the webhook has in its hands; False if there is none.

        Only one that sends for the first time: a message may not die as often as makes a
        person look at it.
        """
        held = self.robot.held
        try:
            claims = self.rows(
                "SELECT id, owner FROM monitor_delivery WHERE state = 'sending' AND attempts = 1"
            )
        except pysqlite3.OperationalError:  # everybody who had it open has just been killed
            return False
        senders = {
            int(owner.rsplit(":", 1)[1]) for pk, owner in claims if str(pk) in held and owner
        }
        for process in self.processes()["pool"]:
            if process.pid in senders:
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    continue
                self.kills["pool"] += 1
                self.aimed += 1
                return True
        return False

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


def _write(folder: Path, name: str, value: object) -> None:
    # JSON is YAML.
    text = json.dumps(value, ensure_ascii=False, indent=1)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def _rss(feed: int, entries: Sequence[Entry]) -> bytes:
    now = format_datetime(datetime.now(UTC))
    items = "".join(
        f"<item><guid>{entry.guid}</guid><link>{entry.link}</link>"
        f"<title>{entry.text[:30]}</title><description>{entry.text}</description></item>"
        for entry in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>feed {feed}</title><lastBuildDate>{now}</lastBuildDate>{items}</channel></rss>"
    ).encode()
