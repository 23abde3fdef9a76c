"""责任单位: units that a text names, and units that its matters and places fall to."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.text.lookup import Hits, Range, Vocabulary


@dataclass(frozen=True, slots=True)
class Unit:
    """An office. `matters` are the slugs it is competent for (主管), `places` the slugs of its
    own ground (属地)."""

    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class UnitRules:
    """All units, compiled to word numbers of one vocabulary."""

    def __init__(self, units: Sequence[Unit], vocabulary: Vocabulary) -> None:
        self.units = tuple(units)
        self._unit_of: dict[int, list[int]] = {}
        self.by_matter: dict[str, list[int]] = {}
        self.by_place: dict[str, list[int]] = {}
        for index, unit in enumerate(self.units):
            for word in vocabulary.add_all((unit.name, *unit.aliases)):
                self._unit_of.setdefault(word, []).append(index)
            for matter in unit.matters:
                self.by_matter.setdefault(matter, []).append(index)
            for place in unit.places:
                self.by_place.setdefault(place, []).append(index)

    def named(self, hits: Hits) -> dict[int, Range]:
        """Unit number → the first and longest place where the text names it."""
        met: dict[int, Range] = {}
        if hits.keys().isdisjoint(self._unit_of):
            return met
        for number in hits.keys() & self._unit_of.keys():
            start, end = hits[number][0]
            for unit in self._unit_of[number]:
                known = met.get(unit)
                if known is None or (start, -end) < (known[0], -known[1]):
                    met[unit] = (start, end)
        return met
