"""Foreign XML text made safe and uniform before any parser sees it.

Only what starts at the root element goes on, so that no document type, and no entity, reaches a
parser. Dates are rewritten by our own reading (parsers take CST for Chicago's and no zone for
Greenwich's), outlets carried over into a category (parsers forget them), and the mistakes that
feeds make most often are mended: loose ampersands, HTML's names, undeclared prefixes.
"""

import html
import html.entities
import re
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from monitor.collect.dates import read_date
from monitor.collect.entry import FeedError

HEAD = 64 * 1024
"""Characters in which the root element must begin."""

OUTLET = "urn:outlet:"
"""Marks the category that carries an outlet's name."""

_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,30}:)?(rss|feed|rdf)(?=[\s>/])", re.I)
_ENTITY = re.compile(r"<!ENTITY", re.I)
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.S)
_REFERENCE = re.compile(r"&(?:#(\d{1,7});|#[xX]([0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_DATE = re.compile(
    r"<((?:[\w.-]{1,20}:)?(?:pubdate|date|published|updated|issued|modified|created|lastbuilddate))"
    r"(?:\s[^<>]{0,200})?>\s*(?:<!\[CDATA\[)?([^<>\]]{1,200})(?:\]\]>)?\s*</\1\s*>",
    re.I,
)
# Neither pattern runs past the next tag of its own name, so that time stays linear.
_SOURCE = re.compile(
    r"<((?:dc:)?source)(?:\s[^<>]{0,2000})?>((?:[^<]|<(?!/?(?:dc:)?source)){1,4000}?)</\1\s*>", re.I
)
_SOURCE_TITLE = re.compile(
    r"<title(?:\s[^<>]{0,200})?>((?:[^<]|<!\[CDATA\[){1,500}?)</title\s*>", re.I
)
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})


_PREFIX = re.compile(r"</?([A-Za-z_][\w.-]{0,20}):[A-Za-z_]")
_ROOT_NAME = re.compile(r"<[\w.:-]{1,60}")
_DECLARED_PREFIX = re.compile(r"\sxmlns:([A-Za-z_][\w.-]{0,20})\s*=")
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}


def find_root(text: str) -> tuple[int, str]:
    """Where the feed's root element begins and its name in lower case; (-1, "") if nowhere.

    Raises FeedError if entities are declared before it.
    """
    head = blanked(text[:HEAD], "<!--", "-->")
    found = _ROOT.search(head)
    if _ENTITY.search(head, 0, found.start() if found else len(head)):
        raise FeedError(
            "entities",
            "订阅内容自定义了实体（可能是“实体炸弹”攻击），为安全起见不予读取："
            "请联系网站管理员去掉 DOCTYPE 声明，或停用该信源。",
        )
    return (found.start(), found[1].lower()) if found else (-1, "")


def blanked(text: str, opening: str, closing: str) -> str:
    """The text, as long as before, with every closed `opening … closing` made of spaces.

    By hand because a pattern takes quadratic time over openings that are never closed.
    """
    parts = []
    done = 0
    while (start := text.find(opening, done)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        end += len(closing)
        parts += [text[done:start], " " * (end - start)]
        done = end
    return "".join(parts) + text[done:]


def prepared(text: str, root: str, seen: datetime) -> tuple[str, dict[str, datetime]]:
    """The text from its root on, safe and uniform, and every date written into it by spelling.

    A date that a parser returns and that is not among them was guessed by the parser.
    """
    if "&" in text:
        parts = _CDATA.split(text)
        parts[::2] = [_REFERENCE.sub(_mended, part) for part in parts[::2]]
        text = "".join(parts)
    dates: dict[str, datetime] = {}

    def dated(found: re.Match[str]) -> str:
        instant = read_date(html.unescape(found[2]), seen)
        if instant is None:
            return f"<{found[1]}></{found[1]}>"
        spelling = instant.replace(microsecond=0).isoformat()
        dates[spelling] = instant
        return f"<{found[1]}>{spelling}</{found[1]}>"

    def credited(found: re.Match[str]) -> str:
        inner = found[2]
        if title := _SOURCE_TITLE.search(inner):  # Atom's source is a feed in small
            inner = title[1]
        name = html.unescape(inner.replace("<![CDATA[", "").replace("]]>", "")).strip()
        if not name or "<" in name or name.startswith(("http://", "https://")):
            return ""
        name = OUTLET + name[:200]
        if root == "feed":
            return f'<category xmlns="http://www.w3.org/2005/Atom" term={quoteattr(name)}/>'
        dublin = "http://purl.org/dc/elements/1.1/"
        return f'<dc:subject xmlns:dc="{dublin}">{escape(name)}</dc:subject>'

    return _with_prefixes(_DATE.sub(dated, _SOURCE.sub(credited, text))), dates


def _with_prefixes(text: str) -> str:
    """Declare at the root the prefixes that are used and declared nowhere."""
    missing = set(_PREFIX.findall(text)) - set(_DECLARED_PREFIX.findall(text))
    missing -= {"xml", "xmlns"}
    name = _ROOT_NAME.match(text)
    if not missing or name is None:
        return text
    declared = "".join(
        f' xmlns:{prefix}="{_NAMESPACES.get(prefix, f"urn:undeclared:{prefix}")}"'
        for prefix in sorted(missing)[:50]
    )
    return name[0] + declared + text[name.end() :]


def _mended(found: re.Match[str]) -> str:
    """A reference that XML knows; HTML's names become characters, a loose & its reference."""
    decimal, hexadecimal, name = found.groups()
    if name:
        if name in _XML_NAMES:
            return found[0]
        return html.entities.html5.get(f"{name};", f"&amp;{name};")
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        legal = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF
        return found[0] if legal and code not in (0xFFFE, 0xFFFF) else ""
    return "&amp;"
