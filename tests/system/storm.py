"""A storm over a running installation: processes die at random while articles go on arriving.

Killed at random, with -9: the worker, its pool processes, beat, the broker, the console; every
few times aimed at a process whose message the webhook holds. The broker's data are wiped: once
its files are deleted under a dead broker, the other times it is emptied. The webhook takes its
time with every message. Afterwards `Verdict` holds the database, the index and what the webhook
received against what was published.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path

from tests.system.county import FEEDS, Entry
from tests.system.installation import Installation
from tests.system.production import Production
from tests.system.stories import STORIES, note
from tests.system.verdict import TELLERS, House, Verdict, judge

AIMED = 4
"""Every so many kills one waits for a message that is being sent."""
AIMING_S = 2.0
TAKES_S = (0.3, 1.0)


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
    """Run one storm over `yuqing up` to its end and return what stood afterwards."""
    chance = random.Random(seed)
    house = Installation(data, _plan(articles, chance), port, chance)
    return _blow(house, articles, kills, wipes, seed, pause, patience, say)


def production_weather(
    *,
    articles: int,
    kills: int,
    wipes: int,
    seed: int,
    pause: float,
    patience: float,
    outage: float = 0.0,
    say: Callable[[str], None] = lambda _: None,
) -> Verdict:
    """The same over `scripts/stack`: its stores die as well, and Elasticsearch is away once for
    `outage` seconds while articles go on arriving."""
    chance = random.Random(seed)
    house = Production(_plan(articles, chance), chance)
    return _blow(house, articles, kills, wipes, seed, pause, patience, say, outage)


def _blow(
    house: House,
    articles: int,
    kills: int,
    wipes: int,
    seed: int,
    pause: float,
    patience: float,
    say: Callable[[str], None],
    outage: float = 0.0,
) -> Verdict:
    begin, chance = time.monotonic(), house.chance
    with house:
        house.robot.takes(*TAKES_S, seed)
        house.starts()
        wipe_at = sorted(chance.sample(range(kills), wipes))
        for n in range(kills):
            house.publish(-(-articles // kills))
            time.sleep(pause * chance.uniform(0.5, 1.5))
            if n % AIMED == AIMED - 1 and _kills_sender(house):
                name = "a sender"
            else:
                name = house.kill_one()
            if n in wipe_at[:1]:
                house.lose_broker_files()
            elif n in wipe_at:
                house.flush()
            if outage and n == kills // 2 and isinstance(house, Production):
                house.index_away(outage)
            say(f"{n + 1}/{kills} killed {name}; {len(house.published)} published")
        house.publish(articles)
        end = time.monotonic() + patience
        while not house.settled() and time.monotonic() < end:
            time.sleep(0.5)
        found = judge(house)
    found.seconds = time.monotonic() - begin
    return found


def _kills_sender(house: House) -> bool:
    """Wait a little for a message in the webhook's hands; False when none came."""
    end = time.monotonic() + AIMING_S
    while time.monotonic() < end:
        if house.robot.held and house.kill_sender():
            return True
        time.sleep(0.02)
    return False


def _plan(articles: int, chance: random.Random) -> list[Entry]:
    """Entries in the order of publication: stories scattered among notes."""
    told = [
        Entry(feed, f"story{n}-{feed}", story if nth == 0 else f"转：{story}")
        for n, story in enumerate(STORIES)
        for nth, feed in enumerate(chance.sample(range(FEEDS), TELLERS))
    ]
    notes = [Entry(n % FEEDS, f"note{n}", note(n)) for n in range(articles - len(told))]
    plan = [*told, *notes]
    chance.shuffle(plan)
    return plan
