"""Figures as an office reads them: a table with our line and those it has to beat."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SHOWN = 60
"""Characters of a text that are quoted."""
NONE = "-"


@dataclass(frozen=True, slots=True)
class Report:
    """One table: the first column names the way, the others are figures; `notes` stand below it,
    `json` holds the same figures by way."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    json: Mapping[str, Any]
    notes: tuple[str, ...] = field(default=())

    def lines(self) -> Iterator[str]:
        """The report line by line, without colours, columns in line."""
        yield self.title
        yield from table(self.head, self.rows)
        yield from self.notes


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a table, the first column to the left, the others to the right."""
    widths = [max(map(width, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        first, *others = row
        cells = [first + " " * (widths[0] - width(first))]
        cells += [
            " " * (wide - width(cell)) + cell for wide, cell in zip(widths[1:], others, strict=True)
        ]
        yield "  " + "  ".join(cells).rstrip()


def width(text: str) -> int:
    """Columns of a terminal that a text takes: a Han character takes two."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def shown(text: str, most: int = SHOWN) -> str:
    """A text of strangers in one line of a terminal: cut, its control characters written out."""
    cut = text if len(text) <= most else text[:most] + "…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in cut
    )


def share(figure: float | None) -> str:
    """A share or a figure between 0 and 1, three places; `NONE` where there is none."""
    return NONE if figure is None else f"{round(figure, 3) + 0.0:.3f}"  # no -0.000
