"""Articles a second from feed bytes to searchable, through the real Celery on one worker process.

    python -m bench.pipeline [--articles 10000] [--naive 300] [--database sqlite|postgresql]

The same articles, served over real HTTP, go through the product's steps and through the naive
pipeline (bench/naive.py: one task an entry, jieba and SnowNLP as shipped, a commit each), one
after the other, each with one prefork process on the same broker. Prints both rates, their
ratio, and the peak memory of the worker's processes. Exit 1 below the floor.
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pysqlite3
from celery import Celery

from bench.house import House, cpu_seconds, peaks, until, worker
from monitor.stack.broker import Broker
from tests.peers.postgres import Postgres
from tests.system.stories import STORIES, note

TARGET, FLOOR = 60, 40
MEMORY_MB = 250


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--naive", type=int, default=300)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    texts = articles(options.articles)
    length = sum(map(len, texts)) / len(texts)
    with tempfile.TemporaryDirectory(prefix="yuqing-bench-", ignore_cleanup_errors=True) as place:
        rate, busy, memory = _product(Path(place), texts, options.database)
        naive, naive_busy = _naive(Path(place), texts[: options.naive])
    ratio = rate / naive
    print(f"articles                      {options.articles} of {length:.0f} characters")
    print(f"product, one process          {rate:8.0f} articles/s on {options.database}")
    print(f"naive, one process            {naive:8.1f} articles/s ({options.naive} articles)")
    print(f"ratio                         {ratio:8.0f} × (target {TARGET}, floor {FLOOR})")
    print(
        f"a second of processor time    {busy:8.0f} and {naive_busy:.1f}: {busy / naive_busy:.0f} ×"
    )
    print(f"peak memory, worker           {memory[0]:8.0f} MB (target {MEMORY_MB})")
    print(f"peak memory, pool process     {memory[1]:8.0f} MB (target {MEMORY_MB})")
    return 1 if ratio < FLOOR else 0


def articles(count: int) -> list[str]:
    """One article in fifty is a reprint of one of twenty stories; the rest are all different."""
    return [
        f"转{n}：{STORIES[n // 50 % len(STORIES)]}" if n % 50 == 0 else _body(n)
        for n in range(count)
    ]


def _body(number: int) -> str:
    """Some 450 characters, the length of a short news article."""
    return "".join(note(number + part * 10_000_000) for part in range(17))


def _product(
    place: Path, texts: list[str], database: str
) -> tuple[float, float, tuple[float, float]]:
    """Articles a second by the clock and by processor time, and the peaks of memory."""
    with ExitStack() as stack:
        # With fsync, as SQLite is set.
        server = stack.enter_context(Postgres(durable=True)) if database == "postgresql" else None
        url = server.database() if server else ""
        house = stack.enter_context(House(place / "product", url))
        house.shows(texts)
        with house.worker() as process:
            begin, idle = time.monotonic(), cpu_seconds(process)
            house.hint("collect")
            until(lambda: house.indexed() >= len(texts), lambda: house.hint("sweep"))
            rate = len(texts) / (time.monotonic() - begin)
            return rate, len(texts) / (cpu_seconds(process) - idle), peaks(process)


def _naive(place: Path, texts: list[str]) -> tuple[float, float]:
    data = place / "naive"
    data.mkdir()
    with Broker(data).running() as url:
        environment = os.environ | {"NAIVE_BROKER": url, "NAIVE_DATABASE": str(data / "naive.db")}
        with worker("bench.naive", environment, data, "celery") as process:
            sender = Celery(broker=url)
            # SnowNLP loads its model at the first text: not the pipeline's fault, so not counted.
            sender.send_task("naive", [-1, "预热"])
            until(lambda: _stored(data) >= 1, lambda: None)
            begin, idle = time.monotonic(), cpu_seconds(process)
            for number, text in enumerate(texts):
                sender.send_task("naive", [number, text])
            until(lambda: _stored(data) >= len(texts) + 1, lambda: None)
            rate = len(texts) / (time.monotonic() - begin)
            return rate, len(texts) / (cpu_seconds(process) - idle)


def _stored(data: Path) -> int:
    path = data / "naive.db"
    if not path.exists():
        return 0
    connection = pysqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        return int(connection.execute("SELECT count(*) FROM article").fetchone()[0])
    except pysqlite3.OperationalError:
        return 0  # the table is not there yet
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
