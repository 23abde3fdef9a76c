"""What risk, news and heat are told about an event: one value per article, and the whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Self

from monitor.text.casualties import NOBODY, Casualties

PETITION = "petition"
ANSWER = "official"
RESCUE = "rescue"
"""Slugs of `monitor.text.cues` that this room acts on."""
CALL = "call"
"""The kind of a cue that is a call for rescue by itself (monitor.text.rescue)."""
CONCERN = "concern"
"""The kind of a cue that monitor.text.concern quoted."""
UNHEEDED = 0.3
"""P(concern) below which words of the matter alone are no call for rescue: 工人在屋顶铺瓦."""

# Words of danger that are as common in a wage dispute (老板联系不上) or a car park (车出不来):
# alone they are no call for rescue, beside another fact they may belong to one.
_EVERYDAY = frozenset(
    {"救命", "求救", "联系不上", "联系不到", "失去联系", "困在", "出不来", "出不去", "下不来"}
)


@dataclass(frozen=True, slots=True)
class MatterFact:
    """A 事项类别 met in an article: the catalogue's entry and the words that showed it."""

    slug: str
    name: str
    weight: float
    rescue: bool
    casualty: bool
    text: str
    field: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A turn of phrase met in an article; `kind` is a slug of `monitor.text.cues` or CONCERN."""

    kind: str
    text: str
    field: str


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What was read in one article.

    `negative` is P(negative), `concern` P(a government must answer), 0..1 (None: read by a
    version that did not ask). `home` is the place verdict (None: the text does not say);
    `home_source` says that the source looks at our county only. `tier` 1 is the most read,
    4 the least. `official` sources are government's own,
    `addressed` articles stand where citizens write to government. `source`, `platform`, `places`
    (those of home) and `units` are names that people read.
    """

    article: int
    source: str
    tier: int
    official: bool
    platform: str
    published: datetime
    title: str
    negative: float
    matters: tuple[MatterFact, ...] = ()
    home: bool | None = None
    home_source: bool = False
    places: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    cues: tuple[Cue, ...] = ()
    casualties: Casualties = NOBODY
    concern: float | None = None
    reprint_of: int | None = None
    addressed: bool = False

    def cued(self, kind: str) -> tuple[Cue, ...]:
        """Its cues of one kind."""
        return tuple(cue for cue in self.cues if cue.kind == kind)

    @property
    def pleads(self) -> bool:
        """Someone in danger, or for them, speaks here."""
        return not self.official and bool(self.cued(CALL))

    @property
    def calls_for_rescue(self) -> bool:
        """Someone asks for rescue here; an official report of a rescue is no call."""
        if self.official:
            return False
        if self.pleads:
            return True
        heard = self.concern is None or self.concern >= UNHEEDED
        if heard and any(matter.rescue for matter in self.matters):
            return True
        quotes = {cue.text for cue in self.cued(RESCUE)}
        telling = quotes - _EVERYDAY
        return bool(telling) and (len(quotes) > 1 or bool(self.matters))


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as it stands. `articles` may be a part (the caller bounds it: keep the first, the
    newest, official ones and those with rescue, casualties or cues); the counts are of all.

    `growth` counts articles of the last hour. `answers` are official articles outside the event
    that may answer it: chosen by the caller, judged here.
    """

    event: int
    articles: tuple[ArticleFacts, ...]
    total: int
    sources: int
    platforms: tuple[str, ...]
    first: datetime
    last: datetime
    growth: int
    answers: tuple[ArticleFacts, ...] = field(default=())

    @classmethod
    def of(
        cls,
        event: int,
        articles: Iterable[ArticleFacts],
        now: datetime,
        answers: Sequence[ArticleFacts] = (),
    ) -> Self:
        """The view of an event whose articles are all given; raises ValueError for none."""
        known = tuple(articles)
        if not known:
            raise ValueError(f"event {event} has no articles")
        times = [article.published for article in known]
        return cls(
            event=event,
            articles=known,
            total=len(known),
            sources=len({article.source for article in known}),
            platforms=tuple(sorted({article.platform for article in known})),
            first=min(times),
            last=max(times),
            growth=sum(now - timedelta(hours=1) < time <= now for time in times),
            answers=tuple(answers),
        )

    @property
    def ours(self) -> tuple[ArticleFacts, ...]:
        """The articles that are not about another place."""
        return tuple(article for article in self.articles if article.home is not False)

    @property
    def toll(self) -> Casualties:
        """The highest figure of each kind that any article of ours gives."""
        return reduce(or_, (article.casualties for article in self.ours), NOBODY)


def hurt(toll: Casualties) -> int:
    """How many people a toll speaks of, whatever befell them."""
    return sum(n or 0 for n in (toll.dead, toll.injured, toll.missing, toll.trapped))


def toll_words(toll: Casualties) -> str:
    """ "死亡3人、受伤5人"; empty when nobody is said to be hurt."""
    kinds = (
        ("死亡", toll.dead),
        ("受伤或住院", toll.injured),
        ("失联", toll.missing),
        ("被困", toll.trapped),
    )
    return "、".join(f"{word}{n}人" for word, n in kinds if n)
