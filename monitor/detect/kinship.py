"""Which event's story a newcomer tells: points against each event, not against one article alone.

An event that is like a newcomer in one article only is a chain that drifts; one whose articles are
like it together is its event. So the best article counts three quarters, the best three together a
quarter, and that several are like it at all counts beside.

A word weighs what it tells in general, less what it tells here: one that stands in the articles of
many events of these days (a column's name, an editor's line) tells none of them.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.detect.alike import ALIKE
from monitor.detect.bands import Numbers
from monitor.detect.held import Held
from monitor.detect.leads import Found
from monitor.detect.marks import differ
from monitor.detect.story import Compared, Points, compare
from monitor.text.fingerprint import pairwise
from monitor.text.gist import KNEE, WORDS

TOGETHER = 0.25
"""What the mean of the best THREE articles counts, beside the best one."""
THREE = 3
COMPANY = 1.0
"""For each e-fold of the articles that are like the newcomer at all, up to MOST."""
MOST = 8
LIKE = -1.5
"""Points from which an article is like the newcomer at all."""
SAME = 0.0
"""Points (log odds) from which a newcomer tells an event's story."""
REPRINT = 0.0
"""Points from which a mere headline is a reprint of the likest article of its event."""
QUIET = 250
"""Articles of a span beyond which the odds fall that any one of them tells the newcomer's story."""
FEW = 30
"""Articles of the window as many as which are believed to have no matter in common."""
TEXTS = 300
"""Articles of the window whose word counts are believed as much as those of the general corpus."""

_HOPELESS = SAME - COMPANY * math.log(MOST)
"""Best points under which no event can reach SAME."""


class Belonging(NamedTuple):
    """An event (see `Kinship.event`), how much it is a newcomer's, and by which slot most."""

    event: int
    points: float
    best: float
    slot: int


class Kinship:
    """Newcomers, written behind the members of a window, beside those that they share most with.

    They are asked for in order: `belongs` looks at the events of the newcomers before.
    """

    def __init__(self, held: Held, found: Found, span_s: float, count: int) -> None:
        self._held = held
        self._found = found
        mine, slots = held.size + found.rows, found.slots
        days = np.abs(held.rows["published"][mine] - held.rows["published"][slots]) / 86_400
        company, themes = held.company(count, span_s)
        rare = np.log((company[:, None] + FEW) / (themes + 1.0))
        stories = held.stories
        self._pairs: Compared = compare(stories[mine], stories[slots], days, rare[found.rows])
        self._void = self._two_matters(mine, slots) | ~_alive(held, mine, slots)
        self._ends = np.searchsorted(found.rows, np.arange(count + 1))
        self._hit_ends = np.searchsorted(found.hits[0], np.arange(count + 1))
        self._company = company
        self._crowd = np.log(np.maximum(company, QUIET) / QUIET)
        most = self._pairs.at_most(held.stories["nats"][mine]) - self._crowd[found.rows]
        self._worth_a_look = np.zeros(count, np.bool_)
        self._worth_a_look[found.rows[most >= _HOPELESS]] = True

    def belongs(self, row: int) -> Belonging | None:
        """The event whose story a newcomer tells: the most points, of equals the earliest one."""
        if not self._worth_a_look[row]:
            return None
        pairs = slice(self._ends[row], self._ends[row + 1])
        slots = self._found.slots[pairs]
        points = self._pairs.points(pairs, self._telling(row))
        points -= self._crowd[row]
        points[self._void[pairs]] = -np.inf
        like = np.flatnonzero(points >= LIKE)
        events: defaultdict[int, list[tuple[float, int, int]]] = defaultdict(list)
        for event, point, article, slot in zip(
            self._held.rows["event"][slots[like]].tolist(),
            points[like].tolist(),
            self._held.rows["article"][slots[like]].tolist(),
            slots[like].tolist(),
            strict=True,
        ):
            events[event].append((-point, article, slot))
        likely = [(_together(those), min(those), event) for event, those in events.items()]
        likely = [one for one in likely if one[0] >= SAME]
        if not likely:
            return None
        most, (minus, _, slot), event = min(likely, key=lambda one: (-one[0], one[1][1]))
        return Belonging(event, most, -minus, slot)

    def _telling(self, row: int) -> Points:
        """The nats of the newcomer's words, less what they tell in these days."""
        part = slice(self._hit_ends[row], self._hit_ends[row + 1])
        columns, slots = self._found.hits[1][part], self._found.hits[2][part]
        nats: Points = self._held.stories["nats"][self._held.size + row].astype(np.float64)
        words = columns < WORDS
        columns, events = columns[words], self._held.rows["event"][slots[words]]
        if not len(columns):
            return np.asarray(nats)
        order = np.lexsort((events, columns))
        columns, events = columns[order], events[order]
        first = np.ones(len(columns), np.bool_)
        first[1:] = (np.diff(columns) != 0) | (np.diff(events) != 0)
        hits = np.bincount(columns, minlength=WORDS)
        distinct = np.bincount(columns[first], minlength=WORDS)
        # One event may have its words for itself; of the others as many as the nearest show.
        others = np.maximum(distinct - 1, 0) * self._found.counts[row, :WORDS]
        expected = np.exp(-nats - KNEE) * TEXTS + others / np.maximum(hits, 1)
        return np.asarray(
            np.clip(math.log(TEXTS + self._company[row]) - np.log(expected) - KNEE, 0.0, nats)
        )

    def _two_matters(self, mine: Numbers, slots: Numbers) -> NDArray[np.bool_]:
        """Texts in one wording whose numbers, streets or towns differ: the wording is a form."""
        held = self._held
        void = pairwise(held.signatures[mine], held.signatures[slots]) >= ALIKE
        for at in np.flatnonzero(void).tolist():
            one, other = int(mine[at]), int(slots[at])
            longer = int(max(held.rows["length"][one], held.rows["length"][other]))
            void[at] = differ(held.marks[one], held.marks[other], longer)
        return void


def _alive(held: Held, mine: Numbers, slots: Numbers) -> NDArray[np.bool_]:
    article = held.rows["article"]
    return np.asarray((article[slots] > 0) & (article[slots] != article[mine]))


def _together(those: Sequence[tuple[float, int, int]]) -> float:
    """The points of an event, of those of its articles that are like the newcomer."""
    best = [-minus for minus, _, _ in sorted(those)[:THREE]]
    company = COMPANY * math.log(min(len(those), MOST))
    return (1 - TOGETHER) * best[0] + TOGETHER * sum(best) / len(best) + company
