"""Articles a second from feed bytes to searchable, through the real Celery on one worker process.

    python -m bench.pipeline [--articles 10000] [--naive 300]

The same articles, served over real HTTP, go through the product's steps and through the naive
pipeline (bench/naive.py: one task an entry, jieba and SnowNLP as shipped, a commit each), one
after the other, each with one prefork process on the same broker. Prints both rates, their
ratio, and the peak memory of the worker's processes. Exit 1 below the floor.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pysqlite3
from celery import Celery

from monitor.stack.broker import Broker
from tests.peers.feeds import FeedServer
from tests.system.stories import STORIES, note

FEEDS = 20
TARGET, FLOOR = 60, 40
MEMORY_MB = 250


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--naive", type=int, default=300)
    options = parser.parse_args()
    # One article in fifty is a reprint of one of twenty stories; the rest are all different.
    texts = [
        f"转{n}：{STORIES[n // 50 % len(STORIES)]}" if n % 50 == 0 else _body(n)
        for n in range(options.articles)
    ]
    length = sum(map(len, texts)) / len(texts)
    with tempfile.TemporaryDirectory(prefix="yuqing-bench-", ignore_cleanup_errors=True) as place:
        rate, memory = _product(Path(place), texts)
        naive = _naive(Path(place), texts[: options.naive])
    ratio = rate / naive
    print(f"articles                      {options.articles} of {length:.0f} characters")
    print(f"product, one process          {rate:8.0f} articles/s")
    print(f"naive, one process            {naive:8.1f} articles/s ({options.naive} articles)")
    print(f"ratio                         {ratio:8.0f} × (target {TARGET}, floor {FLOOR})")
    print(f"peak memory, worker           {memory[0]:8.0f} MB (target {MEMORY_MB})")
    print(f"peak memory, pool process     {memory[1]:8.0f} MB (target {MEMORY_MB})")
    return 1 if ratio < FLOOR else 0


def _body(number: int) -> str:
    """Some 450 characters, the length of a short news article."""
    return "".join(note(number + part * 10_000_000) for part in range(4))


def _product(place: Path, texts: list[str]) -> tuple[float, tuple[float, float]]:
    data = place / "product"
    (data / "catalog").mkdir(parents=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("YUQING_")}
    environment |= {
        "YUQING_DATA": str(data),
        "YUQING_FETCH_ALLOW": "127.0.0.0/8",
        "MALLOC_ARENA_MAX": "2",  # as `yuqing up` sets it
    }
    with FeedServer() as server, Broker(data).running() as url:
        _serve(server, data, texts)
        for command in (["migrate", "-v0"], ["catalog", "apply"]):
            subprocess.run(
                [sys.executable, "-m", "monitor", *command],
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        with _worker("config.celery", environment, data, "collect,text,index,notify") as worker:
            sender = Celery(broker=url)
            begin = time.monotonic()
            sender.send_task("collect", queue="collect", expires=10)
            _until(
                lambda: _indexed(data) >= len(texts),
                lambda: sender.send_task("sweep", queue="notify", expires=10),
            )
            took = time.monotonic() - begin
            return len(texts) / took, _peaks(worker)


def _serve(server: FeedServer, data: Path, texts: list[str]) -> None:
    sources = []
    for n in range(FEEDS):
        items = "".join(
            f"<item><guid>a{i}</guid><link>http://feed{n}.example/{i}</link>"
            f"<title>{texts[i][:25]}</title><description>{texts[i]}</description></item>"
            for i in range(n, len(texts), FEEDS)
        )
        feed = server.feed(f"/{n}.xml")
        feed.serves(f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>')
        sources.append(f"- {{slug: feed{n}, name: 信源{n}, url: '{feed.url}', region: home}}\n")
    (data / "catalog" / "sources.yaml").write_text("".join(sources), encoding="utf-8")
    (data / "catalog" / "places.yaml").write_text(
        "- {slug: baishi, name: 白石镇, kind: town}\n"
        "- {slug: shuanghe, name: 双河镇, kind: town}\n",
        encoding="utf-8",
    )


def _naive(place: Path, texts: list[str]) -> float:
    data = place / "naive"
    data.mkdir()
    with Broker(data).running() as url:
        environment = os.environ | {"NAIVE_BROKER": url, "NAIVE_DATABASE": str(data / "naive.db")}
        with _worker("bench.naive", environment, data, "celery"):
            sender = Celery(broker=url)
            # SnowNLP loads its model at the first text: not the pipeline's fault, so not counted.
            sender.send_task("naive", [-1, "预热"])
            _until(lambda: _stored(data) >= 1, lambda: None)
            begin = time.monotonic()
            for number, text in enumerate(texts):
                sender.send_task("naive", [number, text])
            _until(lambda: _stored(data) >= len(texts) + 1, lambda: None)
            return len(texts) / (time.monotonic() - begin)


@contextmanager
def _worker(
    app: str, environment: dict[str, str], data: Path, queues: str
) -> Iterator[psutil.Process]:
    log = data / "worker.log"
    with log.open("wb") as sink:
        started = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", app, "worker", "-c", "1", "-l", "INFO"),
                *("-Q", queues, "--without-gossip", "--without-mingle", "-n", "bench@%h"),
            ],
            env=environment,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        process = psutil.Process(started.pid)
        # Its pool process exists once the worker has loaded everything and consumes.
        _until(lambda: bool(process.children()), lambda: None)
        time.sleep(2)  # the worker connects to the broker after forking; nothing tells when
        yield process
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _peaks(worker: psutil.Process) -> tuple[float, float]:
    children = [_peak(child.pid) for child in worker.children()]
    return _peak(worker.pid), max(children, default=0.0)


def _peak(pid: int) -> float:
    """VmHWM in MB: the most resident memory the process ever had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmHWM: not Linux?")


def _indexed(data: Path) -> int:
    return _count(
        data / "yuqing.db", "SELECT count(*) FROM monitor_article WHERE indexed_rev >= rev"
    )


def _stored(data: Path) -> int:
    path = data / "naive.db"
    return _count(path, "SELECT count(*) FROM article") if path.exists() else 0


def _count(path: Path, sql: str) -> int:
    connection = pysqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        return int(connection.execute(sql).fetchone()[0])
    except pysqlite3.OperationalError:
        return 0  # the table is not there yet
    finally:
        connection.close()


def _until(done: Callable[[], bool], nudge: Callable[[], object], seconds: float = 600) -> None:
    end, next_nudge = time.monotonic() + seconds, time.monotonic() + 1
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the pipeline did not finish")
        if time.monotonic() >= next_nudge:
            nudge()
            next_nudge = time.monotonic() + 1
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
