"""The one shape of evidence: which entry of the catalogue was met, and where it stands."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from monitor.text.lookup import Range
from monitor.text.normalise import Normalised


class Found(NamedTuple):
    """A catalogue entry met in an article (a NamedTuple: some thirty are made for each).

    `start` and `end` are half-open character offsets into the ORIGINAL `field` ("title" or
    "body"), and `text` is exactly what stands there. `why` is a Chinese word for entries that
    were concluded rather than read (units: 点名, 主管：欠薪, 属地：白石镇), else empty.
    """

    slug: str
    name: str
    field: str
    start: int
    end: int
    text: str
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        # Spelt out: dataclasses.asdict takes ten times as long, a fifth of a whole analysis.
        return {
            "slug": self.slug,
            "name": self.name,
            "field": self.field,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "why": self.why,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Found":
        """The value that `to_json` wrote; raises KeyError or TypeError on anything else."""
        return cls(**data)


def origin(normalised: Normalised, start: int, end: int) -> Range:
    """`Normalised.origin` as a plain pair, made without a Span where offsets are the same."""
    if normalised.jumps is None:
        return start, end
    span = normalised.origin(start, end)
    return span.start, span.end
