"""Near-duplicates among the articles that a window holds: reprints, cut, edited and led in.

Rules, in this order:

1. Articles published further apart than the window's span do not meet.
2. Texts under 12 normalised characters are near-duplicates only when they are equal.
3. Likeness (share of equal buckets of 64) must reach ALIKE, or ALIKE_SHORT for short texts; or of
   two texts that are not short, the shorter must stand in the longer to HELD.
4. Marks (numbers, streets, towns) must not say that they are two matters: see `marks`.
"""

from collections.abc import Iterable
from datetime import timedelta

import numpy as np

from monitor.detect.bands import Numbers
from monitor.detect.held import Held
from monitor.detect.marks import differ
from monitor.text.fingerprint import pairwise

ALIKE = 0.45
"""Share of equal buckets from which texts are near-duplicates. Edited reposts of one story reach
.5 to .9 (some chains .45), different stories of one county stay under .25; the estimate's
standard error is .06."""
ALIKE_SHORT = 0.6
SHORT = 60
"""Normalised characters under which ALIKE_SHORT holds: a template's share of a short text is
large, and few shingles make the estimate coarse."""
VERY_SHORT = 12
HELD = 0.6
"""Share of the shorter text that stands in the longer one from which it is an excerpt: what ALIKE
is for two texts of one length (2 × .45 / 1.45)."""
LEAST = 0.2
"""Likeness under which nothing is said of excerpts: the estimate's error is too large."""
_PAIRS = 4_096  # signatures compared at once: 2 MB, which stay in the processor's cache

Near = set[tuple[float, int, int]]
"""Of one newcomer every (-likeness, article, slot) that may be its near-duplicate."""


def meeting(held: Held, rows: Numbers, slots: Numbers, span: timedelta) -> tuple[Numbers, Numbers]:
    """Of these pairs (newcomer's row, slot) those within the span, without retired rows and an
    article's own."""
    published, article = held.rows["published"], held.rows["article"]
    mine, theirs = held.size + rows, article[slots]
    meet = np.abs(published[slots] - published[mine]) <= span.total_seconds()
    meet &= (theirs > 0) & (theirs != article[mine])
    return rows[meet], slots[meet]


def near_duplicates(
    held: Held, rows: Numbers, slots: Numbers, count: int
) -> tuple[list[float], list[Near]]:
    """For each of `count` newcomers the highest likeness seen, and what may be alike."""
    likest = np.zeros(count)
    near: list[Near] = [set() for _ in range(count)]
    for start in range(0, len(slots), _PAIRS):
        some, others = rows[start : start + _PAIRS], slots[start : start + _PAIRS]
        mine = held.size + some
        likeness = pairwise(held.signatures[mine], held.signatures[others])
        np.maximum.at(likest, some, likeness)
        lengths = held.rows["length"]
        share = contained(likeness, lengths[mine], lengths[others])
        for at in np.flatnonzero((likeness >= ALIKE) | (share >= HELD)).tolist():
            article = int(held.rows["article"][others[at]])
            near[some[at]].add((-float(likeness[at]), article, int(others[at])))
    return likest.tolist(), near


def contained(likeness: np.ndarray, ones: Numbers, others: Numbers) -> np.ndarray:
    """Estimated share of the shorter text that stands in the longer, from the share of common
    shingles and both lengths; 0 where texts are too short or too unlike to say so."""
    shorter, longer = np.minimum(ones, others), np.maximum(ones, others)
    share = likeness / (1 + likeness) * (shorter + longer) / np.maximum(shorter, 1)
    return np.where((shorter >= SHORT) & (likeness >= LEAST), np.minimum(share, 1.0), 0.0)


def nearest(
    held: Held, slot: int, near: Iterable[tuple[float, int, int]]
) -> tuple[int, float] | None:
    """The slot that this one is a near-duplicate of, and its likeness: the most alike, of equals
    the earliest seen (the lowest number)."""
    for minus, _, other in sorted(near):
        if _is_duplicate(held, other, slot, -minus):
            return other, -minus
    return None


def _is_duplicate(held: Held, one: int, other: int, likeness: float) -> bool:
    lengths = held.rows["length"]
    shorter, longer = sorted((int(lengths[one]), int(lengths[other])))
    if shorter < VERY_SHORT:
        same_title = held.rows["title"][one] == held.rows["title"][other]
        return likeness == 1.0 and shorter == longer and bool(same_title)
    share = contained(np.array(likeness), np.array(shorter), np.array(longer))
    if likeness < (ALIKE_SHORT if longer < SHORT else ALIKE) and share < HELD:
        return False
    return not differ(held.marks[one], held.marks[other], longer)
