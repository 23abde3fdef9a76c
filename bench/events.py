"""How long an article takes to find its event among many live ones.

    python -m bench.events [--live 100000] [--newcomers 2000] [--pairs 8]

Invented articles over a week, each of some thirty words drawn as rarely as words are in a language
(Zipf), a place in every third, and every tenth telling the story of one before; the window places
newcomers in the pipeline's batches. Beside it the naive way: the same comparison with every live
article, for a few newcomers. Processor time of one core. Exit 1 above LIMIT_MS or below FOUND.
"""

import argparse
import random
import sys
import time
from bisect import bisect
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import numpy as np

from monitor.detect.events import Member, Window
from monitor.detect.story import FINE, TOWN, Story, compare, rows_of

LIMIT_MS = 0.1
BATCH = 400
FOUND = 0.95
"""Share of the newcomers that tell a story told before which must join its event."""
WORDS, VILLAGES, TOWNS = 60_000, 400, 20
START = datetime(2026, 11, 2, tzinfo=UTC)
WEEK_S = 6.5 * 86_400

_CUMULATED = list(accumulate(1 / (rank + 30) for rank in range(WORDS)))


def _word(chance: random.Random) -> tuple[str, float]:
    """A word, rarer the higher its number, and what it tells in nats."""
    rank = bisect(_CUMULATED, chance.random() * _CUMULATED[-1])
    share = 30 / (rank + 30) / (_CUMULATED[-1])
    return f"词{rank}", round(min(-float(np.log(share)) - 3.0, 5.67), 2)


def _story(chance: random.Random) -> Story:
    found = {word: nats for word, nats in (_word(chance) for _ in range(40)) if nats > 0}
    words = sorted(found.items(), key=lambda one: (-one[1], one[0]))[:32]
    places: tuple[tuple[str, int], ...] = ()
    if chance.random() < 1 / 3:
        village = chance.randrange(VILLAGES)
        places = ((f"村{village}", FINE), (f"镇{village % TOWNS}", TOWN))
    return Story(tuple(words), places, (), True, (f"事项{chance.randrange(30)}",))


def _again(story: Story, chance: random.Random) -> Story:
    """The story told by another: half its words, and others."""
    own = [one for one in story.words if chance.random() < 0.5]
    other = [one for one in _story(chance).words if chance.random() < 0.5]
    return replace(story, words=tuple(sorted({*own, *other}, key=lambda one: -one[1])[:32]))


def _member(number: int, story: Story, chance: random.Random, second: float) -> Member:
    moment = START + timedelta(seconds=second)
    signed = chance.randbytes(256)
    return Member(number, None, signed, moment, f"标题{number}", 200, "|", story.to_line())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--live", type=int, default=100_000)
    parser.add_argument("--newcomers", type=int, default=2_000)
    parser.add_argument("--pairs", type=int, default=8, help="newcomers placed the naive way")
    asked = parser.parse_args()
    chance = random.Random(7)
    stories = [_story(chance) for _ in range(asked.live)]
    seconds = sorted(chance.random() * WEEK_S for _ in stories)
    live = [
        replace(_member(n, story, chance, second), event=n)
        for n, (story, second) in enumerate(zip(stories, seconds, strict=True), 1)
    ]
    window = Window()
    began = time.process_time()
    window.add(live)
    print(f"live articles       {asked.live:,}, taken in {time.process_time() - began:.1f} s")
    newcomers, known = [], {}
    for n in range(asked.live + 1, asked.live + asked.newcomers + 1):
        story = _story(chance)
        if n % 10 == 0:  # of the last day, as most are
            event = asked.live - chance.randrange(asked.live // 7)
            story, known[n] = _again(stories[event - 1], chance), event
        newcomers.append(_member(n, story, chance, WEEK_S + n - asked.live))
    window.place(newcomers[:BATCH])
    began = time.process_time()
    placements = [
        placement
        for start in range(0, len(newcomers), BATCH)
        for placement in window.place(newcomers[start : start + BATCH])
    ]
    each = (time.process_time() - began) / len(newcomers) * 1e3
    events = {placement.article: placement.event for placement in placements}
    found = sum(events[n] == event for n, event in known.items()) / len(known)
    naive = _naive(live, newcomers[: asked.pairs])
    print(f"event assignment    {each:.3f} ms an article (limit {LIMIT_MS})")
    print(f"stories found again {found:.1%} of {len(known)} (at least {FOUND:.0%})")
    print(f"compared with all   {naive:.0f} ms an article, {naive / each:,.0f} times as long")
    return int(each > LIMIT_MS or found < FOUND)


def _naive(live: list[Member], newcomers: list[Member]) -> float:
    """Milliseconds for the same comparison of one newcomer with every live article."""
    rows = rows_of([member.story for member in live])
    moments = np.array([member.published.timestamp() for member in live])
    began = time.process_time()
    for member in newcomers:
        (row,) = rows_of([member.story])
        for start in range(0, len(rows), 5_000):
            part = rows[start : start + 5_000]
            days = (moments[start : start + 5_000] - member.published.timestamp()) / 86_400
            compared = compare(np.repeat(np.array([row]), len(part)), part, days)
            compared.points(slice(None), row["nats"].astype(np.float64))
    return (time.process_time() - began) / len(newcomers) * 1e3


if __name__ == "__main__":
    sys.exit(main())
