"""What search asks of an index, whatever keeps it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol, Self

from monitor.query import Document, Query


class IndexUnavailable(RuntimeError):  # noqa: N818 - a state of the store, not a fault
    """The index cannot be read or written now; trying again helps and does no harm.

    `words` says in Chinese what is wrong and what to do.
    """

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class GenerationMissing(IndexUnavailable):
    """The generation is not there (dropped, perhaps while in use); ask for the active one."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last hit of a page; the next page begins after it. `published` in whole seconds."""

    published: datetime
    id: int

    def __str__(self) -> str:
        return f"{int(self.published.timestamp())}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The cursor that `str` wrote; raises ValueError for anything else."""
        seconds, dot, number = text.partition(".")
        if not dot or len(text) > 40:
            raise ValueError("翻页位置无效，请从第一页重新检索")
        article = int(number)
        if not 0 <= article < 1 << 63:
            raise ValueError("翻页位置无效，请从第一页重新检索")
        return cls(datetime.fromtimestamp(int(seconds), UTC), article)


@dataclass(frozen=True, slots=True)
class Hit:
    """An article, or with fold the newest matching article of an event and their count."""

    id: int
    published: datetime
    event: int | None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Facets:
    """How many matching articles each value has; days are Shanghai's, values absent are 0."""

    topics: Mapping[str, int]
    sources: Mapping[str, int]
    sentiments: Mapping[str, int]
    days: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Page:
    """One page, newest first, by (published to the second, id) descending.

    `total` counts matching articles, exactly and over all pages; `folded` counts the hits
    that they make when folded into events (None without fold), exactly up to 10,000; above
    that it may be `estimated`.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Facets | None = None
    next: Cursor | None = None
    folded: int | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that the store will never take, and its reason in words."""

    id: int
    words: str


@dataclass(frozen=True, slots=True)
class Removal:
    """A document to take out. `month` is its shelf, or empty where no row tells it.

    A write of this or a lower `rev` that comes later loses while the store remembers the removal:
    Elasticsearch for an hour (`index.gc_deletes`), the embedded index until the month is dropped.
    What a still later writer brings back has no row, and `yuqing reconcile` takes it out.
    """

    id: int
    rev: int
    month: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What a Shanghai day holds: how many documents, and the sum of their revs."""

    count: int
    revs: int


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes that a generation takes, and that are free where another one would stand."""

    used: int
    free: int


HOT_AT_LEAST = 3
"""A word that fewer matching articles have is an accident (Elasticsearch's `min_doc_count`)."""


@dataclass(frozen=True, slots=True)
class HotWord:
    """A word commoner among the matching articles than among all: `count` of them have it, at
    least HOT_AT_LEAST.

    `score` is JLH (Elasticsearch, significant terms): (f - b) * f / b, f the share of the
    matching, b that of all.
    """

    word: str
    count: int
    score: float


class SearchIndex(Protocol):
    """A store of generations; names are `[a-z0-9][a-z0-9_-]{0,63}`.

    Every method raises IndexUnavailable when the store cannot answer now, and
    GenerationMissing when the generation is not there. Safe to use from several threads
    and, opened before a fork, from the children.
    """

    def create(self, generation: str) -> None:
        """Make an empty generation; one that exists stays as it is."""

    def drop(self, generation: str) -> None:
        """Remove a generation with all its documents; a missing one is fine."""

    def generations(self) -> list[str]:
        """The names of the generations that exist, sorted."""

    def write(self, generation: str, documents: Sequence[Document]) -> list[Refusal]:
        """Insert or replace by id; a rev below the stored one changes nothing, and an equal one
        need not: what a rev says of an article never changes.

        Returns the documents that can never be written; all others are. After
        IndexUnavailable any part of them may have been.
        """

    def remove(self, generation: str, removals: Sequence[Removal]) -> None:
        """Take documents out, unless the store has a higher rev; missing ones are fine."""

    def drop_month(self, generation: str, month: str) -> None:
        """Remove every document of a month (yyyymm, `Document.month`)."""

    def refresh(self, generation: str) -> None:
        """Return when the next search sees what was written before; for a person who has just
        acted, never for batches."""

    def search(
        self,
        generation: str,
        query: Query,
        *,
        size: int = 20,
        before: Cursor | None = None,
        facets: bool = False,
        fold: bool = False,
    ) -> Page:
        """One page of what the query finds, newest first."""

    def trend(self, generation: str, query: Query) -> Mapping[date, int]:
        """How many matching articles each Shanghai day has; days absent are 0."""

    def hot_words(self, generation: str, query: Query, *, size: int = 20) -> tuple[HotWord, ...]:
        """The words that tell the matching articles from the others, highest score first.

        Of more than 20,000 matching articles the newest 20,000 may stand for all.
        """

    def scan(self, generation: str, query: Query, *, before: Cursor | None = None) -> Iterator[Hit]:
        """All that the query finds, newest first, as of one moment, in constant memory."""

    def sums(self, generation: str) -> Mapping[date, Sum]:
        """Count and sum of revs by Shanghai day of publication, of all that was written before."""

    def revs(self, generation: str, day: date) -> Mapping[int, int]:
        """The rev of every document of a Shanghai day, by id; of all that was written before."""

    def count(self, generation: str) -> int:
        """How many documents the generation holds."""

    def space(self, generation: str) -> Space:
        """What a generation takes (0 if it is not there) and what is left."""

    def check(self) -> None:
        """Return if every generation can be read and the store be written."""

    def close(self) -> None:
        """Let go of what the calling thread holds open."""
