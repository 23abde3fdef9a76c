"""From a query's tree to one FTS5 MATCH expression and filters over the columns.

The expression is built from quoted strings of our own terms, never from typed text, so
no query can say anything to FTS5 that the tree does not say. Every tree fits one
expression, because each document carries the tag `all`, from which a lone NOT subtracts.
No tag is a pair of pieces (tokens), so most terms need no column named, which costs FTS5 a
third of its time.
"""

from collections.abc import Iterable
from dataclasses import dataclass

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
from monitor.query.tree import Leaf, inward

# No document carries this tag: it stands for an empty list of values.
_NEVER = "none"


# What a row's columns tell.
_COUNTED = (SourceIs, TopicIs, SentimentIs, DateIn)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask the store: the rows of `match` (None: all), or all but these if they are
    `unwanted`, of which all `filters` are true.

    The filters ask for nothing but source, topic, sentiment and day.
    """

    match: str | None
    filters: tuple[Node, ...]
    unwanted: bool = False


def plan(tree: Node | None) -> Plan:
    """The plan that finds exactly what the tree finds.

    Filters that everything else is and-ed with are left to the columns, for comparing some
    numbers is quicker than reading a long list; filters anywhere else become tags.

    FTS5 reads an expression with a stack of 100 entries. `a NOT (b NOT (…` keeps three of
    them for each level, so twenty levels of the language would not fit; with NOT at the
    leaves the deepest branch can always stand first, where a level keeps one.
    """
    node = And(()) if tree is None else inward(tree)
    nodes = node.nodes if isinstance(node, And) else (node,)
    filters = tuple(node for node in nodes if _counted(node))
    rest = tuple(node for node in nodes if not _counted(node))
    if not rest:
        return Plan(None, filters)
    unwanted = tuple(node.node for node in rest if isinstance(node, Not))
    if len(unwanted) == len(rest):
        return Plan(_any(unwanted), filters, unwanted=True)
    return Plan(_all(rest), filters)


def _counted(node: Node) -> bool:
    match node:
        case And(nodes) | Or(nodes):
            return all(map(_counted, nodes))
        case Not(child):
            return _counted(child)
    return isinstance(node, _COUNTED)


def _expression(node: Node) -> str:
    """What FTS5 reads; its NOT binds tighter than AND, its AND tighter than OR."""
    match node:
        case And(nodes):
            return _all(nodes)
        case Or(nodes):
            return _any(nodes)
        case Not(child):
            return f"{_tags([ALL])} NOT {_expression(child)}"
    return _leaf(node)


def _all(nodes: tuple[Node, ...]) -> str:
    wanted = [
        f"({_expression(node)})" if isinstance(node, Or) else _expression(node)
        for node in sorted(nodes, key=_depth, reverse=True)
        if not isinstance(node, Not)
    ]
    found = " AND ".join(wanted) or _tags([ALL])
    unwanted = [_expression(node.node) for node in nodes if isinstance(node, Not)]
    # One NOT over an OR: a chain of NOTs would nest one level for each. It binds to the
    # last of the wanted alone, which leaves the same rows.
    return f"{found} NOT ({' OR '.join(unwanted)})" if unwanted else found


def _any(nodes: tuple[Node, ...]) -> str:
    parts = [
        _expression(node)
        for node in sorted(nodes, key=_depth, reverse=True)
        if not isinstance(node, Not)
    ]
    unwanted = [_expression(node.node) for node in nodes if isinstance(node, Not)]
    if unwanted:
        parts.append(f"{_tags([ALL])} NOT ({' AND '.join(unwanted)})")
    return " OR ".join(parts) or _tags([_NEVER])


def _depth(node: Node) -> int:
    if isinstance(node, And | Or):
        return 1 + max(map(_depth, node.nodes), default=0)
    return 0


def _leaf(node: Leaf) -> str:
    match node:
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
            return _tags(day_tags(first, last))


def _phrase(stream: str, field: Field) -> str:
    found = pairs(stream)
    # The pair of a last piece is the piece and the sign of the end: leave that off.
    terms = f"{_quoted(found[0][:-1])} *" if len(found) == 1 else _quoted(" ".join(found[:-1]))
    return terms if field is Field.ANY else f"{field} : {terms}"


def _tags(tags: Iterable[str]) -> str:
    return f"({' OR '.join(map(_quoted, tags)) or _quoted(_NEVER)})"


def _quoted(terms: str) -> str:
    return '"' + terms.replace('"', '""') + '"'
