"""What one article says, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.text.casualties import Casualties
from monitor.text.concern import NO_CONCERN, Concern
from monitor.text.found import Found
from monitor.text.gist import Gist
from monitor.text.incidents import Incident
from monitor.text.sentiment import Score, Word
from monitor.text.whereabouts import Whereabouts

_NO_GIST = Gist()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one article says. All offsets are into the original title or body.

    `places` are home places; `elsewhere` names at most 8 other counties and cities; `where` is
    the verdict on them; `units` say in `why` how they came up (点名, 主管：欠薪, 属地：白石镇);
    `helpers` are those who may be asked to help (协办); `incident` and `duty` are what the law
    hangs duties on (monitor.text.incidents); `signature` is 256 bytes; it and `gist`, by which
    texts of one story know each other, have columns of their own and stand not in the JSON.
    """

    score: Score
    matters: tuple[Found, ...]
    places: tuple[Found, ...]
    elsewhere: tuple[str, ...]
    where: Whereabouts
    units: tuple[Found, ...]
    cues: tuple[Found, ...]
    casualties: Casualties
    signature: bytes
    keywords: tuple[str, ...]
    gist: Gist = _NO_GIST
    incident: Incident | None = None
    duty: tuple[Found, ...] = ()
    concern: Concern = NO_CONCERN
    helpers: tuple[Found, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, without what has a column of its own."""
        return {
            "score": self.score.to_json(),
            "matters": [found.to_json() for found in self.matters],
            "places": [found.to_json() for found in self.places],
            "elsewhere": list(self.elsewhere),
            "where": self.where.to_json(),
            "units": [found.to_json() for found in self.units],
            "cues": [found.to_json() for found in self.cues],
            "casualties": self.casualties.to_json(),
            "keywords": list(self.keywords),
            "incident": self.incident.to_json() if self.incident else None,
            "duty": [found.to_json() for found in self.duty],
            "concern": self.concern.to_json(),
            "helpers": [found.to_json() for found in self.helpers],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], signature: bytes = b"") -> "Reading":
        """The reading that `to_json` wrote; raises KeyError or TypeError on anything else."""
        score = dict(data["score"])
        score["evidence"] = tuple(Word(**word) for word in score["evidence"])

        def found(kind: str) -> tuple[Found, ...]:
            return tuple(Found.from_json(item) for item in data[kind])

        incident = data.get("incident")
        places, elsewhere = found("places"), tuple(data["elsewhere"])
        # Rows of before the verdict was kept: a place of ours named was ours.
        where = Whereabouts(True if places else False if elsewhere else None)
        return cls(
            score=Score(**score),
            matters=found("matters"),
            places=places,
            elsewhere=elsewhere,
            where=Whereabouts.from_json(data["where"]) if "where" in data else where,
            units=found("units"),
            cues=found("cues"),
            casualties=Casualties(**data["casualties"]),
            signature=signature,
            keywords=tuple(data["keywords"]),
            incident=Incident.from_json(incident) if incident else None,
            duty=found("duty") if "duty" in data else (),
            concern=Concern.from_json(data["concern"]) if "concern" in data else NO_CONCERN,
            helpers=found("helpers") if "helpers" in data else (),
        )
