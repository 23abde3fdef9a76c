"""What an index must answer, worked out from `matches` alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import floor

from monitor.index import Cursor, Facets, Hit, HotWord, Page, Sum
from monitor.query import Document, Query, matches


@dataclass(frozen=True)
class Truth:
    """The documents of a generation and those that a query finds."""

    world: Sequence[Document]
    query: Query

    @property
    def found(self) -> list[Document]:
        """Newest first, in whole seconds, and the higher id first."""
        found = [document for document in self.world if matches(self.query, document)]
        return sorted(found, key=lambda d: (second(d), d.id), reverse=True)

    @property
    def hits(self) -> list[Hit]:
        return [Hit(d.id, second(d), d.event) for d in self.found]

    @property
    def stories(self) -> list[Hit]:
        counts: Counter[object] = Counter(map(_story, self.found))
        newest: dict[object, Document] = {}
        for document in self.found:
            newest.setdefault(_story(document), document)
        return [Hit(d.id, second(d), d.event, counts[s]) for s, d in newest.items()]

    @property
    def facets(self) -> Facets:
        return Facets(
            Counter(topic for d in self.found for topic in d.topics),
            Counter(d.source for d in self.found),
            Counter(str(d.sentiment) for d in self.found),
            Counter(d.day for d in self.found),
        )

    def pages(self, size: int, *, fold: bool = False, facets: bool = False) -> list[Page]:
        hits = self.stories if fold else self.hits
        return [
            Page(
                hits=tuple(hits[at : at + size]),
                total=len(self.found),
                facets=self.facets if facets else None,
                next=cursor(hits[at + size - 1]) if at + size < len(hits) else None,
                folded=len(hits) if fold else None,
            )
            for at in range(0, max(len(hits), 1), size)
        ]

    @property
    def trend(self) -> dict[date, int]:
        return dict(Counter(d.day for d in self.found))

    @property
    def hot_words(self) -> tuple[HotWord, ...]:
        """JLH by its definition, of the words that three matching articles have."""
        among_all = Counter(word for d in self.world for word in d.words)
        hot = []
        for word, count in Counter(word for d in self.found for word in d.words).items():
            share, usual = count / len(self.found), among_all[word] / len(self.world)
            if count >= 3 and share > usual:
                hot.append(HotWord(word, count, (share - usual) * share / usual))
        return tuple(sorted(hot, key=lambda one: (-one.score, one.word)))


def sums(world: Sequence[Document]) -> dict[date, Sum]:
    return {
        day: Sum(len(revs), sum(revs.values()))
        for day in {d.day for d in world}
        if (revs := revs_of(world, day))
    }


def revs_of(world: Sequence[Document], day: date) -> dict[int, int]:
    return {d.id: d.rev for d in world if d.day == day}


def second(document: Document) -> datetime:
    return datetime.fromtimestamp(floor(document.published.timestamp()), UTC)


def cursor(hit: Hit) -> Cursor:
    return Cursor(hit.published, hit.id)


def _story(document: Document) -> object:
    return document.event or f"alone {document.id}"
