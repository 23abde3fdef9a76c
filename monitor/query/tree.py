"""What a query means, as values; printing a tree gives text that parses back to it.

A later operator (same sentence, within N) is one more leaf or node beside these: nothing
outside `evaluate`, `compile` and `positive` looks inside a node.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from monitor.text.pieces import BAR
from monitor.words import Level, Sentiment


class Field(StrEnum):
    """Where a phrase may stand; a phrase never crosses from title to body."""

    ANY = "any"
    TITLE = "title"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Pieces that stand side by side, written as their stream (monitor.text.pieces)."""

    stream: str
    field: Field = Field.ANY

    def __str__(self) -> str:
        text = f'"{self.stream.replace(BAR, "")}"'
        return text if self.field is Field.ANY else f"{self.field}:{text}"


@dataclass(frozen=True, slots=True)
class SourceIs:
    """Found at one of these sources (slugs)."""

    slugs: tuple[str, ...]

    def __str__(self) -> str:
        return "source:" + ",".join(self.slugs)


@dataclass(frozen=True, slots=True)
class UnitIs:
    """One of these units is responsible (slugs)."""

    slugs: tuple[str, ...]

    def __str__(self) -> str:
        return "unit:" + ",".join(self.slugs)


@dataclass(frozen=True, slots=True)
class TopicIs:
    """Hit by one of these topics (slugs)."""

    slugs: tuple[str, ...]

    def __str__(self) -> str:
        return "topic:" + ",".join(self.slugs)


@dataclass(frozen=True, slots=True)
class SentimentIs:
    """Judged one of these."""

    values: tuple[Sentiment, ...]

    def __str__(self) -> str:
        return "sentiment:" + ",".join(self.values)


@dataclass(frozen=True, slots=True)
class LevelIs:
    """Carries one of these levels; an article without a level is in none."""

    levels: tuple[Level, ...]

    def __str__(self) -> str:
        return "level:" + ",".join(str(int(level)) for level in self.levels)


@dataclass(frozen=True, slots=True)
class DateIn:
    """Published on a Shanghai day from `first` to `last`, both included, either open."""

    first: date | None
    last: date | None

    def __str__(self) -> str:
        first = self.first.isoformat() if self.first else ""
        last = self.last.isoformat() if self.last else ""
        return f"date:{first}..{last}"


@dataclass(frozen=True, slots=True)
class And:
    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " ".join(f"({n})" if isinstance(n, Or) else str(n) for n in self.nodes)


@dataclass(frozen=True, slots=True)
class Or:
    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(str(n) for n in self.nodes)


@dataclass(frozen=True, slots=True)
class Not:
    node: "Node"

    def __str__(self) -> str:
        return f"-({self.node})" if isinstance(self.node, And | Or) else f"-{self.node}"


Filter = SourceIs | UnitIs | TopicIs | SentimentIs | LevelIs | DateIn
Leaf = Phrase | Filter
Node = And | Or | Not | Leaf


@dataclass(frozen=True, slots=True)
class Query:
    """A query as typed and as understood; `tree` is None when it asks for everything."""

    text: str
    tree: Node | None

    def __str__(self) -> str:
        return "" if self.tree is None else str(self.tree)


def both(nodes: list[Node]) -> Node:
    """All of them; nested conjunctions become one."""
    flat = [m for n in nodes for m in (n.nodes if isinstance(n, And) else (n,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def either(nodes: list[Node]) -> Node:
    """Any of them; nested alternatives become one."""
    flat = [m for n in nodes for m in (n.nodes if isinstance(n, Or) else (n,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def inward(node: Node, *, negated: bool = False) -> Node:
    """The same truth with negation at the leaves only (De Morgan)."""
    match node:
        case Not(child):
            return inward(child, negated=not negated)
        case And(nodes) | Or(nodes):
            children = [inward(child, negated=negated) for child in nodes]
            return both(children) if isinstance(node, And) != negated else either(children)
    return Not(node) if negated else node


def positive(node: Node | None) -> Iterator[Phrase]:
    """The phrases whose presence can make the query true: those under no negation.

    A phrase under two negations is such a phrase again.
    """
    pending: list[tuple[Node | None, bool]] = [(node, True)]
    while pending:
        one, wanted = pending.pop()
        if isinstance(one, Phrase):
            if wanted:
                yield one
        elif isinstance(one, Not):
            pending.append((one.node, not wanted))
        elif isinstance(one, And | Or):
            pending += [(child, wanted) for child in reversed(one.nodes)]
