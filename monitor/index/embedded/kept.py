"""What a process keeps of what it has read, for all its threads and generations.

Nothing here is ever out of date: what is kept carries the version, or the age, of what it was
read from, and whoever asks says which one its moment has. 80 MB of cells and 16 MB of matches
at most, of which 1,000,000 articles take 36 MB of cells.

No locks: one held at a fork would stay held in the child. Every step is one operation on a
dict; threads that collide here read something twice.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.signedinteger[Any]]

# Cells are of 64 kB at most.
_CELLS = 1_280
_MATCHES_BYTES = 16_000_000
# What a match without rows weighs.
_MATCH_BYTES = 400


@dataclass(frozen=True, slots=True)
class Match:
    """The rows up to `upto` that an expression found in a generation of this age."""

    age: int
    upto: int
    rows: npt.NDArray[np.int32]


class Kept:
    """Cells of columns and the latest matches; `stamp` tells the generation."""

    def __init__(self) -> None:
        self._cells: dict[tuple[bytes, int], tuple[int, Numbers]] = {}
        self._matches: dict[tuple[bytes, str], Match] = {}

    def cell(self, stamp: bytes, number: int, version: int) -> Numbers | None:
        found = self._cells.get((stamp, number))
        return found[1] if found and found[0] == version else None

    def keep_cell(self, stamp: bytes, number: int, version: int, cell: Numbers) -> None:
        if len(self._cells) >= _CELLS:
            # Another generation is most likely one that was swapped out.
            for other in [key for key in list(self._cells) if key[0] != stamp]:
                self._cells.pop(other, None)
        if len(self._cells) < _CELLS or (stamp, number) in self._cells:
            self._cells[stamp, number] = version, cell

    def match(self, stamp: bytes, expression: str) -> Match | None:
        return self._matches.get((stamp, expression))

    def keep_match(self, stamp: bytes, expression: str, match: Match) -> None:
        """Keep it as the latest, and drop the oldest ones that have no room."""
        self._matches.pop((stamp, expression), None)
        self._matches[stamp, expression] = match
        room = _MATCHES_BYTES
        for key, one in reversed(list(self._matches.items())):
            room -= one.rows.nbytes + _MATCH_BYTES
            if room < 0:
                self._matches.pop(key, None)
