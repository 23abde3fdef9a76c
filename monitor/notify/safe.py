"""Feed text made harmless for chat robots and mail: it may be read, it may not act.

A post can hold a link, a mention that rings every phone of the group, a heading that looks
like ours, or characters that reverse the reading order. Here they lose their effect and
stay readable; nothing is escaped with backslashes, for WeCom's markdown has no escapes.
"""

import re
import unicodedata
from urllib.parse import quote, urlsplit

LONGEST_URL = 500
"""Bytes; a longer link is left out rather than cut."""

MOST_MARKS = 4
"""Combining marks kept on one character; stacked marks ("zalgo") overflow onto neighbours."""

MOST_BOUND = 7
"""Code points that one cluster may carry beside its base: a bound for hostile text."""

_HAS_SCHEME = re.compile(
    r"(?<![a-z0-9])[a-z][a-z0-9+.-]{1,20}://[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\"'<>]*",
    re.IGNORECASE,
)
_LINKING_DOT = re.compile(r"(?<=\w)\.(?=[A-Za-z]{2,}|中国|公司|网络|网址|政务|公益)")
_SCRIPT_SCHEME = re.compile(
    r"(?<![a-z0-9])(javascript|data|vbscript|mailto|tel|weixin|wxwork):", re.IGNORECASE
)
_TO_WIDE = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in "<>[]()*_`#~|\\&!"})


def clean(text: str) -> str:
    """One line of visible characters: newlines and runs of blanks become one blank;
    control, format (bidi, zero width), private and surrogate characters are removed."""
    kept: list[str] = []
    marks = 0
    for sign in text:
        category = unicodedata.category(sign)
        if category in ("Zs", "Zl", "Zp") or sign in "\t\n\v\f\r\x85":
            kept.append(" ")
        elif category not in ("Cc", "Cf", "Co", "Cs"):
            marks = marks + 1 if category in ("Mn", "Me") else 0
            if marks <= MOST_MARKS:
                kept.append(sign)
    return " ".join("".join(kept).split())


def unlink(text: str) -> str:
    """Cleaned text in which no address is clickable and nobody can be mentioned: full URLs
    are replaced by 〔链接略〕, bare domains get （点）, @ becomes ＠."""
    text = _HAS_SCHEME.sub("〔链接略〕", text)
    text = _SCRIPT_SCHEME.sub(lambda match: f"{match[1]}：", text)
    return _LINKING_DOT.sub("（点）", text).replace("@", "＠")


def flatten(text: str) -> str:
    """Cleaned text without any sign that WeCom's markdown gives a meaning to: they become
    their full-width twins, which read the same. `@` is widened too (`<@userid>`)."""
    return text.translate(_TO_WIDE).replace("@", "＠")


def safe_url(url: str) -> str:
    """The URL fit for a text or a markdown link, or "" when it is not plainly safe: only
    http(s), an ASCII host (no look-alike letters), no user name, at most LONGEST_URL."""
    url = url.strip()
    if any(unicodedata.category(sign)[0] in "CZ" for sign in url):
        return ""
    try:
        split = urlsplit(url)
        host = split.hostname or ""
    except ValueError:
        return ""
    if split.scheme.lower() not in ("http", "https") or not host or not host.isascii():
        return ""
    if "@" in split.netloc:
        return ""
    quoted = quote(url, safe="%:/?#!$&+,;=-._~")
    return quoted if len(quoted) <= LONGEST_URL else ""


def clusters(text: str) -> list[str]:
    """The text in pieces that may not be cut apart: a character with its combining marks,
    variation selectors and skin tones, or a flag of two regional letters.

    A short form of UAX #29, enough for cleaned text, which has no joiners left.
    """
    pieces: list[str] = []
    for sign in text:
        binds = unicodedata.category(sign)[0] == "M" or "\U0001f3fb" <= sign <= "\U0001f3ff"
        binds = binds and bool(pieces) and len(pieces[-1]) <= MOST_BOUND
        if pieces and (binds or (_regional(sign) and _half_a_flag(pieces[-1]))):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def clip(text: str, longest: int) -> str:
    """At most `longest` clusters; a cut is shown by …"""
    if len(text) <= longest:
        return text
    pieces = clusters(text)
    return text if len(pieces) <= longest else "".join(pieces[: longest - 1]).rstrip() + "…"


def _regional(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _half_a_flag(piece: str) -> bool:
    return len(piece) == 1 and _regional(piece)
