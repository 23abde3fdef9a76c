"""The robot's markdown subset → safe HTML: everything is escaped before anything is marked up.

Headings, bold, links, inline code, quotes and the three font colours, as the vendor's page on
group robots lists them (developer.work.weixin.qq.com, path 91770).
"""

import re
from html import escape

_HEADING = re.compile(r"(#{1,6}) +(.+)")
_CODE = re.compile(r"`([^`\n]+)`")
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\((https?://[^\s()<>]+)\)")
_BARE = re.compile(r"(https?://[^\s<>\"'，。；）（]+)")
_FONT = re.compile(
    r"&lt;font color=&quot;(info|comment|warning)&quot;&gt;(.*?)&lt;/font&gt;", re.DOTALL
)
_ANCHOR = '<a href="{0}" target="_blank" rel="noopener noreferrer">{1}</a>'


def markdown(source: str) -> str:
    """HTML of a markdown message."""
    return "".join(_line(line) for line in source.split("\n"))


def plain(source: str) -> str:
    """HTML of a text message: lines kept, addresses made links."""
    # With one group, split answers text and addresses in turn.
    pieces = [escape(piece) for piece in _BARE.split(source)]
    pieces[1::2] = [_ANCHOR.format(address, address) for address in pieces[1::2]]
    return "<br>".join("".join(pieces).split("\n"))


def _line(line: str) -> str:
    heading = _HEADING.fullmatch(line.strip())
    if heading:
        return f'<p class="heading">{_inline(heading[2])}</p>'
    if line.lstrip().startswith(">"):
        return f"<blockquote>{_inline(line.lstrip()[1:].strip())}</blockquote>"
    if not line.strip():
        return '<p class="gap"></p>'
    return f"<p>{_inline(line)}</p>"


def _inline(words: str) -> str:
    html = escape(words)
    html = _FONT.sub(r'<span class="\1">\2</span>', html)
    html = _CODE.sub(r"<code>\1</code>", html)
    html = _BOLD.sub(r"<strong>\1</strong>", html)
    return _LINK.sub(lambda m: _ANCHOR.format(m[2], m[1]), html)
