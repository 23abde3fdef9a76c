"""A long message in parts that each keep a channel's limit in UTF-8 bytes.

Parts break between items where they can; each part repeats the heading with its mark
（2/3）, because a phone may show it alone.
"""

from dataclasses import dataclass

from monitor.notify.safe import clusters

MOST_PARTS = 10
SMALLEST_LIMIT = 512
"""Bytes below which a heading, one line and a foot no longer fit together."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together; `item` blocks are what 其余 N 条 counts. A newline in
    front asks for a blank line before the block, unless it begins a part."""

    text: str
    item: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A message laid out: the title stands on every part, the foot on the last."""

    title: str
    blocks: tuple[Block, ...]
    foot: str = ""


def size(text: str) -> int:
    """Length in UTF-8 bytes."""
    return len(text.encode())


def split(sheet: Sheet, limit: int, most: int = MOST_PARTS) -> list[str]:
    """The sheet as 1..`most` texts of at most `limit` bytes each.

    Nothing is lost while `most` parts suffice: a block that is too large alone is cut
    between characters, … marking both edges. Beyond that the last blocks are left out and
    counted in words. Raises ValueError for a limit under SMALLEST_LIMIT.
    """
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"字节上限 {limit} 太小，至少 {SMALLEST_LIMIT}")
    title = _cut(sheet.title, limit // 3)[0]
    whole = "\n".join([title, *(block.text for block in sheet.blocks), *_some(sheet.foot)])
    if size(whole) <= limit:
        return [whole]
    room = limit - size(title) - size(_mark(most, most)) - 1
    bodies = _pack(sheet, len(sheet.blocks), room)
    if len(bodies) > most:
        bodies = _pack(sheet, _most_blocks(sheet, room, most), room)
    of = len(bodies)
    marks = [_mark(n, of) if of > 1 else "" for n in range(1, of + 1)]
    return [f"{title}{mark}\n{body}" for mark, body in zip(marks, bodies, strict=True)]


def _mark(n: int, of: int) -> str:
    return f"（{n}/{of}）"


def _some(text: str) -> list[str]:
    return [text] if text else []


def _pack(sheet: Sheet, kept: int, room: int) -> list[str]:
    """Bodies of at most `room` bytes with the first `kept` blocks, what is left out said in
    words, and the foot."""
    texts = [block.text for block in sheet.blocks[:kept]]
    texts += _some(_rest(sheet, kept)) + _some(sheet.foot)
    bodies: list[str] = []
    for text in texts:
        if bodies and size(bodies[-1]) + 1 + size(text) <= room:
            bodies[-1] += "\n" + text
        else:
            bodies += _cut(text.removeprefix("\n"), room)
    return bodies


def _rest(sheet: Sheet, kept: int) -> str:
    if kept == len(sheet.blocks):
        return ""
    items = sum(block.item for block in sheet.blocks[kept:])
    return f"其余 {items} 条请到控制台查看。" if items else "其余内容请到控制台查看。"


def _most_blocks(sheet: Sheet, room: int, most: int) -> int:
    """The largest number of leading blocks that `most` bodies can hold (by bisection: more
    blocks never need fewer bodies)."""
    low, high = 0, len(sheet.blocks)
    while high - low > 1:
        middle = (low + high) // 2
        if len(_pack(sheet, middle, room)) <= most:
            low = middle
        else:
            high = middle
    return low


def _cut(text: str, room: int) -> list[str]:
    """The text in pieces of at most `room` bytes, cut between clusters, … at each cut."""
    pieces: list[str] = []
    piece, used = "", 0
    edge = size("…")
    if size(text) <= room:
        return [text]
    for cluster in clusters(text):
        weight = size(cluster)
        if used + weight + edge > room:
            pieces.append(piece + "…")
            piece, used = "…", edge
        piece, used = piece + cluster, used + weight
    return [*pieces, piece]
