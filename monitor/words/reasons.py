"""Why a decision was made, in words a duty officer reads, with the characters behind it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of character offsets into an original (not normalised) text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """One quotation: the article it stands in, the field ("title" or "body") and its text."""

    article: int
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One named addend of a decision.

    `code` is stable and for machines, `words` is the Chinese sentence shown to people,
    `points` may be negative.
    """

    code: str
    words: str
    points: float
    evidence: tuple[Evidence, ...] = ()
