"""The index rebuilt under live writes and searches, killed on the way and resumed.

    python -m bench.reindex [--articles 200000] [--kills 2] [--index embedded|elasticsearch|URL]

Fills the tables with articles of the past and rebuilds once with nothing else going on. Then two
writers and one searcher work while `yuqing reindex` is killed -9 so many times and at last runs to
its end. Every search asks for an article that is certainly there. Exit 1 if a search failed or if
rows and index do not agree afterwards.
"""

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.peers.elasticsearch.server import Server
from tests.system.library import Library, Seen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--index", default="embedded")
    asked = parser.parse_args()
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yuqing-reindex-")))
        url = asked.index
        if url == "elasticsearch":
            url = f"{stack.enter_context(Server(place / 'server', heap='1g')).url}/bench"
        own = {} if url == "embedded" else {"YUQING_INDEX_URL": url}
        library = stack.enter_context(Library(place / "data", asked.articles, **own))
        return show(library, asked.kills)


def show(library: Library, kills: int) -> int:
    articles = library.articles
    alone = library.rebuilds()
    print(f"{articles:,} articles rebuilt alone      {alone:8.1f} s  {articles / alone:8,.0f} /s")
    library.lives()
    began = time.monotonic()
    for n in range(kills):
        copied = library.kills_a_rebuild((n + 1) / (kills + 1))
        print(f"killed -9 when {copied:.0%} was copied")
    library.rebuilds()
    took = time.monotonic() - began
    seen = library.rests()
    print(f"the same under load, killed {kills} ×     {took:8.1f} s  {articles / took:8,.0f} /s")
    report(seen)
    began = time.monotonic()
    agrees = library.yuqing("reconcile").strip()
    print(f"reconcile                          {time.monotonic() - began:8.1f} s  {agrees}")
    return int(bool(seen.failed) or not agrees.endswith("全部一致"))


def report(seen: Seen) -> None:
    times = [1000 * second for second in seen.searches]
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"written meanwhile                  {seen.new:,} new, {seen.changed:,} changed")
    print(
        f"searches meanwhile                 {len(times):,}, {seen.failed} failed;"
        f" p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms, worst {max(times):.0f} ms"
    )
    for failure in seen.failures:
        print(f"    {failure}")


if __name__ == "__main__":
    sys.exit(main())
