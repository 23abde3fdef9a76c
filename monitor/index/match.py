"""From a query's tree to one FTS5 MATCH expression and a range of keys.

The expression is built from quoted strings of our own terms, never from typed text, so
no query can say anything to FTS5 that the tree does not say. Every tree fits one
expression, because each document carries the tag `all`, from which a lone NOT subtracts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from monitor.index.keys import key_range
from monitor.index.tokens import ALL, day_tags, pairs, source_tag, topic_tag, unit_tag
from monitor.query import (
    And,
    DateIn,
    Field,
    LevelIs,
    Node,
    Not,
    Or,
    Phrase,
    SentimentIs,
    SourceIs,
    TopicIs,
    UnitIs,
)

# No document carries this tag: it stands for an empty list of values.
_NEVER = "none"

_COLUMNS = {Field.ANY: "{title body}", Field.TITLE: "title", Field.BODY: "body"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask the store: `match` None means every row; keys are inclusive bounds."""

    match: str | None
    low: int | None
    high: int | None


def plan(tree: Node | None) -> Plan:
    """The plan that finds exactly what the tree finds.

    Days that everything else is and-ed with become the key range, for a range of rows is
    read by seeking; days anywhere else become tags.
    """
    nodes = tree.nodes if isinstance(tree, And) else () if tree is None else (tree,)
    days = [node for node in nodes if isinstance(node, DateIn)]
    rest = tuple(node for node in nodes if not isinstance(node, DateIn))
    first = max((d.first for d in days if d.first), default=None)
    last = min((d.last for d in days if d.last), default=None)
    low, high = key_range(first, last)
    return Plan(_all(rest) if rest else None, low, high)


def _expression(node: Node) -> str:
    match node:
        case And(nodes):
            return _all(nodes)
        case Or(nodes):
            return " OR ".join(f"({_expression(child)})" for child in nodes) or _tags([_NEVER])
        case Not(child):
            return _all((Not(child),))
        case Phrase(stream, field):
            return _phrase(stream, field)
        case SourceIs(slugs):
            return _tags(map(source_tag, slugs))
        case UnitIs(slugs):
            return _tags(map(unit_tag, slugs))
        case TopicIs(slugs):
            return _tags(map(topic_tag, slugs))
        case SentimentIs(values):
            return _tags(f"o:{value}" for value in values)
        case LevelIs(levels):
            return _tags(f"l:{level:d}" for level in levels)
        case DateIn(first, last):
            return _dates(first, last)


def _all(nodes: tuple[Node, ...]) -> str:
    wanted = [_expression(node) for node in nodes if not isinstance(node, Not)]
    unwanted = [_expression(node.node) for node in nodes if isinstance(node, Not)]
    found = " AND ".join(f"({one})" for one in wanted) or _tags([ALL])
    if not unwanted:
        return found
    # One NOT over an OR: a chain of NOTs would nest one level for each.
    return f"({found}) NOT ({' OR '.join(f'({one})' for one in unwanted)})"


def _phrase(stream: str, field: Field) -> str:
    found = pairs(stream)
    if len(found) == 1:
        # The pair of a last piece is the piece and the sign of the end: leave that off.
        return f"{_COLUMNS[field]} : {_quoted(found[0][:-1])} *"
    return f"{_COLUMNS[field]} : {_quoted(' '.join(found[:-1]))}"


def _tags(tags: Iterable[str]) -> str:
    return f"tags : ({' OR '.join(map(_quoted, tags)) or _quoted(_NEVER)})"


def _dates(first: date | None, last: date | None) -> str:
    return _tags(day_tags(first, last))


def _quoted(terms: str) -> str:
    return '"' + terms.replace('"', '""') + '"'
