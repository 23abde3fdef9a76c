"""From a query's tree to Elasticsearch's query DSL: trees to trees, never strings of typed text.

The server refuses a query nested deeper than 30 (`indices.query.bool.max_nested_depth`) and
one of more clauses than its memory allows, but never fewer than 1,024. The language nests
20 brackets, each an alternation of conjunctions, which would be 40 nested bools. So negation
is moved to the leaves, and a conjunction shares its bool with the deepest alternation that
stands in it: one level for each bracket, and one more only where two alternations of equal
depth meet, which 200 words can do five times. The worst that the parser lets through is 27
deep; another one has 600 clauses.
"""

from typing import Any

from monitor.index.tokens import pairs
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

Dsl = dict[str, Any]

_TEXTS = {Field.ANY: ["title", "body"], Field.TITLE: ["title"], Field.BODY: ["body"]}


def compiled(tree: Node | None) -> Dsl:
    """The DSL that finds exactly what the tree finds; scores mean nothing."""
    return {"match_all": {}} if tree is None else _node(inward(tree))


def _node(node: Node) -> Dsl:
    match node:
        case And(nodes):
            return _all(nodes)
        case Or(nodes):
            return _any(list(map(_node, nodes)))
        case Not(leaf):
            return {"bool": {"must_not": [_node(leaf)]}}
    return _leaf(node)


def _all(nodes: tuple[Node, ...]) -> Dsl:
    unwanted = [_node(node.node) for node in nodes if isinstance(node, Not)]
    # Alternations as lists of what may be true, deepest first.
    either = [list(map(_node, node.nodes)) for node in nodes if isinstance(node, Or)]
    either.sort(key=lambda parts: max(map(depth, parts)), reverse=True)
    wanted = [_node(node) for node in nodes if not isinstance(node, Not | Or)]
    wanted += map(_any, either[1:])
    asked: Dsl = {}
    if wanted:
        asked["filter"] = wanted
    if unwanted:
        asked["must_not"] = unwanted
    return {"bool": asked | (_alternatives(either[0]) if either else {})}


def _any(parts: list[Dsl]) -> Dsl:
    return {"bool": _alternatives(parts)}


def _alternatives(parts: list[Dsl]) -> Dsl:
    return {"should": parts, "minimum_should_match": 1}


def depth(asked: Dsl) -> int:
    """How deep the server will find queries nested in this one, itself included."""
    parts = asked.get("bool", {})
    inside = [one for name in ("filter", "should", "must_not") for one in parts.get(name, ())]
    return 1 + max(map(depth, inside), default=0)


def _leaf(node: Leaf) -> Dsl:
    match node:
        case Phrase(stream, field):
            return _phrase(stream, field)
        case SourceIs(slugs):
            return {"terms": {"source": list(slugs)}}
        case UnitIs(slugs):
            return {"terms": {"units": list(slugs)}}
        case TopicIs(slugs):
            return {"terms": {"topics": list(slugs)}}
        case SentimentIs(values):
            return {"terms": {"sentiment": list(map(str, values))}}
        case LevelIs(levels):
            return {"terms": {"level": list(map(int, levels))}}
        case DateIn(first, last):
            bounds = {"gte": first, "lte": last}
            return {"range": {"day": {name: str(day) for name, day in bounds.items() if day}}}


def _phrase(stream: str, field: Field) -> Dsl:
    found = pairs(stream)
    if len(found) == 1:
        # The pair of a last piece is the piece and the sign of the end: leave that off. Of the
        # prefix queries `bool_prefix` alone asks several fields and expands without a limit.
        kind, words = "bool_prefix", found[0][:-1]
    else:
        kind, words = "phrase", " ".join(found[:-1])
    return {"multi_match": {"query": words, "type": kind, "fields": _TEXTS[field]}}
