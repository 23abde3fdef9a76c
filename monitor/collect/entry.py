"""What a document gives: entries as values, whatever format they came in."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as its source tells it; all texts are plain, without markup.

    `link` is an absolute http(s) address or empty; `claimed` the source's own time (aware, UTC)
    or None; `outlet` who published it, where the source says so (an aggregator does).
    `own_link` is False when other entries of the same document share the link: then the link
    names a list page and does not tell articles apart.
    """

    guid: str = ""
    link: str = ""
    title: str = ""
    body: str = ""
    author: str = ""
    outlet: str = ""
    claimed: datetime | None = None
    own_link: bool = True


@dataclass(frozen=True, slots=True)
class Parsed:
    """One document read: entries in its order, its title, and what was odd about it.

    `notes` are Chinese sentences for the source's health page; none means a clean document.
    """

    entries: list[Entry]
    title: str = ""
    notes: list[str] = field(default_factory=list)


class FeedError(Exception):
    """A document that cannot be read. `code` is stable, `words` Chinese with the cure."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.words = words
