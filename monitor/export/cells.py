"""Text made fit for a cell of a spreadsheet: it does nothing when opened, and it fits."""

from unicodedata import normalize

from monitor.text.legible import legible

LONGEST_CELL = 32_767
"""Characters of a cell, counted as UTF-16 does (support.microsoft.com, "Excel specifications and
limits"); what is longer spills into the next row of a CSV file."""
CUT = "……（原文过长，后面从略）"
QUOTE = "'"

# A cell that begins with one of these is reckoned out (OWASP, "CSV Injection"). Excel takes the
# full-width forms for the same; so might others the small ones, which NFKC knows as well.
_RECKONED = frozenset("=+-@")
_ASCII = "\x7f"
_UNSEEN = (
    " \n\u00a0\u00ad\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    + ("\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff")
)


def cell(text: str) -> str:
    """A stranger's text as a cell: legible, quoted if it could be taken for a formula, and cut
    with a mark where it is too long."""
    text = legible(text).replace("\t", " ").strip(" \n")
    first = text.lstrip(_UNSEEN)[:1]
    if first in _RECKONED or (first > _ASCII and normalize("NFKC", first) in _RECKONED):
        text = QUOTE + text
    return text if len(text) <= LONGEST_CELL // 2 else _fitted(text)


def _fitted(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_CELL:
        return text
    # Half a surrogate pair at the cut is dropped.
    return units[: 2 * (LONGEST_CELL - len(CUT))].decode("utf-16-le", "ignore") + CUT
