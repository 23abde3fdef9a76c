"""HTML → the text a reader sees, one line a block. Never trusts markup, never passes it on."""

import html
import re

from lxml import etree

from monitor.collect.decode import clean

MAX_MARKUP = 1_000_000
"""Characters of markup read of one body; a news article has some ten thousand."""

_DROPPED = frozenset(
    (
        *("script", "style", "template", "iframe", "object", "embed", "svg", "math", "head"),
        *("select", "textarea", "button"),
    )
)
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "div"),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3"),
        *("h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section"),
        *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_TAG = re.compile(r"<[^<>]*>")
_BREAK = "\0"  # clean() has removed it from the text, so it can stand for a block's edge
# CSS Text 3 §4.1.2: a line break in the source between two wide characters is no space.
# Without this a keyword broken over two source lines would not be found.
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_WRAPPED = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n]\s*(?={_WIDE})")
_SPACES = re.compile(r"[^\S\0]+")
_LINE_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" *\0[ \0]*")
_EMPTY_LINES = re.compile(r" *\n[ \n]*")


def plain(markup: str) -> str:
    """The visible text of an HTML fragment (or of text without markup, whose lines are kept).

    Scripts, styles and forms are dropped, blocks become lines, entities characters, white
    space is folded. Reads at most `MAX_MARKUP` characters.
    """
    markup = clean(markup[:MAX_MARKUP])
    if not _MARKUP.search(markup):
        text = html.unescape(markup) if "&" in markup else markup
        return _EMPTY_LINES.sub("\n", _LINE_SPACES.sub(" ", clean(text))).strip()
    text = _visible(markup)
    text = _SPACES.sub(" ", _WRAPPED.sub("", text))
    return _LINES.sub("\n", text).strip()


def line(markup: str, limit: int) -> str:
    """The visible text on one line, at most `limit` characters: for titles and names."""
    return " ".join(plain(markup).split())[:limit]


def _visible(markup: str) -> str:
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True
    )
    try:
        root = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except etree.ParserError:
        root = None
    if root is None:  # nothing but comments and the like
        return clean(_TAG.sub("", markup))
    parts: list[str] = []
    # An explicit walk: hostile markup nests deeper than Python recurses.
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in _DROPPED:
                walk.skip_subtree()
                continue
            if tag in _BLOCKS:
                parts.append(_BREAK)
            if element.text:
                parts.append(clean(element.text))
        else:
            if tag in _BLOCKS:
                parts.append(_BREAK)
            if element.tail:
                parts.append(clean(element.tail))
    return "".join(parts)
