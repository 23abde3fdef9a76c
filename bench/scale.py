"""What more processes bring, and what a long past costs.

    python -m bench.scale [--database sqlite|postgresql] [--articles 8000]
                          [--rows 50000 2000000] [--no-workers] [--no-past]

Workers: the same collected articles are read, grouped and indexed by one text worker and by two
(one process each) that share two cores with broker and database; rate, and CPU time an article.
Past: the whole way of new articles through one worker, with few and with many rows behind them.
Exit 1 where a floor is missed.
"""

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.house import ALL_QUEUES, House, cpu_seconds, until
from bench.pipeline import articles
from tests.peers.postgres import Postgres

SPEED_UP, CPU_SHARE, PAST_SHARE = 1.5, 1.10, 0.80


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--articles", type=int, default=8_000)
    parser.add_argument("--rows", type=int, nargs=2, default=[50_000, 2_000_000])
    parser.add_argument("--no-workers", dest="workers", action="store_false")
    parser.add_argument("--no-past", dest="past", action="store_false")
    asked = parser.parse_args()
    missed = False
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yuqing-scale-")))
        server = stack.enter_context(Postgres()) if asked.database == "postgresql" else None
        print(f"database                      {asked.database}, {asked.articles} articles")
        if asked.workers:
            missed |= _workers(place, server, asked.articles)
        if asked.past:
            missed |= _past(place, server, asked.articles, asked.rows)
    return int(missed)


def _house(place: Path, server: Postgres | None, name: str) -> House:
    return House(place / name, server.database(name) if server else "")


def _workers(place: Path, server: Postgres | None, count: int) -> bool:
    one, cpu_one = _read(place, server, count, 1)
    two, cpu_two = _read(place, server, count, 2)
    print(f"one text worker               {one:8.0f} articles/s {cpu_one * 1e6:6.0f} µs CPU each")
    print(f"two text workers              {two:8.0f} articles/s {cpu_two * 1e6:6.0f} µs CPU each")
    print(f"speed-up                      {two / one:8.2f} × (floor {SPEED_UP})")
    print(f"CPU an article                {cpu_two / cpu_one:8.0%} (most {CPU_SHARE:.0%})")
    return two / one < SPEED_UP or cpu_two / cpu_one > CPU_SHARE


def _read(place: Path, server: Postgres | None, count: int, workers: int) -> tuple[float, float]:
    """(articles a second, CPU seconds an article) from collected to indexed."""
    with _house(place, server, f"workers{workers}") as house:
        house.shows(articles(count))
        with house.worker("collect"):
            until(lambda: house.collected() >= count, lambda: house.hint("collect"))
        # Or the first worker would begin before the second is there.
        house.forget_hints()
        with ExitStack() as stack:
            processes = [
                stack.enter_context(house.worker("text,index", f"text{n}")) for n in range(workers)
            ]
            if house.read():
                raise RuntimeError("work began before the clock did")
            before = sum(map(cpu_seconds, processes))
            begin = time.monotonic()
            hints = ("analyse", "group", "index") * workers
            house.hint(*hints)
            until(lambda: house.indexed() >= count, lambda: house.hint(*hints))
            took = time.monotonic() - begin
            return count / took, (sum(map(cpu_seconds, processes)) - before) / count


def _past(place: Path, server: Postgres | None, count: int, rows: list[int]) -> bool:
    few, many = (_behind(place, server, count, behind) for behind in rows)
    print(f"{rows[0]:>9,} rows behind         {few:8.0f} articles/s")
    print(f"{rows[1]:>9,} rows behind         {many:8.0f} articles/s")
    print(f"share                         {many / few:8.0%} (floor {PAST_SHARE:.0%})")
    return many / few < PAST_SHARE


def _behind(place: Path, server: Postgres | None, count: int, rows: int) -> float:
    """Articles a second, from feed to index, with so many rows behind them."""
    with _house(place, server, f"past{rows}") as house:
        house.shows(articles(count))
        house.run("-m", "bench.past", str(rows))
        house.past = rows
        with house.worker(ALL_QUEUES) as _:
            begin = time.monotonic()
            house.hint("collect")
            until(lambda: house.indexed() >= count, lambda: house.hint("sweep"))
            return count / (time.monotonic() - begin)


if __name__ == "__main__":
    sys.exit(main())
