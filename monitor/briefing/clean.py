"""Strangers' text made fit for office documents: legal in XML, on one line, of bounded length."""

import re
import unicodedata

LONGEST_WORD = 30
"""A run without a place to break, such as an address, is cut so that it cannot burst a table."""

# Control characters and lone surrogates are illegal in XML 1.0 (§2.2); the bidirectional
# controls could show a text in another order than it is searched.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_WORD = re.compile(rf"[!-~]{{{LONGEST_WORD + 1},}}")


def legal(text: str) -> str:
    """The text without characters that XML or a reader's eye must not meet; blanks collapsed."""
    return " ".join("".join(char if _shown(char) else " " for char in text).split())


def _shown(char: str) -> bool:
    if char in _BIDI or ord(char) & 0xFFFE == 0xFFFE:
        return False
    return unicodedata.category(char) not in ("Cc", "Cs")


def short(text: str, most: int) -> str:
    """Legal, long words cut, and at most `most` characters, the last being an ellipsis if cut."""
    text = _WORD.sub(lambda word: word[0][: LONGEST_WORD - 1] + "…", legal(text))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
