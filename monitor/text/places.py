"""Places: the gazetteer of a county, and where a text names what stands in it.

An office writes a place down once; the shorter ways to call it follow from its kind (岚川县 →
岚川, 石门村 → 石门, 瑞丰食品 → 瑞丰). Nicknames, dialect and usual misspellings are aliases; a
name of three characters or more is also known by its sound (monitor.text.sound).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from monitor.text.counties import PROVINCES
from monitor.text.lookup import Hits, Range, Vocabulary
from monitor.text.segment import Segmenter
from monitor.text.sound import SoundLookup

QUOTES = 3

# A citizen's way to name the home county; it makes an ambiguous name (城关镇) ours.
OUR_COUNTY = ("我县", "咱县", "俺县", "我们县", "咱们县", "本县", "咱们县城", "我们县城")
ABOVE = "above"
COUNTY = "county"
TOWN, VILLAGE = "town", "village"

_DIVISIONS = re.compile("(?:自治县|自治旗|县|市|区|旗|省)$")
_TOWNS = re.compile("(?:镇|乡|街道办事处|街道办|街道|社区|村|居委会)$")
_FIRMS = re.compile(
    "(?:(?:食品|矿业|化工|实业|科技|建材|纺织|服饰|制药|药业|农业|能源|电子|机械|置业|地产|物流)?"
    "(?:集团|股份|有限|责任)*(?:公司|厂)|食品|矿业|化工|实业|科技|建材|纺织|服饰|制药|药业|能源)$"
)
# Parts of speech of words that are names: place, person, other name, abbreviation, unknown.
_NAMES = ("ns", "nr", "nz", "nt", "j", "x", "zg", "eng")


class Sort(Enum):
    """How surely a word means the place that it names."""

    NAMED = "named"
    """It stands nowhere else."""
    VAGUE = "vague"
    """Other counties have one too: it counts only beside other evidence of home."""
    SHORT = "short"
    """A short form that we made of the name: less common than a vague one, and still not sure."""
    SELF = "self"
    """The county as its own people call it (我县)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A named place.

    `kind` is free (county, town, village, school, road …) but for two words: "above" marks the
    city and province that we belong to, which are neither ours nor elsewhere, and "county" what
    a short form is made of. `ambiguous` names stand in many counties (城关镇, 人民医院) and count
    only beside other evidence of home; `vague` are aliases of which the same is true, where the
    name itself is not ambiguous (岚川县人民医院: 县医院).
    """

    slug: str
    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    home: bool = True
    ambiguous: bool = False
    vague: tuple[str, ...] = ()


_OURS = Place("", "我县", COUNTY)


class Mention(NamedTuple):
    """A place word met in one normalised text: the number of its place, and where it stands."""

    start: int
    end: int
    place: int
    sort: Sort


class Sign(NamedTuple):
    """A place of ours, or another county (`sort` None), named in one normalised text."""

    start: int
    end: int
    slug: str
    name: str
    sort: Sort | None


class PlaceRules:
    """All places, compiled to word numbers of one vocabulary."""

    def __init__(
        self, places: Sequence[Place], vocabulary: Vocabulary, segmenter: Segmenter
    ) -> None:
        self.places = tuple(places)
        self.by_slug = {place.slug: place for place in self.places}
        self._met: dict[int, tuple[int, Sort]] = {}
        forms = [list(_forms(place, segmenter)) for place in self.places]
        # What an office wrote goes before what we made of it.
        for written in (True, False):
            for index, known in enumerate(forms):
                for word, sort, own in known:
                    if own is written:
                        self._met.setdefault(vocabulary.add(word), (index, sort))
        for word in OUR_COUNTY:
            self._met.setdefault(vocabulary.add(word), (-1, Sort.SELF))
        self.words = self._met.keys()
        """Numbers of the words that name a place."""
        self._provinces = [
            place.name
            for place in self.places
            if place.kind == ABOVE
            and (place.name.endswith(("省", "自治区")) or place.name.startswith(PROVINCES))
        ]
        self._sounds = SoundLookup(
            {
                word: index
                for index, known in enumerate(forms)
                for word, sort, _ in known
                if sort is Sort.NAMED and self.home(index)
            }
        )

    def home(self, place: int) -> bool:
        """Whether a place is ours; -1 is the county called 我县."""
        if place < 0:
            return True
        entry = self.places[place]
        return entry.home and entry.kind != ABOVE

    def find(self, hits: Hits) -> list[Mention]:
        """Every place met, of any kind, in reading order: the longest name wins where names
        overlap."""
        if hits.keys().isdisjoint(self.words):
            return []
        met = []
        for number in hits.keys() & self.words:
            place, sort = self._met[number]
            met += [(start, -end, place, sort) for start, end in hits[number]]
        if len(met) > 1:
            met.sort(key=lambda one: one[:2])
        kept: list[Mention] = []
        reach = 0
        for start, end, place, sort in met:
            if start >= reach:
                kept.append(Mention(start, -end, place, sort))
                reach = -end
        return kept

    def signs(self, text: str, met: Sequence[Mention], others: Sequence[Range]) -> list[Sign]:
        """What was met, ours and other counties, in reading order; `others` are ranges that read
        as a county's name. The city and province above us are left out."""
        # 古塘县城 is 古塘县, whose last character also begins a shared name of ours.
        read = [
            (start, end)
            for start, end in others
            if not any(one.start < end and start < one.end and not start < one.start for one in met)
        ]
        signs = [Sign(start, end, "", text[start:end], None) for start, end in read]
        for start, end, place, sort in met:
            entry = self.places[place] if place >= 0 else _OURS
            if entry.kind != ABOVE and not any(one < end and start < last for one, last in read):
                signs.append(Sign(start, end, entry.slug, entry.name, sort if entry.home else None))
        if others:
            signs.sort(key=lambda sign: sign.start)
        return signs

    def above(self, met: Sequence[Mention]) -> list[Range]:
        """Where the city and province above us are named."""
        return [
            (one.start, one.end)
            for one in met
            if one.place >= 0 and self.places[one.place].kind == ABOVE
        ]

    def far(self, ip: str) -> bool:
        """Whether an IP 属地 is another province than ours; False where ours is not written."""
        return bool(ip and self._provinces) and not any(
            ip in name or name in ip for name in self._provinces
        )

    def quotes(self, met: Sequence[Mention], verdict: bool | None) -> list[tuple[int, Range]]:
        """(place number, range) of the home places met, ≤ 3 quotations each; names that other
        counties share only where the text is about ours."""
        count: dict[int, int] = {}
        kept = []
        for start, end, place, sort in met:
            if place < 0 or not self.home(place):
                continue
            if verdict or (verdict is None and sort is Sort.NAMED) or sort is Sort.SELF:
                count[place] = count.get(place, 0) + 1
                if count[place] <= QUOTES:
                    kept.append((place, (start, end)))
        return kept

    def misspelt(self, text: str, met: Sequence[Mention]) -> list[Mention]:
        """Places of ours that a normalised text writes with other characters of the same sound."""
        taken = [(one.start, one.end) for one in met]
        return [
            Mention(start, end, place, Sort.NAMED)
            for start, end, place in self._sounds.find(text)
            if not any(first < end and start < last for first, last in taken)
        ]


def _forms(place: Place, segmenter: Segmenter) -> Iterator[tuple[str, Sort, bool]]:
    """(word, how sure it is, whether the office wrote it) of one place."""
    sure = Sort.VAGUE if place.ambiguous else Sort.NAMED
    for word in (place.name, *place.aliases):
        yield word, Sort.SELF if word in OUR_COUNTY else sure, True
    for word in place.vague:
        yield word, Sort.VAGUE, True
    if place.kind in (COUNTY, ABOVE) or not place.home:
        stem = _DIVISIONS.sub("", place.name)
        if 1 < len(stem) < len(place.name) and _is_name(stem, segmenter):
            yield stem, sure, False
        return
    for suffix, short in ((_TOWNS, Sort.SHORT), (_FIRMS, Sort.SHORT)):
        stem = suffix.sub("", place.name)
        if 1 < len(stem) < len(place.name) and _is_name(stem, segmenter):
            # A name of three characters is rare enough: 邓家湾 for 邓家湾村.
            long = len(stem) > 2 and suffix is _TOWNS
            yield stem, sure if long else max(short, sure, key=_doubt), False
            return


def _doubt(sort: Sort) -> int:
    return (Sort.NAMED, Sort.SELF, Sort.SHORT, Sort.VAGUE).index(sort)


def _is_name(stem: str, segmenter: Segmenter) -> bool:
    """Whether a short form is no everyday word (和平 of 和平县)."""
    return segmenter.tag(stem).startswith(_NAMES)
