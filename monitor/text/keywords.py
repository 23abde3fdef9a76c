"""Keywords of an article, for relevance and hot words (never for recall)."""

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

KEYWORDS = 20
# A headline's word is worth this many in the body.
TITLE_FACTOR = 3

# Longer words are links and other accidents.
LONGEST = 20

# 一两点, 三十多人, 第二次: a time or a count, and never what an article is about.
_COUNT = re.compile(
    "第?[零一二两三四五六七八九十百千几半]+[多余来几]*[百千万亿]*[年月日号天点时分秒个次人名位条件家户岁元块倍成回遍]?"
)


def is_keyword(token: str, stopwords: AbstractSet[str]) -> bool:
    """Whether a token of normalised text may be a keyword at all."""
    return (
        1 < len(token) <= LONGEST
        and token not in stopwords
        and token.isalpha()
        and _COUNT.fullmatch(token) is None
    )


def keywords(title: Iterable[str], body: Iterable[str]) -> tuple[str, ...]:
    """At most 20 words, by frequency; longer words and those of the title come first.

    Takes the tokens that `is_keyword` lets through. Ties keep the order of first appearance.
    """
    counts = Counter(body)
    for token in title:
        counts[token] += TITLE_FACTOR
    # Four characters or more count four.
    worth = {token: count * len(token[:4]) for token, count in counts.items()}
    return tuple(sorted(worth, key=worth.__getitem__, reverse=True)[:KEYWORDS])
