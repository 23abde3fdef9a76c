"""What search asks of an index, whatever keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol, Self

from monitor.query import Document, Query


class IndexUnavailable(RuntimeError):  # noqa: N818 - a state of the store, not a fault
    """The index cannot be read or written now; nothing was half written, trying again helps.

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
        return cls(datetime.fromtimestamp(int(seconds), UTC), int(number))


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
    that they make when folded into events (None without fold).
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Facets | None = None
    next: Cursor | None = None
    folded: int | None = None


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

    def write(self, generation: str, documents: Sequence[Document]) -> None:
        """Insert or replace by id, all or none; a rev below the stored one changes nothing."""

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
        """One page of what the query finds."""

    def count(self, generation: str) -> int:
        """How many documents the generation holds."""

    def check(self) -> None:
        """Return if every generation can be read and the store be written."""

    def close(self) -> None:
        """Let go of what the calling thread holds open."""
