"""An installation for a bench: its folder, its broker, feeds that show given texts, its workers."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import psutil
import psycopg
import pysqlite3
from celery import Celery

from monitor.stack.broker import Broker
from tests.peers.feeds import FeedServer

FEEDS = 20
ALL_QUEUES = "collect,text,index,notify"
PATIENCE_S = 900.0
MISSING = (pysqlite3.OperationalError, psycopg.errors.UndefinedTable)


class House:
    """Use it as a context manager. `database_url` "" is SQLite in the folder.

    `past` is the number of articles that were there before the feeds': counting passes them over,
    or the question how far things are would cost more than the things (0.7 s at two millions).
    """

    past = 0

    def __init__(self, data: Path, database_url: str = "") -> None:
        self.data = data
        self.database_url = database_url
        own = {"YUQING_DATA": str(data), "YUQING_FETCH_ALLOW": "127.0.0.0/8"}
        if database_url:
            own["YUQING_DATABASE_URL"] = database_url
        kept = {k: v for k, v in os.environ.items() if not k.startswith("YUQING_")}
        # As `yuqing up` sets it.
        self.environment = kept | own | {"MALLOC_ARENA_MAX": "2"}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        (self.data / "catalog").mkdir(parents=True)
        self._feeds = self._open.enter_context(FeedServer())
        self.sender = Celery(broker=self._open.enter_context(Broker(self.data).running()))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def shows(self, texts: Sequence[str]) -> None:
        """Spread the texts over the feeds and make the tables and the catalogue."""
        sources = []
        for n in range(FEEDS):
            items = "".join(
                f"<item><guid>a{i}</guid><link>http://feed{n}.example/{i}</link>"
                f"<title>{texts[i][:25]}</title><description>{texts[i]}</description></item>"
                for i in range(n, len(texts), FEEDS)
            )
            feed = self._feeds.feed(f"/{n}.xml")
            feed.serves(f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>')
            sources.append(f"- {{slug: feed{n}, name: 信源{n}, url: '{feed.url}', region: home}}\n")
        own = self.data / "catalog"
        (own / "sources.yaml").write_text("".join(sources), encoding="utf-8")
        (own / "places.yaml").write_text(
            "- {slug: baishi, name: 白石镇, kind: town}\n"
            "- {slug: shuanghe, name: 双河镇, kind: town}\n",
            encoding="utf-8",
        )
        self.run("-m", "monitor", "migrate", "-v0")
        self.run("-m", "monitor", "catalog", "apply")

    def run(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    @contextmanager
    def worker(self, queues: str = ALL_QUEUES, name: str = "one") -> Iterator[psutil.Process]:
        """A Celery worker with one pool process."""
        with worker("config.celery", self.environment, self.data, queues, name) as process:
            yield process

    def hint(self, *steps: str) -> None:
        """As the sweep would: there may be work for these steps."""
        queues = {"collect": "collect", "analyse": "text", "group": "text", "index": "index"}
        for step in steps:
            self.sender.send_task(step, queue=queues.get(step, "notify"))

    def forget_hints(self) -> None:
        """Empty the broker."""
        with self.sender.connection_for_write() as connection:
            connection.default_channel.client.flushall()

    def read(self) -> int:
        """How many articles of the feeds have been analysed."""
        return self.count(
            f"SELECT count(*) FROM monitor_article WHERE id > {self.past} AND analysed_edition > 0"  # noqa: S608
        )

    def collected(self) -> int:
        """How many articles of the feeds there are."""
        return self.count(f"SELECT count(*) FROM monitor_article WHERE id > {self.past}")  # noqa: S608

    def indexed(self) -> int:
        """How many of them search finds."""
        return self.count(
            f"SELECT count(*) FROM monitor_article WHERE id > {self.past} AND indexed_rev >= rev"  # noqa: S608
        )

    def count(self, sql: str) -> int:
        """One number from the database; 0 while a table is not there yet."""
        try:
            if self.database_url:
                with psycopg.connect(self.database_url) as connection:
                    row = connection.execute(sql.encode()).fetchone()
            else:
                with _file(self.data / "yuqing.db") as connection:
                    row = connection.execute(sql).fetchone()
        except MISSING:
            return 0
        return int(row[0]) if row else 0


@contextmanager
def _file(path: Path) -> Iterator[pysqlite3.Connection]:
    connection = pysqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def worker(
    app: str, environment: dict[str, str], data: Path, queues: str, name: str = "one"
) -> Iterator[psutil.Process]:
    """A worker with one pool process, ready to consume."""
    log = data / f"{name}.log"
    with log.open("wb") as sink:
        started = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", app, "worker", "-c", "1", "-l", "INFO"),
                *("-Q", queues, "--without-gossip", "--without-mingle", "-n", f"{name}@%h"),
            ],
            env=environment,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        process = psutil.Process(started.pid)
        # Its pool process exists once the worker has loaded everything and consumes.
        until(lambda: bool(process.children()), lambda: None)
        time.sleep(2)  # the worker connects to the broker after forking; nothing tells when
        yield process
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time of a worker and its pool so far."""
    times = [one.cpu_times() for one in (process, *process.children())]
    return sum(time_.user + time_.system for time_ in times)


def peaks(process: psutil.Process) -> tuple[float, float]:
    """The most resident memory, in MB, of a worker and of the largest of its pool."""
    children = [_peak(child.pid) for child in process.children()]
    return _peak(process.pid), max(children, default=0.0)


def _peak(pid: int) -> float:
    """VmHWM in MB: the most resident memory the process ever had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmHWM: not Linux?")


def until(done: Callable[[], bool], nudge: Callable[[], object]) -> None:
    """Wait, nudging every second; TimeoutError after PATIENCE_S."""
    end, next_nudge = time.monotonic() + PATIENCE_S, time.monotonic() + 1
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the pipeline did not finish")
        if time.monotonic() >= next_nudge:
            nudge()
            next_nudge = time.monotonic() + 1
        time.sleep(0.05)
