"""The title of an event: of its articles' headlines the most central one.

Central is what says most of what the articles have in common, in few words: 警情通报 says nothing
of it, a post's whole first sentence says it at length.
"""

from collections import Counter
from collections.abc import Sequence
from math import sqrt

from monitor.detect.story import Story

CONSIDERED = 16
"""Articles of an event among which its title is chosen, the first to come: then it stays."""
PLACE = 3.0
"""Nats that the name of a place says."""
LENGTH = 12
"""Characters beside which a longer headline is no dearer: a headline needs some."""


def central(headlines: Sequence[tuple[str, Story]]) -> int:
    """The number of the most central of these titles, given with their articles' stories; of
    equals the first. Raises ValueError for none."""
    if not headlines:
        raise ValueError("an event without articles has no title")
    told: Counter[str] = Counter()
    worth: dict[str, float] = {}
    for _, story in headlines:
        known = dict(story.words) | {name: PLACE for name, _ in story.places}
        told.update(known.keys())
        worth |= known
    shared = {word: worth[word] * (many - 1) for word, many in told.items() if many > 1}
    scores = [_says(title.casefold(), shared) for title, _ in headlines]
    return max(range(len(scores)), key=lambda number: (scores[number], -number))


def _says(title: str, shared: dict[str, float]) -> float:
    return sum(nats for word, nats in shared.items() if word in title) / sqrt(len(title) + LENGTH)
