"""Whether two articles tell one story where their wording differs: time, place, entities, words.

A `Story` is what is kept of an article for this; `Compared` says how likely pairs are one story,
in log odds. Words weigh by how rare they are (monitor.text.gist), so a post of one line and a
report of a page meet in 芋泥盒子 and not in 记者. Places decide between likes: two tractors that
turned over in two villages share every word but the village.

A matter weighs by how rare it is in these days: on the night of a flood every other post is one of
disaster, and that two are tells nothing; that two tell of a lift does.

The constants are log odds, of a logistic regression with a small ridge on the pairs of an invented
county's four weeks, a night of flood there and two everyday weeks (those that must be answered
counted double), rounded; what a headline cites was made lighter than it came out, for the headlines
of a column are all alike. `yuqing evaluate --events` measures them.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from zlib import crc32 as _crc32

import numpy as np
from numpy.typing import NDArray

from monitor.text.gist import PLACES, WORDS, Site
from monitor.text.reading import Reading

OTHERS, MATTERS = 4, 6
"""Other counties and matters that are kept of an article, the first ones."""

NONE, TOWN, BROAD, FINE = range(4)
"""How closely a place tells where: not at all, a town, a road or hospital, a village or school."""
_BROAD_ENDS = (
    *("路", "街", "道", "巷", "河", "江", "湖", "溪", "水库", "桥", "医院", "广场", "公园"),
    *("景区", "开发区", "工业园", "园区", "新区", "城区", "县城", "车站", "市场"),
)
# 岚川县人民医院 and the 县人民医院 of a shipped catalogue are one place.
_OWNER = re.compile("^[\u4e00-\u9fff]{0,4}?县(?=..)")

BIAS = -4.2
SHARED = 1.1
"""For each square root of the nats that both have."""
SAME_PLACE = {NONE: 0.0, TOWN: 1.8, BROAD: 2.6, FINE: 3.8}
"""For the closest place that both name."""
OTHER_PLACE = -2.3
"""Both name places of ours, and none in common."""
OTHER_COUNTY = -3.3
SAME_MATTER = 0.65
"""For each nat of the rarest matter that both have."""
USUAL_MATTER = 2.5
"""Nats of a matter where nobody counted."""
ANCHORED = -0.6
"""Both name a place, another county or a matter in common: of such pairs there are many more."""
SAME_TITLE = 4.0
"""For headlines in the same words, in proportion: an answer cites what it answers."""
CITED = 10.0
"""Nats that both have beside which a whole headline counts: 今天 and 关于…的 cite nothing."""
FORM = 0.2
"""Share of a headline that a column's form has in common with all others."""
TITLE = 25
"""Characters of a headline that are looked at."""
SHORT_TITLE = 10
"""Pairs of characters under which a headline says too little to be cited (警情通报)."""
DAY = -0.5
"""For each day between them."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is kept of an article to tell its story from others.

    `words` with their nats, the rarest first; `places` of ours with how closely they tell where;
    `elsewhere` names of other counties; `home` the verdict on where it plays; `matters` slugs.
    """

    words: tuple[tuple[str, float], ...] = ()
    places: tuple[tuple[str, int], ...] = ()
    elsewhere: tuple[str, ...] = ()
    home: bool | None = None
    matters: tuple[str, ...] = ()

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """The story of an article that was read."""
        places = {_plain(site.name): _grain(site) for site in reading.gist.sites}
        # 桃 of 桃坪镇 is no peach, and what a place says counts once.
        named = " ".join([*(site.name for site in reading.gist.sites), *reading.elsewhere])
        words = [(word, nats) for word, nats in reading.gist.words if word not in named]
        return cls(
            tuple((word, round(nats, 2)) for word, nats in words[:WORDS]),
            tuple(places.items())[:PLACES],
            reading.elsewhere[:OTHERS],
            reading.where.verdict,
            tuple(dict.fromkeys(found.slug for found in reading.matters))[:MATTERS],
        )

    def to_line(self) -> str:
        """The story as one line of JSON, some 300 bytes."""
        plain = [
            " ".join(word for word, _ in self.words),
            [round(nats * 100) for _, nats in self.words],
            [name for name, _ in self.places],
            [grain for _, grain in self.places],
            self.elsewhere,
            self.home,
            self.matters,
        ]
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def legible(cls, line: str) -> bool:
        """Whether `from_line` can read it: another version may have written it otherwise."""
        try:
            cls.from_line(line)
        except ValueError:
            return False
        return True

    @classmethod
    def from_line(cls, line: str) -> Self:
        """What `to_line` wrote; an empty line is an empty story. Raises ValueError."""
        if not line:
            return cls()
        try:
            words, nats, places, grains, elsewhere, home, matters = json.loads(line)
        except TypeError as error:
            raise ValueError(f"no story: {line[:40]}") from error
        return cls(
            tuple(zip(words.split(), (each / 100 for each in nats), strict=True)),
            tuple(zip(places, grains, strict=True)),
            tuple(elsewhere),
            home,
            tuple(matters),
        )


def _plain(name: str) -> str:
    return _OWNER.sub("", name)


def _grain(site: Site) -> int:
    if site.kind == "town":
        return TOWN
    return BROAD if site.name.endswith(_BROAD_ENDS) else FINE


_TITLE_BITS = 512  # a headline sets up to 24 of them

ROW = np.dtype(
    [
        ("words", np.uint32, WORDS),  # `number` of each, 0: none; so are the others
        ("nats", np.float32, WORDS),
        ("places", np.uint32, PLACES),
        ("grains", np.int8, PLACES),
        ("others", np.uint32, OTHERS),
        ("matters", np.uint32, MATTERS),
        ("home", np.int8),  # 1 ours, -1 elsewhere, 0 nothing tells
        ("title", np.uint64, _TITLE_BITS // 64),  # `titles_of`, if its owner has a headline
    ]
)
Rows = NDArray[np.void]
Points = NDArray[np.float64]
_HOME = {None: 0, True: 1, False: -1}


def number(word: str) -> int:
    """A word as the same number in every process, never 0."""
    return _crc32(word.encode("utf-8", "surrogatepass")) or 1


def rows_of(lines: Sequence[str]) -> Rows:
    """(n,) rows of numbers, as they are compared, of stories' lines. Raises ValueError."""
    rows = np.zeros(len(lines), ROW)
    which = [at for at, line in enumerate(lines) if line]
    if which:
        words, nats, places, grains, others, home, matters = zip(
            *(json.loads(lines[at]) for at in which), strict=True
        )
        rows["words"][which] = [_numbers(each.split(), WORDS) for each in words]
        rows["nats"][which] = [_padded(each, WORDS) for each in nats]
        rows["nats"] /= 100
        rows["places"][which] = [_numbers(each, PLACES) for each in places]
        rows["grains"][which] = [_padded(each, PLACES) for each in grains]
        rows["others"][which] = [_numbers(each, OTHERS) for each in others]
        rows["home"][which] = [_HOME[each] for each in home]
        rows["matters"][which] = [_numbers(each, MATTERS) for each in matters]
    return rows


def titles_of(titles: Sequence[str]) -> NDArray[np.uint64]:
    """(n, 8) bits: the pairs of characters that follow each other in each headline's beginning."""
    if not titles:
        return np.zeros((0, _TITLE_BITS // 64), np.uint64)
    begun = np.array([title.strip().casefold() for title in titles], f"U{TITLE}")
    codes = begun.view(np.uint32).reshape(len(titles), TITLE)
    rows, at = np.nonzero(codes[:, 1:])
    # Multiplied by odd numbers (those of xxHash), codes that lie close spread over all bits.
    mixed = codes[rows, at] * np.uint32(0x9E3779B1) ^ codes[rows, at + 1] * np.uint32(0x85EBCA77)
    bits = (mixed >> np.uint32(23)).astype(np.uint64)
    found = np.zeros((len(titles), _TITLE_BITS // 64), np.uint64)
    np.bitwise_or.at(found, (rows, bits >> np.uint64(6)), np.uint64(1) << (bits & np.uint64(63)))
    return found


def _numbers(words: Sequence[str], count: int) -> list[float]:
    return _padded([_crc32(word.encode("utf-8", "surrogatepass")) or 1 for word in words], count)


def _padded(values: list[float], count: int) -> list[float]:
    return (values + [0] * (count - len(values)))[:count]


@dataclass(frozen=True, slots=True)
class Compared:
    """n pairs: which words of the one are the other's too (n, WORDS), how much of a headline
    stands in the other's (0 to 1), and the log odds that follow from all else."""

    words: NDArray[np.bool_]
    cited: Points
    rest: Points

    def at_most(self, nats: Points) -> Points:
        """(n,) log odds with the general weights of words, (n, WORDS): they only ever fall."""
        shared = np.einsum("ij,ij->i", self.words, nats)
        return self._with_words(slice(None), shared)

    def points(self, pairs: slice, nats: Points) -> Points:
        """Log odds that pairs of one newcomer, whose words tell so many nats, are one story."""
        return self._with_words(pairs, self.words[pairs] @ nats)

    def _with_words(self, pairs: slice, shared: Points) -> Points:
        cited = np.clip(self.cited[pairs] - FORM, 0.0, shared / CITED)
        return np.asarray(self.rest[pairs] + SHARED * np.sqrt(shared) + SAME_TITLE * cited)


def compare(ones: Rows, others: Rows, days: Points, rare: Points | None = None) -> Compared:
    """Pairs of rows that lie so many days apart; `rare` (n, MATTERS) tells the nats of the matters
    of `ones`."""
    grains = _places_in_common(ones, others)
    matters: NDArray[np.bool_] = np.asarray(_common(ones["matters"], others["matters"]).any(axis=2))
    nats = np.where(matters, USUAL_MATTER if rare is None else rare, 0.0).max(axis=1)
    county = np.asarray(_common(ones["others"], others["others"]).any(axis=(1, 2)))
    rest = BIAS + _places(ones, others, grains, county) + DAY * np.abs(days)
    rest += SAME_MATTER * nats
    rest += ANCHORED * (matters.any(axis=1) | county | (grains > NONE))
    words: NDArray[np.bool_] = np.asarray(_common(ones["words"], others["words"]).any(axis=2))
    return Compared(words, _cited(ones["title"], others["title"]), rest)


def in_common(story: Story, other: NDArray[np.void]) -> tuple[list[str], list[str]]:
    """The places and the words, the rarest first, that a story shares with one row."""
    places, words = set(other["places"].tolist()), set(other["words"].tolist())
    return (
        [name for name, _ in story.places if number(name) in places],
        [word for word, _ in story.words if number(word) in words],
    )


def _common(ones: NDArray[np.uint32], others: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """(n, k, l): which numbers of each row are which of the other's."""
    equal: NDArray[np.bool_] = ones[:, :, None] == others[:, None, :]
    equal &= ones[:, :, None] != 0
    return equal


def _cited(ones: NDArray[np.uint64], others: NDArray[np.uint64]) -> Points:
    """(n,) how much of the shorter headline stands in the other, 0 to 1."""
    both, one, other = (
        np.bitwise_count(bits).sum(axis=1, dtype=np.int64) for bits in (ones & others, ones, others)
    )
    return np.asarray(both / np.maximum(np.minimum(one, other), SHORT_TITLE))


def _places_in_common(ones: Rows, others: Rows) -> NDArray[np.int8]:
    """(n,) how closely the closest place in common tells where."""
    same = _common(ones["places"], others["places"]).any(axis=2)
    return np.asarray(np.where(same, ones["grains"], NONE).max(axis=1))


def _places(
    ones: Rows, others: Rows, grains: NDArray[np.int8], county: NDArray[np.bool_]
) -> Points:
    points = np.array([SAME_PLACE[grain] for grain in range(len(SAME_PLACE))])[grains]
    placed = (ones["places"][:, 0] != 0) & (others["places"][:, 0] != 0)
    points += OTHER_PLACE * (placed & (grains == NONE))
    points += OTHER_COUNTY * _counties_differ(ones, others, county)
    return np.asarray(points, dtype=np.float64)


def _counties_differ(ones: Rows, others: Rows, common: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """One plays here and the other elsewhere, or both elsewhere and in no county in common."""
    named = (ones["others"][:, 0] != 0) & (others["others"][:, 0] != 0)
    away = (ones["home"] < 0) & (others["home"] < 0) & named & ~common
    return np.asarray((ones["home"] * others["home"] < 0) | away)
