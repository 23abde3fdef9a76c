"""Strangers' text without the characters that neither a file's format nor a reader may meet."""

import re

# Control characters and lone surrogates are illegal in XML 1.0 (§2.2), noncharacters in every
# exchange (Unicode §23.7); the bidirectional controls could show a text in another order than it
# is searched.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NONCHARACTERS = "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
_ILLEGIBLE = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{_BIDI}{_NONCHARACTERS}]"
)


def legible(text: str, instead: str = "") -> str:
    """The text with `instead` of each such character; only tabs and line feeds control it, every
    end of a line being a line feed."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ILLEGIBLE.sub(instead, text)
