"""What may be called by name in a query (`source:微博`, `unit:城关镇`, `topic:教育`)."""

from collections.abc import Iterable, Mapping
from typing import Any

from monitor.query import Names

Items = Mapping[tuple[str, str], Mapping[str, Any]]

# kind → the fields whose words name an item, beside its slug
_NAMED_BY = {
    "source": ("name", "platform"),
    "topic": ("name",),
    "unit": ("name", "aliases"),
}


def names_of(items: Items) -> Names:
    """The names of sources, topics and units among items (as `Catalog.items()` gives them).

    A platform means all of its sources; a name that two items share means both. Disabled
    sources and topics keep their names, since articles found earlier still carry their slugs.
    """
    found: dict[str, dict[str, list[str]]] = {kind: {} for kind in _NAMED_BY}
    for (kind, slug), item in items.items():
        for name in _names(kind, slug, item):
            slugs = found[kind].setdefault(name, [])
            if slug not in slugs:
                slugs.append(slug)
    sources, topics, units = (
        {name: tuple(slugs) for name, slugs in found[kind].items()}
        for kind in ("source", "topic", "unit")
    )
    return Names(sources=sources, topics=topics, units=units)


def _names(kind: str, slug: str, item: Mapping[str, Any]) -> Iterable[str]:
    if kind not in _NAMED_BY:
        return
    yield slug
    for field in _NAMED_BY[kind]:
        value = item.get(field)
        yield from value if isinstance(value, list) else [value] if value else []
