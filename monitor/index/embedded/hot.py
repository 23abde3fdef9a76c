"""Hot words: which keywords tell the newest matching articles from all."""

import json

import numpy as np

from monitor.index.embedded.matching import Moment, matching
from monitor.index.embedded.reading import count, newest_first
from monitor.index.hotness import hottest
from monitor.index.protocol import HOT_AT_LEAST, HotWord
from monitor.query import Query

SAMPLE = 20_000
"""So many of the newest matching articles stand for all of them."""


def hot_words(now: Moment, query: Query, size: int) -> tuple[HotWord, ...]:
    """The words with the highest scores; counts are those of the sample."""
    rows = newest_first(now, matching(now, query), SAMPLE)
    found = now.connection.execute(
        "SELECT numbers FROM keywords WHERE row IN (SELECT value FROM json_each(?))",
        (json.dumps(np.sort(rows).tolist()),),
    )
    numbers = np.frombuffer(b"".join(blob for (blob,) in found), "<i4")
    counts = np.bincount(numbers)
    often = np.flatnonzero(counts >= HOT_AT_LEAST).tolist()
    known = now.connection.execute(
        "SELECT number, word, count FROM vocabulary"
        " WHERE number IN (SELECT value FROM json_each(?))",
        (json.dumps(often),),
    ).fetchall()
    among_matching = {word: int(counts[number]) for number, word, _ in known}
    among_all = {word: held for _, word, held in known}
    return tuple(hottest(len(rows), among_matching, count(now), among_all)[:size])
