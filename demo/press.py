"""When the county publishes: five weeks of past, a script of live articles, then a reserve.

Everything follows from (articles, start, seed, speed); the running server only asks what is
published by now.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from demo.archive import Article

# A feed shows at most this many entries, as most real ones do.
WINDOW = 60
# Seconds between two articles of the reserve, before --speed.
PAUSE_S = (25.0, 55.0)


@dataclass(frozen=True, slots=True)
class Issue:
    """An article with its moment of publication."""

    article: Article
    published: datetime


class Press:
    """The whole calendar of one run; `start` is aware, `speed` 2 plays the script twice as fast."""

    def __init__(
        self, articles: Sequence[Article], start: datetime, seed: int = 7, speed: float = 1.0
    ) -> None:
        self.start = start
        known = [
            Issue(article, moment)
            for article in articles
            if (moment := article.when.instant(start, speed)) is not None
        ]
        end = max((issue.published for issue in known), default=start)
        reserve = [a for a in articles if a.when.instant(start, speed) is None]
        # Sorted by moment and id, so that equal moments keep one order in every run.
        self.issues = sorted(
            [*known, *_spaced(reserve, max(end, start), seed, speed)],
            key=lambda issue: (issue.published, issue.article.id),
        )
        self._moments = [issue.published for issue in self.issues]
        self._of: dict[str, list[Issue]] = {}
        for issue in self.issues:
            self._of.setdefault(issue.article.source, []).append(issue)
        self.by_id = {issue.article.id: issue for issue in self.issues}

    def count(self, now: datetime) -> int:
        """How many articles are out at `now`."""
        return bisect_right(self._moments, now)

    def since(self, count: int, now: datetime) -> list[Issue]:
        """What came out after the first `count` articles and until `now`."""
        return self.issues[count : self.count(now)]

    def window(self, source: str, now: datetime) -> list[Issue]:
        """The newest published articles of a source, newest first, at most WINDOW."""
        out = [issue for issue in self._of.get(source, ()) if issue.published <= now]
        return out[: -WINDOW - 1 : -1]

    def exhausted(self, now: datetime) -> bool:
        """Whether nothing will ever come out again."""
        return self.count(now) == len(self.issues)


def _spaced(reserve: Sequence[Article], after: datetime, seed: int, speed: float) -> list[Issue]:
    """The reserve in an order and at pauses that the seed decides."""
    chance = Random(seed)
    order = sorted(reserve, key=lambda article: article.id)
    chance.shuffle(order)
    moments = [after]
    for _ in order:
        moments.append(moments[-1] + timedelta(seconds=chance.uniform(*PAUSE_S) / speed))
    return [
        Issue(article, late) for article, (_, late) in zip(order, pairwise(moments), strict=True)
    ]
