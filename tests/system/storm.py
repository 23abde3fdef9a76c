"""A storm over a running installation: processes die at random while articles go on arriving.

A real `yuqing up` on a data folder of its own polls feeds of this process and pushes to a
webhook of this process. Killed at random, with -9: the worker, its pool processes, beat, the
broker, the console; and the broker's data are wiped. Afterwards `Verdict` holds the database,
the index and what the webhook received against what was published.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import psutil
import pysqlite3
import redis

from monitor.stack.sockets import socket_path
from tests.peers.feeds import Feed, FeedServer
from tests.peers.robot import Robot
from tests.system.stories import STORIES, note

SECRET = "storm-secret-of-tests"
FEEDS = 10
TELLERS = 3
"""How many feeds tell each story."""

TOWNS = ("白石镇", "双河镇", "清水镇", "柳林镇", "石门乡", "云岭乡", "大塘镇", "城关镇")
VICTIMS = ("worker", "pool", "beat", "broker", "web")


@dataclass
class Verdict:
    """What stood in the end. `problems` is empty when nothing was lost and nothing doubled."""

    published: int
    articles: int = 0
    fates: dict[str, int] = field(default_factory=dict)
    documents: int = 0
    alerts: int = 0
    deliveries: dict[str, int] = field(default_factory=dict)
    received: int = 0
    repeated: int = 0
    explained: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    wipes: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def table(self) -> str:
        rows = [
            ("published", self.published),
            ("articles, one row each", self.articles),
            ("fates", " ".join(f"{name} {n}" for name, n in self.fates.items())),
            ("index documents", self.documents),
            ("stories / alerts", f"{len(STORIES)} / {self.alerts}"),
            ("deliveries", " ".join(f"{name} {n}" for name, n in self.deliveries.items())),
            ("received by the webhook", self.received),
            ("received twice / died in the send", f"{self.repeated} / {self.explained}"),
            ("kills -9", " ".join(f"{name} {n}" for name, n in self.kills.items())),
            ("wipes of the broker", self.wipes),
            ("seconds", round(self.seconds)),
            ("problems", "; ".join(self.problems) or "none"),
        ]
        return "\n".join(f"{name:<36}{value}" for name, value in rows)


class Installation:
    """A `yuqing up` of its own, with feeds and a webhook at the other end."""

    def __init__(self, data: Path, articles: int, port: int, seed: int) -> None:
        self.data = data
        self.port = port
        self.chance = random.Random(seed)
        self.feeds = FeedServer()
        self.robot = Robot(SECRET)
        self.entries = _plan(articles, self.chance)
        self.shown: list[list[tuple[str, str]]] = [[] for _ in range(FEEDS)]
        self.kills: Counter[str] = Counter()
        self.wipes = 0
        self._log = (data.parent / f"{data.name}.log").open("wb")
        self.up: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Installation":
        self.feeds.__enter__()
        self.robot.__enter__()
        self.paths: list[Feed] = [self.feeds.feed(f"/feed{n}.xml") for n in range(FEEDS)]
        self._lay_out()
        self._publish(0)
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
        for name, value in (("sources", sources), ("places", places), ("channels", [channel])):
            # JSON is YAML.
            text = json.dumps(value, ensure_ascii=False, indent=1)
            (own / f"{name}.yaml").write_text(text, encoding="utf-8")

    def publish(self, count: int) -> None:
        """Put up to `count` further entries into the feeds."""
        self._publish(count)

    def _publish(self, count: int) -> None:
        for _ in range(min(count, len(self.entries))):
            feed, guid, text = self.entries.pop(0)
            self.shown[feed].append((guid, text))
        for n, feed_ in enumerate(self.paths):
            feed_.serves(_rss(n, self.shown[n]), etag=f'"{n}-{len(self.shown[n])}"')

    def published(self) -> int:
        return sum(len(entries) for entries in self.shown)

    # killing

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

    def wipe(self) -> None:
        """Empty the broker's data, as after a broken disk."""
        until(lambda: self._flush(), 60, "the broker never answered")
        self.wipes += 1

    def _flush(self) -> bool:
        try:
            path = str(socket_path(self.data))
            with redis.Redis(unix_socket_path=path, socket_timeout=2) as client:
                client.flushall()
        except (redis.RedisError, OSError):
            return False
        return True

    # looking

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read the installation's database, beside its processes."""
        connection = pysqlite3.connect(f"file:{self.data}/yuqing.db?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(sql, values).fetchall()  # type: ignore[no-any-return]
        finally:
            connection.close()

    def count(self, sql: str) -> int:
        try:
            return int(self.rows(sql)[0][0])
        except pysqlite3.OperationalError:  # not migrated yet
            return -1

    def settled(self) -> bool:
        """Everything published is indexed and every delivery has left."""
        return (
            self.count("SELECT count(*) FROM monitor_article WHERE indexed_rev >= rev")
            == self.published()
            and self.count("SELECT count(*) FROM monitor_event WHERE assessed_rev < rev") == 0
            and self.count("SELECT count(*) FROM monitor_delivery WHERE state <> 'sent'") == 0
        )

    def verdict(self) -> Verdict:
        fates = dict(
            self.rows(
                "SELECT CASE WHEN quarantined <> '' THEN 'quarantined'"
                " WHEN analysed_edition < edition THEN 'new'"
                " WHEN indexed_rev >= rev THEN 'indexed' ELSE 'analysed' END AS fate,"
                " count(*) FROM monitor_article GROUP BY fate"
            )
        )
        found = Verdict(
            published=self.published(),
            articles=self.count("SELECT count(*) FROM monitor_article"),
            fates=fates,
            documents=self._documents(),
            alerts=self.count("SELECT count(*) FROM monitor_alert"),
            deliveries=dict(
                self.rows("SELECT state, count(*) FROM monitor_delivery GROUP BY state")
            ),
            received=len(self.robot.received),
            kills=dict(self.kills),
            wipes=self.wipes,
        )
        self._judge(found)
        return found

    def _documents(self) -> int:
        from monitor.index import open_index

        active = self.rows("SELECT active FROM monitor_indexstate")[0][0]
        index = open_index(f"sqlite:///{self.data}/index")
        try:
            return index.count(active)
        finally:
            index.close()

    def _judge(self, found: Verdict) -> None:
        problems = found.problems
        if found.articles != found.published:
            problems.append(f"{found.published} published but {found.articles} rows")
        if found.fates != {"indexed": found.published}:
            problems.append(f"fates {found.fates}")
        if found.documents != found.published:
            problems.append(f"{found.documents} index documents")
        if found.alerts != len(STORIES):
            problems.append(f"{found.alerts} alerts for {len(STORIES)} stories")
        texts = self.rows(
            "SELECT count(*) FROM monitor_article a WHERE"
            " (SELECT count(*) FROM monitor_articletext t WHERE t.article_id = a.id) <> 1"
        )[0][0]
        if texts:
            problems.append(f"{texts} articles without exactly one text")
        self._judge_deliveries(found)

    def _judge_deliveries(self, found: Verdict) -> None:
        if set(found.deliveries) - {"sent"}:
            found.problems.append(f"deliveries {found.deliveries}")
        arrived = Counter(int(one.delivery) for one in self.robot.received)
        attempts = dict(
            self.rows("SELECT delivery_id, count(*) FROM monitor_sending GROUP BY delivery_id")
        )
        died = dict(
            self.rows(
                "SELECT delivery_id, count(*) FROM monitor_sending WHERE outcome = 'died'"
                " GROUP BY delivery_id"
            )
        )
        for (pk,) in self.rows("SELECT id FROM monitor_delivery"):
            times = arrived.get(pk, 0)
            if times == 0:
                found.problems.append(f"delivery {pk} never arrived")
            elif times > 1:
                found.repeated += 1
                found.explained += bool(died.get(pk))
                if times > 1 + died.get(pk, 0) or times > attempts.get(pk, 0):
                    found.problems.append(f"delivery {pk} arrived {times} times, unexplained")
        if set(arrived) - {pk for (pk,) in self.rows("SELECT id FROM monitor_delivery")}:
            found.problems.append("something arrived that no row knows")


def until(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait for a condition, looking four times a second; AssertionError when it never comes."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(otherwise)
        time.sleep(0.25)


def weather(
    data: Path,
    *,
    articles: int,
    kills: int,
    wipes: int,
    port: int,
    seed: int,
    pause: float,
    patience: float,
    say: Callable[[str], None] = lambda _: None,
) -> Verdict:
    """Run one storm to its end and return what stood afterwards."""
    begin = time.monotonic()
    with Installation(data, articles, port, seed) as installation:
        until(lambda: all(installation.processes()[name] for name in VICTIMS), 120, "did not start")
        wipe_at = set(installation.chance.sample(range(kills), wipes))
        for n in range(kills):
            installation.publish(-(-articles // kills))
            time.sleep(pause * installation.chance.uniform(0.5, 1.5))
            name = installation.kill_one()
            if n in wipe_at:
                installation.wipe()
            say(f"{n + 1}/{kills} killed {name or 'nobody'}; {installation.published()} published")
        installation.publish(articles)
        end = time.monotonic() + patience
        while not installation.settled() and time.monotonic() < end:
            time.sleep(0.5)
        found = installation.verdict()
    found.seconds = time.monotonic() - begin
    return found


def _plan(articles: int, chance: random.Random) -> list[tuple[int, str, str]]:
    """(feed, guid, text) in the order of publication: stories scattered among notes."""
    told = [
        (feed, f"story{n}-{feed}", story if nth == 0 else f"转：{story}")
        for n, story in enumerate(STORIES)
        for nth, feed in enumerate(chance.sample(range(FEEDS), TELLERS))
    ]
    notes = [(n % FEEDS, f"note{n}", note(n)) for n in range(articles - len(told))]
    plan = [*told, *notes]
    chance.shuffle(plan)
    return plan


def _rss(feed: int, entries: Sequence[tuple[str, str]]) -> bytes:
    now = format_datetime(datetime.now(UTC))
    items = "".join(
        f"<item><guid>{guid}</guid><link>http://feed{feed}.example/{guid}</link>"
        f"<title>{text[:30]}</title><description>{text}</description></item>"
        for guid, text in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>feed {feed}</title><lastBuildDate>{now}</lastBuildDate>{items}</channel></rss>"
    ).encode()
