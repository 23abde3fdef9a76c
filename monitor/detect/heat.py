"""热度: how much an event is read right now, one number to order lists by.

    heat = Σ over sources  reach(tier) · (1 + log2(articles of the source)) · 0.5^(age / half-life)

`age` is that of the source's newest article. A source counts once however often it reprints
itself (each doubling of its articles adds one reach), so a single busy forum does not outweigh
five papers. Reach is 8, 4, 2, 1 for tiers 1..4: each tier is taken as twice as widely read as
the next, an assumption that only the order of lists depends on.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import log2

from monitor.detect.facts import ArticleFacts

REACH = (8.0, 4.0, 2.0, 1.0)
HALF_LIFE = timedelta(hours=24)


def heat(
    articles: Iterable[ArticleFacts], now: datetime, half_life: timedelta = HALF_LIFE
) -> float:
    """The heat at `now`, ≥ 0, to two decimals; an article dated after `now` counts as of now."""
    newest: dict[str, datetime] = {}
    count: dict[str, int] = {}
    reach: dict[str, float] = {}
    for article in articles:
        source = article.source
        count[source] = count.get(source, 0) + 1
        newest[source] = max(newest.get(source, article.published), article.published)
        reach[source] = REACH[min(max(article.tier, 1), 4) - 1]
    total = 0.0
    for source, published in newest.items():
        age = max(now - published, timedelta(0)) / half_life
        total += reach[source] * (1 + log2(count[source])) * 0.5**age
    return round(total, 2)
