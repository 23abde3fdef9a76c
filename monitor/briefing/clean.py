"""Strangers' text made fit for office documents: legal in XML, on one line, of bounded length."""

import re

from monitor.text.legible import legible

LONGEST_WORD = 30
"""A run without a place to break, such as an address, is cut so that it cannot burst a table."""

_WORD = re.compile(rf"[!-~]{{{LONGEST_WORD + 1},}}")


def legal(text: str) -> str:
    """The text without characters that XML or a reader's eye must not meet; blanks collapsed."""
    return " ".join(legible(text, " ").split())


def short(text: str, most: int) -> str:
    """Legal, long words cut, and at most `most` characters, the last being an ellipsis if cut."""
    text = _WORD.sub(lambda word: word[0][: LONGEST_WORD - 1] + "…", legal(text))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
