"""The frozen character table that normalisation and pieces share.

`characters.json` is made by scripts/make_characters.py; it is frozen so that an index
written under one version of Python (and of its Unicode) is read alike under another.
"""

import json
from collections.abc import Iterator
from pathlib import Path

_DATA = json.loads((Path(__file__).parent / "characters.json").read_text(encoding="ascii"))

# No character at or above END folds to another; tables are lists of this length.
END: int = _DATA["end"]

# One character becomes one other: NFKC, casefold and traditional to simplified.
SINGLE: dict[str, str] = dict(zip(_DATA["from"], _DATA["to"], strict=True))

# One character becomes several (㎡ → m2) or none (zero-width ones).
SEVERAL: dict[str, str] = _DATA["many"]

# Unicode 15 and later write Han here, above END; nothing folds, all of it is letters.
HAN_ABOVE = range(0x30000, 0x323B0)

# Tags and variation selectors above END: default ignorable, Unicode Standard 5.21.
IGNORABLE_ABOVE = range(0xE0000, 0xE1000)

# Blocks that hold Han only, with 々 and 〇, as a regex class body.
HAN_CLASS = "\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"


def _members(name: str) -> Iterator[int]:
    flat: list[int] = _DATA[name]
    for first, last in zip(flat[::2], flat[1::2], strict=True):
        yield from range(first, last + 1)


def words() -> Iterator[int]:
    """Code points below END that are letters, digits or marks (L*, N*, M*) after folding."""
    return _members("words")


def emoji() -> Iterator[int]:
    """Code points below END that are emoji (UTS #51), each a segment of its own."""
    return _members("emoji")
