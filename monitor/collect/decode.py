"""Bytes → text, for Chinese sites, whose declarations are often wrong.

Axioms first: a byte-order mark, the zero bytes of UTF-16, strictly valid UTF-8. What remains
is judged by reading: each candidate encoding is tried on a sample and the one that yields the
most common Chinese characters and the fewest broken ones is taken; a declaration is only a
tie-breaker. The character sets GB 2312-80 and Big5 put their common characters first (level 1),
which gives the list of common characters.
"""

import codecs
import re
from dataclasses import dataclass
from functools import cache

SAMPLE = 64 * 1024
"""Bytes judged, from the first that is not ASCII."""

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SUPERSETS = {
    # Sites that declare the small set use characters of the large one (WHATWG Encoding §4.2).
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "cp936", "x-gbk", "hz"), "gb18030"),
    **dict.fromkeys(("big5", "cp950", "big5hkscs", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("iso8859-1", "ascii", "latin-1", "cp1252"), "cp1252"),
}
_DECLARED = (
    re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})""", re.I),
    re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{2,40})""", re.I),
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{2,40})""", re.I)
_HIGH = re.compile(rb"[\x80-\xff]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")
"""Controls that XML 1.0 §2.2 forbids and databases refuse, half surrogates, stray BOMs."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, the encoding it was read in, how many characters were broken (each is
    U+FFFD), and what was declared ("" if nothing), in Python's names and
    widened to the superset in use: gb2312 is reported as gb18030."""

    text: str
    encoding: str
    broken: int
    declared: str


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Read bytes as text; never fails. `content_type` is the HTTP header."""
    declared = _declared(body, content_type)
    known = _known_by_marks(body)
    if known is not None:
        encoding, start = known
        text = body[start:].decode(encoding, "replace")
        return Decoded(text, encoding, text.count("\ufffd"), declared)
    start = len(codecs.BOM_UTF8) if body.startswith(codecs.BOM_UTF8) else 0
    try:
        text = body[start:].decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if _is_plainly_utf8(text):
            return Decoded(text, "utf-8", text.count("\ufffd"), declared)
    encoding = _judged(body[start:], declared)
    text = body[start:].decode(encoding, "replace")
    return Decoded(text, encoding, text.count("\ufffd"), declared)


def clean(text: str) -> str:
    """The text without characters that no XML, JSON or database takes."""
    return _FORBIDDEN.sub("", text)


def _known_by_marks(body: bytes) -> tuple[str, int] | None:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return encoding, len(mark)
    # Every document starts with ASCII markup, whose other byte is zero in UTF-16.
    head = body[:200]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 2 and odd > 4 * even:
        return "utf-16-le", 0
    if even > 2 and even > 4 * odd:
        return "utf-16-be", 0
    return None


def _declared(body: bytes, content_type: str) -> str:
    """The encoding named by the document, else by HTTP, in Python's spelling; "" if none.

    The document comes first: servers send a default charset for files they did not write.
    """
    head = body[:2048]
    found = [match[1].decode("ascii") for form in _DECLARED if (match := form.search(head))]
    if header := _CHARSET.search(content_type):
        found.append(header[1])
    for name in found:
        try:
            name = codecs.lookup(_SUPERSETS.get(name.lower(), name)).name
        except LookupError:
            continue
        return _SUPERSETS.get(name, name)
    return ""


def _judged(body: bytes, declared: str) -> str:
    first = _HIGH.search(body)
    # The first high byte begins a character in every candidate, so the sample is aligned.
    sample = body[first.start() :][:SAMPLE] if first else body[:SAMPLE]
    candidates = ["utf-8", "gb18030", "big5hkscs"]
    if declared and declared not in candidates and _is_text_codec(declared):
        candidates.append(declared)
    return max(
        candidates,
        key=lambda name: _likelihood(sample.decode(name, "replace")) + 0.05 * (name == declared),
    )


def _is_plainly_utf8(text: str) -> bool:
    """Whether text that is valid UTF-8 is not GB 18030 by chance.

    停水通知 in GB 18030 is valid UTF-8, four letters of three scripts. Three-byte sequences do
    not happen so, nor does a whole text in one European alphabet.
    """
    scripts = set()
    for char in text:
        if char >= "\u0800":
            return True
        if char > "\x7f":
            scripts.add("latin" if char < "\u0250" else f"{ord(char) >> 8}")
    return len(scripts) <= 1


def _is_text_codec(name: str) -> bool:
    if name.startswith(("utf-16", "utf-32")):
        return False  # without zero bytes it is not UTF-16, whatever it says
    try:
        b"<".decode(name)
    except (LookupError, UnicodeError):
        return False
    return True


def _likelihood(text: str) -> float:
    """How much a text looks like writing: mean over its non-ASCII characters, -4 … 1."""
    others = [char for char in text if char > "\x7f"]
    if not others:
        return 0.0
    common = _common()
    total = 0.0
    for char in others:
        if char in common:
            total += 1.0
        elif char == "\ufffd":
            total -= 4.0
        elif "\ue000" <= char <= "\uf8ff" or char < "\xa0":
            total -= 2.0  # private use, controls: never in running text
        elif "\u3040" <= char <= "\u30ff" or "\uac00" <= char <= "\ud7a3" or char < "\u0250":
            total += 0.3  # kana, hangul, accented Latin: another language, or a misreading
        else:
            total -= 0.5  # rare Han and symbols
    return total / len(others)


@cache
def _common() -> frozenset[str]:
    """Level-1 characters of GB 2312 (3,755) and Big5 (5,401), and Chinese punctuation."""
    simplified = bytes(
        byte for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for byte in (high, low)
    ).decode("gb2312", "ignore")
    lows = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    traditional = bytes(
        byte for high in range(0xA4, 0xC7) for low in lows for byte in (high, low)
    ).decode("big5", "ignore")
    return frozenset(simplified + traditional + "，。、；：？！“”‘’（）《》【】—…·「」￥％　")
