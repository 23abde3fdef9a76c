"""What must be told again about an event that people know already.

A call for rescue, a higher toll or a new place is told at once, whatever was told or answered
before. Mere growth is told when the articles have grown by a factor since people were last told;
the caller stores the new snapshot when it tells, so the next growth is counted from there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from monitor.detect.facts import ArticleFacts, EventView
from monitor.words import Evidence, Reason

AT_ONCE = frozenset({"new_rescue", "higher_toll", "new_place"})
"""Codes of news that wait for nothing; "growth" may be held back."""

GROWTH_FACTOR = 3.0
GROWTH_FLOOR = 5
CALLS_KEPT = 2_000
"""Articles with calls kept in a snapshot, the latest; bounds what a row stores."""
QUOTES = 3

# A county or city named later only repeats where the town lies.
_WIDE = ("县", "市", "省", "自治区")
_KINDS = {"dead": "死亡", "injured": "受伤或住院", "missing": "失联", "trapped": "被困"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An event as people were told of it.

    `articles` and `sources` are counts of all, the four figures the highest stated (0: none),
    `calls` the chains article → reprint_of → … of each article that calls for rescue, and
    `places` the home places named beside a matter (whole counties and cities left out).
    """

    articles: int
    sources: int
    dead: int
    injured: int
    missing: int
    trapped: int
    calls: frozenset[tuple[int, ...]]
    places: frozenset[str]

    @classmethod
    def of(cls, view: EventView) -> Self:
        """The snapshot of a view; reprints of one call share an article in their chains."""
        toll = view.toll
        calls = [_chain(article, view) for article in view.ours if article.calls_for_rescue]
        return cls(
            articles=view.total,
            sources=view.sources,
            dead=toll.dead or 0,
            injured=toll.injured or 0,
            missing=toll.missing or 0,
            trapped=toll.trapped or 0,
            calls=_latest(calls),
            places=frozenset(
                place
                for article in view.ours
                if article.matters
                for place in article.places
                if not place.endswith(_WIDE)
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """A plain value that `from_json` reads back equal."""
        plain = asdict(self)
        plain["calls"] = sorted(list(chain) for chain in self.calls)
        plain["places"] = sorted(self.places)
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises KeyError or TypeError for anything that `to_json` did not write."""
        values = {field.name: data[field.name] for field in fields(cls)}
        values["calls"] = frozenset(tuple(chain) for chain in data["calls"])
        values["places"] = frozenset(data["places"])
        return cls(**values)

    def told(self, before: Self) -> Self:
        """The snapshot to store once this one was told: what was ever told stays told.

        An article withdrawn or corrected, or a view that was bounded, must not make old news new.
        """
        return type(self)(
            articles=self.articles,
            sources=self.sources,
            dead=max(self.dead, before.dead),
            injured=max(self.injured, before.injured),
            missing=max(self.missing, before.missing),
            trapped=max(self.trapped, before.trapped),
            calls=_latest(self.calls | before.calls),
            places=self.places | before.places,
        )


def news(
    before: Snapshot,
    after: Snapshot,
    growth_factor: float = GROWTH_FACTOR,
    floor: int = GROWTH_FLOOR,
    view: EventView | None = None,
) -> tuple[Reason, ...]:
    """What is new since people were last told, gravest first; empty when nothing is.

    Growth needs `growth_factor` times the articles and at least `floor` more. With the view that
    `after` was made of, the reasons carry quotations. Points are 0: news has no score.
    """
    titles = {a.article: a.title for a in view.articles} if view else {}
    return (
        *_calls(before, after, titles),
        *_toll(before, after, view),
        *_places(before, after, view),
        *_growth(before, after, growth_factor, floor),
    )


def _calls(before: Snapshot, after: Snapshot, titles: Mapping[int, str]) -> Iterable[Reason]:
    known = {article for chain in before.calls for article in chain}
    new = sorted(chain for chain in after.calls if known.isdisjoint(chain))
    origins = dict.fromkeys(chain[-1] for chain in new)
    if origins:
        quoted = [(c[0], titles[c[0]]) for c in new if c[0] in titles]
        yield Reason("new_rescue", f"又有人求救（新增{len(origins)}处）", 0, _quotes(quoted))


def _toll(before: Snapshot, after: Snapshot, view: EventView | None) -> Iterable[Reason]:
    rises = []
    quoted: list[tuple[int, str]] = []
    for name, word in _KINDS.items():
        old, new = getattr(before, name), getattr(after, name)
        if new > old:
            rises.append(f"{word}由{old}人增至{new}人" if old else f"{word}{new}人")
            quoted += [
                (article.article, article.title)
                for article in (view.ours if view else ())
                if getattr(article.casualties, name) == new
            ]
    if rises:
        yield Reason("higher_toll", f"伤亡数字上升：{'，'.join(rises)}", 0, _quotes(quoted))


def _places(before: Snapshot, after: Snapshot, view: EventView | None) -> Iterable[Reason]:
    new = sorted(after.places - before.places)
    if new:
        quoted = [
            (article.article, article.title)
            for article in (view.ours if view else ())
            if article.matters and set(article.places) & set(new)
        ]
        yield Reason("new_place", f"涉及新的地点：{'、'.join(new)}", 0, _quotes(quoted))


def _growth(
    before: Snapshot, after: Snapshot, growth_factor: float, floor: int
) -> Iterable[Reason]:
    more = after.articles - before.articles
    if more >= floor and after.articles >= growth_factor * before.articles:
        words = f"持续升温：文章由{before.articles}篇增至{after.articles}篇，信源{after.sources}个"
        yield Reason("growth", words, 0)


def _chain(article: ArticleFacts, view: EventView) -> tuple[int, ...]:
    """The article and what it reprints, up to the first one; the last may lie outside the view."""
    origin = {known.article: known.reprint_of for known in view.articles}
    chain = [article.article]
    while (before := origin.get(chain[-1])) is not None and before not in chain:
        chain.append(before)
    return tuple(chain)


def _latest(calls: Iterable[tuple[int, ...]]) -> frozenset[tuple[int, ...]]:
    return frozenset(sorted(calls)[-CALLS_KEPT:])


def _quotes(quoted: Iterable[tuple[int, str]]) -> tuple[Evidence, ...]:
    by_title = {title: Evidence(article, "title", title) for article, title in quoted if title}
    return tuple(by_title.values())[:QUOTES]
