"""Canonical JSON of one item → its typed value, judged by the same rules as a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.catalog.errors import At, CatalogErrors, Findings
from monitor.catalog.fields import SLUG, number, read_fields
from monitor.catalog.kinds import KINDS, defaults, inspect, line_in
from monitor.catalog.levels import Levels
from monitor.catalog.lexicon import LIMIT
from monitor.catalog.names import names_of
from monitor.catalog.nodes import Fields, Node, node_of
from monitor.catalog.values import Channel, Lexicon, Source, Topic
from monitor.query import NO_NAMES, Names, QueryError, parse
from monitor.text.matters import Matter
from monitor.text.places import Place
from monitor.text.units import Unit

Json = Mapping[str, Any]
Value = Source | Topic | Unit | Place | Matter | Channel | Levels | Lexicon


@dataclass(frozen=True, slots=True)
class Values:
    """A whole catalogue as typed values, each kind by slug; `weights` joins the dictionaries.

    `faults` tells of the items that are missing here, by (kind, slug): why, in Chinese.
    """

    sources: Mapping[str, Source] = field(default_factory=dict)
    topics: Mapping[str, Topic] = field(default_factory=dict)
    units: Mapping[str, Unit] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    matters: Mapping[str, Matter] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    levels: Levels = field(default_factory=Levels)
    weights: Mapping[str, float] = field(default_factory=dict)
    names: Names = NO_NAMES
    faults: Mapping[tuple[str, str], str] = field(default_factory=dict)


def build(kind: str, slug: str, item: Json, names: Names = NO_NAMES) -> Value:
    """The value of one item; fields that are absent take their defaults.

    `names` are for topics' queries. Raises `CatalogErrors` (file: the item's own title, line
    0) when the item is not what a file would be allowed to say, `KeyError` for an unknown kind.
    """
    spec = KINDS[kind]
    findings = Findings()
    title = f"{spec.label} {slug}"
    node = node_of(dict(item), title)
    assert isinstance(node, Fields)  # noqa: S101 - a mapping becomes Fields
    if not SLUG.fullmatch(slug):
        findings.add(At(title), "代号只能用小写字母、数字、- 和 _，最多 64 个")
    if kind == "lexicon":
        weights = _weights(node, findings)
        findings.raise_if_any()
        return Lexicon(slug, weights)
    values = {**defaults(kind), **read_fields(node, spec.fields, findings)}
    missing = [one.label for name, one in spec.fields.items() if name not in values]
    if missing:
        findings.add(At(title), f"缺 {'、'.join(missing)}；请补上")
    inspect(kind, values, node.nodes, node.at, findings)
    findings.raise_if_any()
    if kind == "topic":
        query = values.pop("query")
        check_query(query, names, None, node.at, findings)
        findings.raise_if_any()
        return Topic(slug=slug, query=parse(query, names, topic=True), **values)
    return _made(kind, slug, values)


def build_all(items: Mapping[tuple[str, str], Json]) -> Values:
    """Every item as a value.

    An item that is wrong is left out and told in `faults` instead of raised: rows are edited one
    by one, and a topic whose source somebody removed must not stop the analysis of all articles.
    """
    names = names_of(items)
    found: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    faults: dict[tuple[str, str], str] = {}
    for (kind, slug), item in items.items():
        if kind not in KINDS:
            faults[kind, slug] = f"没有“{kind}”这一类"
            continue
        try:
            found[kind][slug] = build(kind, slug, item, names)
        except CatalogErrors as errors:
            faults[kind, slug] = "；".join(error.words for error in errors.errors)
    weights: dict[str, float] = {}
    for lexicon in found["lexicon"].values():
        weights.update(lexicon.weights)
    return Values(
        sources=found["source"],
        topics=found["topic"],
        units=found["unit"],
        places=found["place"],
        matters=found["matter"],
        channels=found["channel"],
        levels=next(iter(found["levels"].values()), Levels()),
        weights=weights,
        names=names,
        faults=faults,
    )


def check_query(query: str, names: Names, node: Node | None, at: At, findings: Findings) -> None:
    """Reports a query that cannot be parsed, at the line of the character it stumbles over."""
    try:
        parse(query, names, topic=True)
    except QueryError as error:
        near = " ".join(query[max(0, error.start - 6) : error.end + 6].split())[:40]
        findings.add(
            line_in(node, error.start, at),
            f"检索式（query）第 {error.start + 1} 个字起有误：{error.words}（在“{near}”附近）",
        )


def _weights(node: Fields, findings: Findings) -> dict[str, float]:
    read = number(-LIMIT, LIMIT)
    return {word: read(child, findings) for word, child in node.nodes.items()}


def _made(kind: str, slug: str, values: dict[str, Any]) -> Value:
    frozen: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    match kind:
        case "source":
            return Source(slug=slug, **frozen)
        case "unit":
            return Unit(slug=slug, **frozen)
        case "place":
            return Place(slug=slug, **frozen)
        case "matter":
            return Matter(slug=slug, **frozen)
        case "channel":
            return Channel(slug=slug, **frozen)
        case _:
            return Levels(**frozen)
