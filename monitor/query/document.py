"""One article as search sees it, and the plain truth of whether a query finds it."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from monitor.query.tree import (
    And,
    DateIn,
    Field,
    Filter,
    LevelIs,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    SentimentIs,
    SourceIs,
    TopicIs,
    UnitIs,
)
from monitor.text.pieces import stream
from monitor.words import Level, Sentiment, day_of, month_of


@dataclass(frozen=True)
class Document:
    """An article with all that a query can ask of it.

    `source`, `units` and `topics` are slugs; `published` is aware; `rev` grows with every
    change; texts may be original or normalised, they are searched alike. `month` (yyyymm) is
    the index's shelf for it: it never changes, even if `published` does. `words` are its
    keywords, for hot words, never for recall.
    """

    id: int
    title: str
    body: str
    source: str
    published: datetime
    sentiment: Sentiment = Sentiment.NEUTRAL
    units: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    level: Level | None = None
    event: int | None = None
    rev: int = 0
    month: str = ""
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.month:
            object.__setattr__(self, "month", month_of(self.published))

    @cached_property
    def title_stream(self) -> str:
        return stream(self.title)

    @cached_property
    def body_stream(self) -> str:
        return stream(self.body)

    @cached_property
    def day(self) -> date:
        """The Shanghai day of publication."""
        return day_of(self.published)


def matches(query: Query, document: Document) -> bool:
    """Whether the query finds the document; the other two searchers must agree with this."""
    return query.tree is None or holds(query.tree, document)


def holds(node: Node, document: Document) -> bool:
    """Whether one node of a tree is true of the document."""
    match node:
        case And(nodes):
            return all(holds(child, document) for child in nodes)
        case Or(nodes):
            return any(holds(child, document) for child in nodes)
        case Not(child):
            return not holds(child, document)
        case Phrase(words, field):
            in_title = field is not Field.BODY and words in document.title_stream
            return in_title or (field is not Field.TITLE and words in document.body_stream)
    return passes(node, document)


def passes(node: Filter, document: Document) -> bool:
    """Whether the document has the property that a filter asks for."""
    match node:
        case SourceIs(slugs):
            return document.source in slugs
        case UnitIs(slugs):
            return not set(slugs).isdisjoint(document.units)
        case TopicIs(slugs):
            return not set(slugs).isdisjoint(document.topics)
        case SentimentIs(values):
            return document.sentiment in values
        case LevelIs(levels):
            return document.level in levels
        case DateIn(first, last):
            return (first is None or first <= document.day) and (
                last is None or document.day <= last
            )
