"""From a query's tree to one FTS5 MATCH expression and a range of keys.

The expression is built from quoted strings of our own terms, never from typed text, so
no query can say anything to FTS5 that the tree does not say. Every tree fits one
expression, because each document carries the tag `all`, from which a lone NOT subtracts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.index.embedded.keys import key_range
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
from monitor.query.tree import Leaf, both, either

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
    node = And(()) if tree is None else _inward(tree)
    nodes = node.nodes if isinstance(node, And) else (node,)
    days = [node for node in nodes if isinstance(node, DateIn)]
    rest = tuple(node for node in nodes if not isinstance(node, DateIn))
    first = max((d.first for d in days if d.first), default=None)
    last = min((d.last for d in days if d.last), default=None)
    low, high = key_range(first, last)
    return Plan(_all(rest) if rest else None, low, high)


def _inward(node: Node, *, negated: bool = False) -> Node:
    """The same truth with negation at the leaves only (De Morgan).

    FTS5 reads an expression with a stack of 100 entries. `a NOT (b NOT (…` keeps three of
    them for each level, so twenty levels of the language would not fit; with NOT at the
    leaves the deepest branch can always stand first, where a level keeps one.
    """
    match node:
        case Not(child):
            return _inward(child, negated=not negated)
        case And(nodes) | Or(nodes):
            children = [_inward(child, negated=negated) for child in nodes]
            return both(children) if isinstance(node, And) != negated else either(children)
    return Not(node) if negated else node


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
    if len(found) == 1:
        # The pair of a last piece is the piece and the sign of the end: leave that off.
        return f"{_COLUMNS[field]} : {_quoted(found[0][:-1])} *"
    return f"{_COLUMNS[field]} : {_quoted(' '.join(found[:-1]))}"


def _tags(tags: Iterable[str]) -> str:
    return f"tags : ({' OR '.join(map(_quoted, tags)) or _quoted(_NEVER)})"


def _quoted(terms: str) -> str:
    return '"' + terms.replace('"', '""') + '"'
