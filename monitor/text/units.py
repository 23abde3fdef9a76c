"""责任单位: units that a text names, and units that its main matters and its places fall to."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from monitor.text.found import Found
from monitor.text.gist import Site
from monitor.text.lookup import Hits, Range, Vocabulary
from monitor.text.matters import Matter
from monitor.text.phrases import JOIN, parse
from monitor.text.places import TOWN, VILLAGE, Place
from monitor.text.subjects import subjects

NAMED = "点名"
VERTICAL = "垂管单位"
CHARGE, HELP = "主管", "协办"

# Schools, hospitals, roads and sights have a department over them: what happens there is not yet
# the business of the town on whose ground they stand.
_DEPARTMENTS = ("school", "road", "scenic")
_DEPARTMENT = re.compile(
    "(?:学校?|小学|中学|一中|二中|幼儿园|医院|卫生院|大道|路|街|大桥|广场|公园|景区|车站|客运站)$"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """An office. `matters` are those it is competent for (主管), `assists` those it helps with
    (协办): slugs, or "slug+word/word" where it is only for texts that hold one of the words. Where
    nobody is competent, those who help are: 安全隐患+电梯 falls to 市场监督管理局, any other
    安全隐患 to 应急管理局, who helps with all. `places` are the slugs of its own ground (属地).

    A `vertical` unit (税务, 供电, 烟草 …) answers to its own ministry or company, not to the
    county: a case goes to it as a letter, not an order.
    """

    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    assists: tuple[str, ...] = ()
    vertical: bool = False

    def __post_init__(self) -> None:
        for entry in (*self.matters, *self.assists):
            parse(entry)


class Concerned(NamedTuple):
    """`units` are concerned, each with its reason; `helpers` may be asked to help (协办)."""

    units: tuple[Found, ...]
    helpers: tuple[Found, ...]


NOBODY_CONCERNED = Concerned((), ())


class _Charge(NamedTuple):
    """A unit's entry for one matter: rows of words of which the text must hold one each."""

    unit: int
    rows: tuple[frozenset[int], ...]


def split_charge(entry: str) -> tuple[str, str]:
    """(matter, words) of an entry of `matters` or `assists`; words "" when it is a plain one."""
    matter, _, words = entry.partition(JOIN)
    return matter.strip(), words.strip()


class UnitRules:
    """All units, compiled to word numbers of one vocabulary, and what of the matters decides whose
    business it is (`Matter.broad`, `Matter.own_line`)."""

    def __init__(
        self, units: Sequence[Unit], vocabulary: Vocabulary, matters: Sequence[Matter] = ()
    ) -> None:
        self.units = tuple(units)
        self._broad = frozenset(matter.slug for matter in matters if matter.broad)
        # People are got out by those on the ground, whoever owns the road or school.
        self._rescue = frozenset(matter.slug for matter in matters if matter.rescue)
        natural = [matter.slug for matter in matters if matter.incident == "natural"]
        self._urgent = self._rescue.union(natural)
        self._lines = frozenset(matter.slug for matter in matters if matter.own_line)
        self._unit_of: dict[int, list[int]] = {}
        self._charges: dict[tuple[str, str], list[_Charge]] = {}
        self._by_place: dict[str, list[int]] = {}
        for index, unit in enumerate(self.units):
            for word in vocabulary.add_all((unit.name, *unit.aliases)):
                self._unit_of.setdefault(word, []).append(index)
            for role, entries in ((CHARGE, unit.matters), (HELP, unit.assists)):
                for entry in entries:
                    matter, words = split_charge(entry)
                    rows = parse(words) if words else ()
                    numbers = tuple(frozenset(vocabulary.add_all(row)) for row in rows)
                    self._charges.setdefault((role, matter), []).append(_Charge(index, numbers))
            for place in unit.places:
                self._by_place.setdefault(place, []).append(index)

    @property
    def words(self) -> AbstractSet[int]:
        """Numbers of the words that name a unit."""
        return self._unit_of.keys()

    def named(self, hits: Hits) -> list[tuple[int, Range]]:
        """(unit number, the first and longest place where the text names it), in reading order."""
        numbers = hits.keys() & self._unit_of.keys()
        met: dict[int, Range] = {}
        for number in numbers:
            start, end = hits[number][0]
            for unit in self._unit_of[number]:
                known = met.get(unit)
                if known is None or (start, -end) < (known[0], -known[1]):
                    met[unit] = (start, end)
        return sorted(met.items(), key=lambda one: one[1])

    def why_named(self, unit: int) -> str:
        """The reason of a unit that the text itself names."""
        return f"{VERTICAL}，{NAMED}" if self.units[unit].vertical else NAMED

    def site(self, place: Place) -> Site:
        """The place, and the unit on whose ground it lies."""
        unit = next(iter(self._by_place.get(place.slug, ())), None)
        ground = place.slug if unit is None else self.units[unit].slug
        return Site(place.slug, place.name, place.kind, ground)

    def concerned(
        self,
        named: Iterable[Found],
        places: Sequence[tuple[Place, Found]],
        matters: Sequence[Found],
        hits: Sequence[Hits],
    ) -> Concerned:
        """Units named, then those on whose ground it is, then those competent for what the text
        is mainly about; a unit may come up once for each reason. `hits` are those of the text's
        fields."""
        if any(one.slug in self._rescue for one in matters):
            # 被困的人家里是开粉店的: while people are in danger nothing else is anybody's business.
            matters = [one for one in matters if one.slug in self._urgent]
        main = subjects(matters, self._broad)
        first = {slug: next(one for one in matters if one.slug == slug) for slug in main}
        named = tuple(named)
        words = frozenset[int]().union(*hits)
        competent = tuple(self._by(CHARGE, first, words))
        helpers = tuple(self._by(HELP, first, words))
        if not competent and not named:
            competent, helpers = helpers, ()
        own_line = bool(main) and self._lines.issuperset(main)
        urgent = not self._urgent.isdisjoint(main)
        grounds = self._grounds(places, own_line=own_line, urgent=urgent)
        units = _once((*named, *grounds, *competent))
        known = {one.slug for one in units}
        return Concerned(units, _once(one for one in helpers if one.slug not in known))

    def _grounds(
        self, places: Sequence[tuple[Place, Found]], *, own_line: bool, urgent: bool
    ) -> Iterator[Found]:
        """Units of the places: of every place where the matter is `urgent`; in matters that
        departments handle by themselves (`own_line`) a town or village that is named is only where
        it happened."""
        for place, found in places:
            local = place.kind in (TOWN, VILLAGE)
            if local and own_line:
                continue
            owned = place.kind in _DEPARTMENTS or (not local and _DEPARTMENT.search(place.name))
            if owned and not urgent:
                continue
            for number in self._by_place.get(place.slug, ()):
                yield self._found(number, found, f"属地：{place.name}")

    def _by(
        self, role: str, matters: Mapping[str, Found], words: AbstractSet[int]
    ) -> Iterator[Found]:
        for slug, found in matters.items():
            for charge in self._charges.get((role, slug), ()):
                if charge.rows and any(words.isdisjoint(row) for row in charge.rows):
                    continue
                prefix = f"{VERTICAL}，" if self.units[charge.unit].vertical else ""
                yield self._found(charge.unit, found, f"{prefix}{role}：{found.name}")

    def _found(self, number: int, by: Found, why: str) -> Found:
        unit = self.units[number]
        return Found(unit.slug, unit.name, by.field, by.start, by.end, by.text, why)


def _once(found: Iterable[Found]) -> tuple[Found, ...]:
    """Each unit once for each reason."""
    kept: dict[tuple[str, str], Found] = {}
    for one in found:
        kept.setdefault((one.slug, one.why), one)
    return tuple(kept.values())
