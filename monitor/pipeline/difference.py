"""How the rows and a generation of the index differ: days first, then the articles of a day.

Sums of revs find a day that differs without reading it; only such days are read. Nothing here
reads or writes anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from monitor.index import Sum

NOTHING = Sum(0, 0)


@dataclass(frozen=True, slots=True)
class Shown:
    """What an article's row says of the index: it shows `indexed_rev`, and is to show `rev`."""

    rev: int
    indexed_rev: int

    @property
    def due(self) -> bool:
        """The index step is going to write it, or is just doing so."""
        return self.indexed_rev < self.rev


@dataclass(frozen=True, slots=True)
class Difference:
    """Articles of one day that the index lacks, has with a rev that no row explains, or has
    without a row of that day; the latter two with the rev that the index has."""

    missing: frozenset[int] = frozenset()
    stale: Mapping[int, int] = field(default_factory=dict)
    strange: Mapping[int, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.strange)

    def lasting(self, rows: Mapping[int, Shown]) -> "Difference":
        """Without what the index step is about to mend by itself. A write of a row's rev loses
        against a higher one in the index, so that this is never mended by waiting."""
        return Difference(
            frozenset(number for number in self.missing if not rows[number].due),
            {
                number: rev
                for number, rev in self.stale.items()
                if rev > rows[number].rev or not rows[number].due
            },
            self.strange,
        )


def differing_days(rows: Mapping[date, Sum], held: Mapping[date, Sum]) -> list[date]:
    """The days whose count or sum of revs is not the same, newest first."""
    days = rows.keys() | held.keys()
    return sorted(
        (day for day in days if rows.get(day, NOTHING) != held.get(day, NOTHING)), reverse=True
    )


def difference(rows: Mapping[int, Shown], held: Mapping[int, int]) -> Difference:
    """What one day's rows and the revs that the index holds for it do not agree on.

    A rev between the row's two is a write under way, and no difference.
    """
    stale = {
        number: rev
        for number, rev in held.items()
        if number in rows and not rows[number].indexed_rev <= rev <= rows[number].rev
    }
    strange = {number: rev for number, rev in held.items() if number not in rows}
    return Difference(frozenset(rows.keys() - held.keys()), stale, strange)
