"""One query language for search, topics and dry runs: parse → tree → matcher."""

from monitor.query.document import Document, matches
from monitor.query.highlight import Highlights, highlights
from monitor.query.matcher import Matcher
from monitor.query.mistakes import QueryError
from monitor.query.parser import parse
from monitor.query.tree import (
    And,
    DateIn,
    Field,
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
from monitor.query.values import NO_NAMES, Names

__all__ = [
    "NO_NAMES",
    "And",
    "DateIn",
    "Document",
    "Field",
    "Highlights",
    "LevelIs",
    "Matcher",
    "Names",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Query",
    "QueryError",
    "SentimentIs",
    "SourceIs",
    "TopicIs",
    "UnitIs",
    "highlights",
    "matches",
    "parse",
]
