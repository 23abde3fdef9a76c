"""What an article is mainly about, of all the matters that it touches.

A complaint about a bridge tells of the flood that broke it, of the children who cross it and of
nobody who cares; the bridge alone says whose business it is. A matter weighs what is quoted for
it: by the length of the words, more in the headline and in the first line. `broad` matters
(没人管, 死伤, 聚集) are told along with others and count only where nothing else is told.
"""

from collections.abc import Collection, Sequence

from monitor.text.found import Found

MAIN = 2
"""Matters that one article is about at most."""
_TITLE, _LEAD, _TEXT = 2.0, 1.5, 1.0
_LEAD_LONGEST = 40
# A second matter weighs at least this much of the first.
_NEARLY = 0.9


def subjects(found: Sequence[Found], broad: Collection[str]) -> tuple[str, ...]:
    """The slugs of the matters that an article is mainly about, the weightiest first, at most 2."""
    weights: dict[str, float] = {}
    for one in found:
        weights[one.slug] = weights.get(one.slug, 0.0) + len(one.text) * _worth(one)
    narrow = {slug: weight for slug, weight in weights.items() if slug not in broad}
    ranked = sorted((narrow or weights).items(), key=lambda one: -one[1])[:MAIN]
    return tuple(slug for slug, weight in ranked if weight >= ranked[0][1] * _NEARLY)


def _worth(found: Found) -> float:
    if found.field == "title":
        return _TITLE
    return _LEAD if found.start < _LEAD_LONGEST else _TEXT
