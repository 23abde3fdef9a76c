"""From what was read in an article to what the rule is told about it.

The same for the rows of the pipeline and for a stream in memory: readings come as the plain values
that `Reading.to_json` gives and rows keep.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Any, Protocol

from monitor.detect.facts import ANSWER, CONCERN, ArticleFacts, Cue, MatterFact
from monitor.text.casualties import Casualties
from monitor.text.cues import CALL, RESCUE
from monitor.text.matters import HEARD, Matter
from monitor.text.reading import Reading
from monitor.text.whereabouts import Origin
from monitor.words import SHANGHAI

FIRST, NEWEST, NOTEWORTHY, OFFICIAL = 20, 40, 40, 10
"""Articles of an event that are judged: its first, its newest, the newest noteworthy, official."""
ANSWERS = 20
"""Official articles outside an event that are looked at, the first ones."""
ANSWER_WINDOW = timedelta(days=7)
"""How long after an event's first article an official one may answer it from outside."""

_BOARDS = ("留言", "问政", "信箱", "信访", "热线")
"""Words of the platforms where citizens write to government."""
_CUE_KINDS = {"official": ANSWER}
"""Where the reader's word for a cue is not the rule's."""


class Outlet(Protocol):
    """What of a source (信源) matters to the rule; `region` "home" looks at our county only."""

    @property
    def name(self) -> str: ...
    @property
    def tier(self) -> int: ...
    @property
    def official(self) -> bool: ...
    @property
    def platform(self) -> str: ...
    @property
    def region(self) -> str: ...


class Candidate(Protocol):
    """An article of an event, as far as it decides whether it is looked at."""

    @property
    def id(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def noteworthy(self) -> bool: ...


def noteworthy(reading: Reading) -> bool:
    """Whether an event with this article can need a response at all: by the rule's axioms a
    topic, a place or a tone alone never does."""
    return (
        bool(reading.matters)
        or any(reading.casualties.to_json().values())
        or any(cue.slug in (RESCUE.slug, CALL.slug) for cue in reading.cues)
    )


def origin_of(outlet: Outlet | None, published: datetime) -> Origin:
    """What is known of where a text comes from before it is read."""
    year = published.astimezone(SHANGHAI).year
    if outlet is None:
        return Origin(year=year)
    return Origin(outlet.region, year=year, addressed=addressed(outlet))


def addressed(outlet: Outlet) -> bool:
    """Whether who writes there writes to government: a message board, not its own account."""
    return not outlet.official and any(word in outlet.platform for word in _BOARDS)


def home_of(reading: Mapping[str, Any]) -> bool | None:
    """Where the machine says that an article plays: True here, False elsewhere, None unknown."""
    if "where" in reading:
        verdict: bool | None = reading["where"]["verdict"]
        return verdict
    # Read before verdicts were kept.
    if reading["places"]:
        return True
    return False if reading["elsewhere"] else None


def facts_of(
    article: int,
    source: str,
    outlet: Outlet | None,
    published: datetime,
    title: str,
    negative: float,
    reading: Mapping[str, Any],
    matters: Mapping[str, Matter],
    reprint_of: int | None = None,
) -> ArticleFacts:
    """What the rule is told; `outlet` is None for a source that the catalogue knows no more."""
    concern = reading.get("concern")  # Rows of before it was asked have none.
    return ArticleFacts(
        article=article,
        source=outlet.name if outlet else source,
        tier=outlet.tier if outlet else 4,
        official=bool(outlet and outlet.official),
        addressed=bool(outlet and addressed(outlet)),
        platform=platform_of(outlet),
        published=published,
        title=title,
        negative=negative,
        matters=_matters(reading["matters"], matters),
        home=home_of(reading),
        home_source=bool(outlet and outlet.region == "home"),
        places=_names(reading["places"]),
        units=_names(reading["units"]),
        cues=tuple(
            Cue(_CUE_KINDS.get(cue["slug"], cue["slug"]), cue["text"], cue["field"])
            for cue in reading["cues"]
        )
        + tuple(
            Cue(CONCERN, word["text"], word["field"])
            for word in (concern["evidence"] if concern else ())
        ),
        casualties=Casualties(**reading["casualties"]),
        concern=concern["chance"] if concern else None,
        reprint_of=reprint_of,
    )


def platform_of(outlet: Outlet | None) -> str:
    """The platform's name, 其他 for a source that is not in the catalogue."""
    return outlet.platform if outlet else "其他"


def looked_at(newest: Sequence[Candidate], official: Set[str]) -> set[int]:
    """Ids of the articles that are judged, of an event's articles from the newest back; `official`
    are the slugs of government's own sources."""
    return {
        row.id
        for part in (
            newest[:NEWEST],
            newest[-FIRST:],
            [row for row in newest if row.noteworthy][:NOTEWORTHY],
            [row for row in newest if row.source in official][:OFFICIAL],
        )
        for row in part
    }


def _matters(
    found: Iterable[Mapping[str, Any]], known: Mapping[str, Matter]
) -> tuple[MatterFact, ...]:
    # What is only heard weighs what any concern does: its words are those of everyday talk.
    least = min((one.weight for one in known.values() if one.fallback), default=0)
    return tuple(
        MatterFact(
            slug=one["slug"],
            name=one["name"],
            weight=min(known[one["slug"]].weight, least)
            if one["why"] == HEARD
            else known[one["slug"]].weight,
            rescue=known[one["slug"]].rescue,
            casualty=known[one["slug"]].casualty and one["why"] != HEARD,
            text=one["text"],
            field=one["field"],
        )
        for one in found
        if one["slug"] in known  # a matter may have left the catalogue since
    )


def _names(found: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one["name"] for one in found))
