"""Search over many articles: writing, and p50 and p95 of five kinds of query asked five ways.

    python -m bench.search [--articles 100000] [--months 3] [--rounds 5] [--batch 500]
        [--engine embedded | --engine elasticsearch --url http://127.0.0.1:9200/bench]
        [--no-rivals]

Fills an index with invented articles of about 300 characters from two processes, the last
tenth of them measured, by one process and then by two. Then asks each query for a page with
the exact total, a page with facets, the trend, folded stories and hot words.

*first* is a query asked for the first time (the embedded index keeps its latest matches; they are
dropped before each of these), *again* the same query asked over and over. Times are of one
process asking one query at a time; *cpu* is this process's own, which other work on the machine
disturbs less. A cluster is first asked other queries for a while, as a server that has run since
yesterday was: its code is compiled and the merges of the filling have ended.

The rivals (bench/rivals.py) hold the same articles and are asked the same queries once each,
right after us. Ratios are of p95 to our p95 of first times. Exit 1 where a floor is missed.
"""

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TypeVar

from bench.corpus import KINDS, WARMING, articles
from bench.rivals import ASKS, Rivals, make
from monitor.index import IndexUnavailable, SearchIndex, open_index
from monitor.index.embedded import EmbeddedIndex
from monitor.query import Query, parse

GENERATION = "bench"
# No process holds more documents than these ready before it is measured.
MEASURED = 20_000
WARM_FOR = 30.0
"""Seconds."""
WAYS: dict[str, Callable[[SearchIndex, Query], object]] = {
    "page": lambda index, query: index.search(GENERATION, query),
    "facets": lambda index, query: index.search(GENERATION, query, facets=True),
    "trend": lambda index, query: index.trend(GENERATION, query),
    "fold": lambda index, query: index.search(GENERATION, query, fold=True),
    "hot words": lambda index, query: index.hot_words(GENERATION, query),
}
# Most milliseconds of p95 of a page with facets and exact total, fewest articles written a second.
FLOORS = {"embedded": (150.0, 2_000.0), "elasticsearch": (40.0, 2_000.0)}
Answer = TypeVar("Answer")
_spawn = multiprocessing.get_context("spawn")
# Where the writing processes wait for one another.
_start: Barrier


@dataclass(frozen=True)
class Corpus:
    """Which articles go where."""

    url: str
    articles: int
    months: float
    batch: int


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--months", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--engine", choices=["embedded", "elasticsearch"], default="embedded")
    parser.add_argument("--url", help="a folder (sqlite:///…) or a cluster (http://…/prefix)")
    parser.add_argument("--no-rivals", action="store_true", help="save half an hour of 1,000,000")
    asked = parser.parse_args()
    if asked.engine == "elasticsearch" and not asked.url:
        parser.error("--engine elasticsearch needs --url http://host:port/prefix")
    with tempfile.TemporaryDirectory(prefix="yuqing-bench-") as folder:
        url = asked.url or f"sqlite://{folder}/index"
        corpus = Corpus(url, asked.articles, asked.months, asked.batch)
        index = open_index(url)
        index.drop(GENERATION)
        index.create(GENERATION)
        try:
            rate = fill(corpus)
            _insist(partial(index.refresh, GENERATION))
            file = Path(folder) / "rivals.sqlite3"
            if not asked.no_rivals:
                hold(file, corpus)
            if asked.engine == "elasticsearch":
                warm(index)
            slowest = measure(index, asked.rounds, None if asked.no_rivals else Rivals(file))
        finally:
            index.drop(GENERATION)
            index.close()
    most, fewest = FLOORS[asked.engine]
    print(f"\nslowest page with facets          {slowest:8.1f} ms p95 (most {most:g})")
    print(f"written by two processes          {rate:8,.0f} articles/s (floor {fewest:,.0f})")
    return int(slowest > most or rate < fewest)


def fill(corpus: Corpus) -> float:
    """Fill the index and print how fast; articles a second of two processes."""
    tenth = min(corpus.articles // 20, MEASURED)
    rest = corpus.articles - 3 * tenth
    spans = {
        "two processes, filling": [(0, rest // 2), (rest // 2, rest)],
        "one process": [(rest, rest + tenth)],
        "two processes": [
            (rest + tenth, rest + 2 * tenth),
            (rest + 2 * tenth, corpus.articles),
        ],
    }
    print(f"{'writing':24}{'articles/s':>12}{'worst batch ms':>16}{'cpu us each':>13}")
    for name, parts in spans.items():
        filling = name.endswith("filling")
        rate, worst, cpu = write(corpus, parts, ready=not filling)
        shown = f"{rate:>12,.0f}" if not filling else f"{rate:>12,.0f}*"
        print(f"{name:24}{shown}{worst * 1e3:>16,.0f}{cpu * 1e6:>13,.0f}", flush=True)
    print("* with inventing the articles")
    return rate


def write(
    corpus: Corpus, parts: Sequence[tuple[int, int]], *, ready: bool
) -> tuple[float, float, float]:
    """Articles a second of all processes together, the slowest batch, and CPU an article."""
    start = _spawn.Barrier(len(parts))
    with _spawn.Pool(len(parts), _meet, (start,)) as pool:
        found = pool.starmap(_write, [(corpus, *part, ready) for part in parts], chunksize=1)
    begins, ends, worsts, cpus = zip(*found, strict=True)
    written = sum(last - first for first, last in parts)
    return written / (max(ends) - min(begins)), max(worsts), sum(cpus) / written


def _meet(start: Barrier) -> None:
    global _start
    _start = start


def _write(corpus: Corpus, first: int, last: int, ready: bool) -> tuple[float, float, float, float]:
    """When it began and ended, its slowest batch, its CPU; all in seconds."""
    index = open_index(corpus.url)
    invented = articles(first, last, corpus.articles, corpus.months)
    documents = iter(list(invented)) if ready else invented
    _start.wait(600)
    began, cpu, worst = time.time(), time.process_time(), 0.0
    while some := list(islice(documents, corpus.batch)):
        before = time.perf_counter()
        refused = _insist(partial(index.write, GENERATION, some))
        worst = max(worst, time.perf_counter() - before)
        if refused:
            raise RuntimeError(refused[0].words)
    return began, time.time(), worst, time.process_time() - cpu


def _insist(act: Callable[[], Answer]) -> Answer:
    """Do as a worker does: ask a store that cannot now again, two minutes long."""
    end = time.monotonic() + 120
    while True:
        try:
            return act()
        except IndexUnavailable as error:
            print(error.words, file=sys.stderr, flush=True)
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def warm(index: SearchIndex) -> None:
    """Ask what is not measured, every way, for half a minute."""
    end = time.monotonic() + WARM_FOR
    while time.monotonic() < end:
        for text in WARMING:
            for way in WAYS.values():
                _insist(partial(way, index, parse(text)))


def hold(file: Path, corpus: Corpus) -> None:
    """Give the rivals their articles, in a process of its own: the memory of ours is measured."""
    began = time.perf_counter()
    with _spawn.Pool(1) as pool:
        pool.apply(_hold, (file, corpus))
    print(f"\nrivals made in {time.perf_counter() - began:,.0f} s", flush=True)


def _hold(file: Path, corpus: Corpus) -> None:
    make(file, articles(0, corpus.articles, corpus.articles, corpus.months))


def measure(index: SearchIndex, rounds: int, rivals: Rivals | None) -> float:
    """Ask and print; milliseconds of the slowest kind of page with facets, p95 of first times."""
    took = index.space(GENERATION).used
    print(f"\n{index.count(GENERATION):,} articles, {took / 1e6:,.0f} MB")
    ours: dict[tuple[str, str], Times] = {}
    theirs: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for kind, texts in KINDS.items():
        for way in WAYS:
            ours[way, kind] = Times.of(index, way, kind, rounds)
        for text in texts:
            for (name, way), spent in (rivals.times(parse(text)) if rivals else {}).items():
                theirs[name, way, kind].append(spent)
    for way in WAYS:
        shown = [f"{name:>10}{'ratio':>7}" for name in ("LIKE", "join") if way in ASKS and rivals]
        print(
            f"\n{way:16}{'hits':>9} {'first p50':>10}{'p95 ms':>8}{'cpu p95':>9}"
            f"{'again p50':>11}{'p95 ms':>8}{''.join(shown)}"
        )
        for kind in KINDS:
            mine = ours[way, kind]
            ratios = [
                _ratio(theirs[name, way, kind], mine)
                for name in ("LIKE", "join")
                if theirs[name, way, kind]
            ]
            print(f"{kind:16}{mine}{''.join(ratios)}")
    print(f"\npeak memory of the asking process: {_peak_mb()} MB")
    return max(_p95(ours["facets", kind].first) * 1e3 for kind in KINDS)


def _ratio(theirs: Sequence[float], mine: "Times") -> str:
    return f"{_p95(theirs) * 1e3:>10,.0f}{_p95(theirs) / _p95(mine.first):>6,.0f}x"


@dataclass(frozen=True)
class Times:
    """Seconds of a kind of query asked in one way."""

    hits: int
    first: Sequence[float]
    cpu: Sequence[float]
    again: Sequence[float]

    @classmethod
    def of(cls, index: SearchIndex, way: str, kind: str, rounds: int) -> "Times":
        first, cpu, again, hits = [], [], [], []
        for _ in range(rounds):
            for text in KINDS[kind]:
                _forget(index)
                wall, own = _timed(lambda query: WAYS[way](index, query), parse(text))
                first.append(wall)
                cpu.append(own)
        for text in KINDS[kind]:
            query = parse(text)
            hits.append(index.search(GENERATION, query).total)
            WAYS[way](index, query)
            again += [_timed(lambda q: WAYS[way](index, q), query)[0] for _ in range(rounds)]
        return cls(round(statistics.median(hits)), first, cpu, again)

    def __str__(self) -> str:
        return (
            f"{self.hits:>9,} {statistics.median(self.first) * 1e3:>10.1f}"
            f"{_p95(self.first) * 1e3:>8.1f}{_p95(self.cpu) * 1e3:>9.1f}"
            f"{statistics.median(self.again) * 1e3:>11.1f}{_p95(self.again) * 1e3:>8.1f}"
        )


def _forget(index: SearchIndex) -> None:
    """Let the index know of no earlier query."""
    if isinstance(index, EmbeddedIndex):
        index._kept._matches.clear()


def _timed(act: Callable[[Query], object], query: Query) -> tuple[float, float]:
    """Seconds by the clock and of this process."""
    began, cpu = time.perf_counter(), time.process_time()
    act(query)
    return time.perf_counter() - began, time.process_time() - cpu


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def _peak_mb() -> int:
    status = Path(f"/proc/{os.getpid()}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1000


if __name__ == "__main__":
    sys.exit(main())
