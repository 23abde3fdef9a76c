"""Keywords of an article, for relevance and hot words (never for recall)."""

from collections import Counter
from collections.abc import Set as AbstractSet

KEYWORDS = 20
# A headline's word is worth this many in the body.
TITLE_FACTOR = 3

# Longer words are links and other accidents.
LONGEST = 20


def keywords(title: list[str], body: list[str], stopwords: AbstractSet[str]) -> tuple[str, ...]:
    """At most 20 words, by frequency; longer words and those of the title come first.

    Takes tokens of normalised text. Ties keep the order of first appearance.
    """
    counts = Counter(body)
    for token, count in Counter(title).items():
        counts[token] += TITLE_FACTOR * count
    worth = {
        token: count * min(len(token), 4)
        for token, count in counts.items()
        if 1 < len(token) <= LONGEST and token not in stopwords and token.isalpha()
    }
    return tuple(sorted(worth, key=worth.__getitem__, reverse=True)[:KEYWORDS])
