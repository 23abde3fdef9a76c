"""Three-way merge of one item: what was last applied, what the files say, what people made of it.

The office edits the catalogue in two places, files and console. A field that only one side
changed is taken from that side; where both changed it differently, the person's edit stays
and is reported. After an apply the caller stores the file's version as the new base, so a
second apply of the same files changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Item = Mapping[str, Any]
Key = tuple[str, str]

ABSENT: Any = None  # a field that an item does not have; JSON null is not used by the catalogue


class Verdict(StrEnum):
    """What apply does with one item or field."""

    SAME = "same"
    NEW = "new"
    TAKE = "take"
    KEEP = "keep"
    CONFLICT = "conflict"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: `old` stands in the database, `new` in the files; `verdict` says which wins."""

    name: str
    verdict: Verdict
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One item: `result` is what the database shall hold (None: no row)."""

    kind: str
    slug: str
    verdict: Verdict
    result: Item | None
    fields: tuple[FieldChange, ...] = ()
    words: str = ""

    @property
    def writes(self) -> bool:
        """True when the row in the database differs from `result`."""
        return self.verdict in (Verdict.NEW, Verdict.TAKE, Verdict.GONE) or any(
            field.verdict is Verdict.TAKE for field in self.fields
        )


def three_way(
    base: Item | None, file: Item | None, current: Item | None, *, kind: str = "", slug: str = ""
) -> Change:
    """Decides one item. None means that the item is not there on that side.

    A person's deletion counts as an edit, and so does a person's own item under a slug that
    the files bring later.
    """

    def change(verdict: Verdict, result: Item | None, words: str = "") -> Change:
        return Change(kind, slug, verdict, result, (), words)

    if file == current:
        return change(Verdict.SAME, current)
    if file is None:
        if base is None:
            return change(Verdict.KEEP, current, "人工添加")
        if current == base:
            return change(Verdict.GONE, None)
        return change(Verdict.CONFLICT, current, "文件已删去，但人工改过；保留人工修改")
    if current is None:
        if base is None:
            return change(Verdict.NEW, file)
        if file == base:
            return change(Verdict.KEEP, None, "人工已删除")
        return change(Verdict.CONFLICT, None, "文件有修改，但人工已删除；保持删除")
    return _fields(base, file, current, kind, slug)


def _fields(base: Item | None, file: Item, current: Item, kind: str, slug: str) -> Change:
    origin = base or {}
    result: dict[str, Any] = {}
    changes: list[FieldChange] = []
    for name in dict.fromkeys([*file, *current]):
        was, wants, has = (side.get(name, ABSENT) for side in (origin, file, current))
        verdict = _field(was, wants, has)
        value = wants if verdict is Verdict.TAKE else has
        if value is not ABSENT:
            result[name] = value
        if verdict is not Verdict.SAME:
            changes.append(FieldChange(name, verdict, has, wants))
    found = {field.verdict for field in changes}
    for verdict in (Verdict.CONFLICT, Verdict.TAKE, Verdict.KEEP):
        if verdict in found:
            return Change(kind, slug, verdict, result, tuple(changes))
    return Change(kind, slug, Verdict.SAME, current)


def _field(was: Any, wants: Any, has: Any) -> Verdict:
    if wants == has:
        return Verdict.SAME
    if was == has:
        return Verdict.TAKE
    return Verdict.KEEP if was == wants else Verdict.CONFLICT


def compare(
    base: Mapping[Key, Item], file: Mapping[Key, Item], current: Mapping[Key, Item]
) -> tuple[Change, ...]:
    """One `Change` an item of any side: first in the files' order, then what only rows hold."""
    keys = dict.fromkeys([*file, *sorted(current), *sorted(base)])
    return tuple(
        three_way(base.get(key), file.get(key), current.get(key), kind=key[0], slug=key[1])
        for key in keys
    )
