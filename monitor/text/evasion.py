"""Words written so that no machine finds them, and as they are spoken in the south.

What people do to a word is undone for matching alone, never in the stored text; every quotation
still stands in the original. Some is undone in the text (markup left in, 化*工*厂, 化 工 厂); the
rest is a second spelling of the words that are looked for (石皮坏, zf, 抢拆, 冇人管), which costs a
text nothing.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.text.normalise import Normalised
from monitor.words import Span

# plain → how it is also written. Characters taken apart, likenesses of other scripts, sounds,
# initials of their pinyin, and the words of Hunan and Jiangxi for what everybody complains about.
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "破": ("石皮",),
    "强": ("弓虽",),
    "拆": ("扌斥", "chai"),
    "诉": ("讠斥",),
    "访": ("讠方",),
    "法": ("氵去",),
    "打": ("扌丁",),
    "杀": ("sha",),
    "死": ("歹匕",),
    "粗": ("米且",),
    "超": ("走召",),
    "骗": ("马扁",),
    "赌": ("贝者",),
    "债": ("亻责",),
    "欠薪": ("欠新", "qian薪", "欠xin"),
    "讨薪": ("讨新", "讨xin"),
    "工": ("エ",),
    "厂": ("广エ", "chang"),
    "化工厂": ("化公厂", "化攻厂", "hgc"),
    "政府": ("zf", "正府", "政俯", "zheng府", "政fu", "镇府"),
    "县政府": ("xzf",),
    "县长": ("xz",),
    "环境": ("hj",),
    "公安局": ("gaj",),
    "环保局": ("hbj",),
    "警察": ("jing察", "警cha", "井察"),
    "城管": ("cheng管", "城guan", "橙管"),
    "纪委": ("ji委", "纪wei"),
    "信访": ("信fang", "xin访"),
    "上访": ("上fang", "上坊", "shang访"),
    "维权": ("维quan", "wei权", "维拳"),
    "举报": ("jubao", "举抱", "ju报", "举bao"),
    "投诉": ("tousu", "投素", "投su"),
    "强拆": ("抢拆", "墙拆", "qiang拆", "强chai"),
    "拆迁": ("拆千", "chai迁", "拆qian"),
    "征地": ("zhengdi", "征di"),
    "排污": ("排wu", "pai污"),
    "污染": ("wu染", "污ran", "乌染"),
    "贪污": ("贪wu", "tan污", "贪乌"),
    "腐败": ("fubai", "腐bai", "fu败", "辅败"),
    "自杀": ("zi杀", "自sha"),
    "跳楼": ("tiao楼", "跳lou", "跳喽"),
    "死亡": ("si亡", "死wang", "4亡"),
    "爆炸": ("bao炸", "爆zha", "暴炸", "火暴炸"),
    "诈骗": ("炸骗", "zha骗", "诈pian"),
    "非法": ("fei法", "非fa"),
    "黑社会": ("hei社会", "黑she会"),
    "抗议": ("kang议", "抗yi"),
    "堵路": ("du路", "堵lu"),
    "没人": ("冇人", "冇得人", "莫得人", "mei人"),
    "没有": ("冇", "冇得", "冇有", "莫得"),
    "没": ("冇", "冇得", "莫得"),
    "有没有人": ("有冇人", "有冇得人", "有没得人"),
    "什么时候": ("么子时候", "么时候", "啥时候", "啥子时候", "哪天", "几时", "何时"),
    "为什么": ("为么子", "为啥", "何解", "为何", "凭么子"),
    "不知道": ("不晓得", "不清楚"),
    "谁": ("哪个",),
    "他们说": ("他们讲",),
    "小孩": ("细伢子", "伢崽", "细崽", "伢子", "崽伢子"),
    "孩子": ("细伢子", "伢崽", "伢子", "毛毛", "娃儿", "娃娃"),
    "老人": ("老人家", "老倌子", "老爹", "娭毑"),
    "多少钱": ("几多钱",),
    "怎么办": ("何搞", "咋办", "何得了"),
}
# Longer words first: 没有人 is 冇人 and not 冇人人.
_PLAIN = sorted(SPELLINGS, key=len, reverse=True)
# A word of the catalogue gets at most this many other spellings.
SPELLINGS_MAX = 24

_H = "\u4e00-\u9fff\u3400-\u4dbf"
_STARS = "*#^⋆★☆◆◇"
# One star between two characters splits a word; other signs must do it twice, like this: 化-工-厂.
_SPLIT = re.compile(
    rf"(?<=[{_H}])[{_STARS}]{{1,2}}(?=[{_H}])"
    rf"|(?<=[{_H}])([-·._~+|=/ ])[{_H}](?:\1[{_H}]){{0,30}}?\1(?=[{_H}](?!\1))"
)
_SIGN = re.compile(rf"[{_STARS}\-·._~+|=/ ][{_H}]")
_TAG = re.compile(
    r"<(?:/?(?P<name>[a-z][a-z0-9]{0,14})(?:\s[^<>]{0,500}|/)?|!--[^<>]{0,500}--|![a-z][^<>]{0,200})>"
)
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,5});")
# Elements that end a line; all others stand inside words (<em>停</em>水).
_LINES = frozenset(
    (
        *("br", "p", "div", "li", "tr", "td", "th", "ul", "ol", "table", "h1", "h2", "h3", "h4"),
        *("h5", "h6", "section", "article", "hr"),
    )
)
# What stands between these was never meant to be read.
_UNREAD = ("script", "style")


_EMPTY = Normalised("", "")


@dataclass(frozen=True, slots=True)
class Unveiled(Normalised):
    """A normalised text without what was put between its characters; offsets are characters.

    `kept` holds (offset here, offset in `under.text`) pairs, ascending: from each pair on, both
    advance together until the next.
    """

    under: Normalised = _EMPTY
    kept: tuple[tuple[int, int], ...] = ()

    def origin(self, start: int, end: int) -> Span:
        """The span of the original from the first to the last character of `text[start:end]`."""
        first, last = self._at(start), self._at(end - 1)
        return Span(
            self.under.origin(first, first + 1).start, self.under.origin(last, last + 1).end
        )

    def _at(self, offset: int) -> int:
        low, high = 0, len(self.kept)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.kept[middle][0] <= offset else (low, middle)
        here, there = self.kept[low]
        return there + offset - here


def spellings(word: str) -> Iterator[str]:
    """Other spellings of a word in the catalogue's spelling, ≤ 24, without itself."""
    count = 0
    taken = ""
    for plain in _PLAIN:
        # A single character is also taken apart inside a longer word: 弓虽拆 and 墙拆 for 强拆.
        if plain not in word or (len(plain) > 1 and plain in taken):
            continue
        taken += plain
        for other in SPELLINGS[plain]:
            # 冇 alone also ends a question (有货冇), so it stands for 没有 only inside a word.
            if count < SPELLINGS_MAX and not (word == plain and len(other) == 1):
                count += 1
                yield word.replace(plain, other, 1)


def unveil(normalised: Normalised) -> Normalised:
    """The text as a reader sees it: without markup, entities resolved, split words joined.

    The very same value when there is nothing to do. Linear in the length.
    """
    text = normalised.text
    cuts: list[tuple[int, int, str]] = []
    if "<" in text or "&" in text:
        cuts += _markup(text)
    if _SIGN.search(text):
        cuts += _splits(text)
    if not cuts:
        return normalised
    return _cut(normalised, sorted(cuts))


def _markup(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, what is read instead)."""
    reach = 0
    unclosed: set[str] = set()
    for match in _TAG.finditer(text):
        if match.start() < reach:
            continue
        name = match["name"] or ""
        end = match.end()
        if name in _UNREAD and name not in unclosed and text[match.start() + 1] != "/":
            close = text.find(f"</{name}>", end)
            end = close if close >= 0 else end
            if close < 0:
                unclosed.add(name)
        reach = end
        yield match.start(), end, "\n" if name in _LINES else ""
    for match in _ENTITY.finditer(text):
        read = html.unescape(match[0])
        # An entity that is none, or becomes several characters, is left as it is.
        if read != match[0] and len(read) == 1:
            yield match.start(), match.end(), read.replace("\xa0", " ").lower()[:1]


def _splits(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _SPLIT.finditer(text):
        sign = match[1]
        for at in range(match.start(), match.end()):
            if sign is None or text[at] == sign:
                yield at, at + 1, ""


def _cut(normalised: Normalised, cuts: list[tuple[int, int, str]]) -> Unveiled:
    parts: list[str] = []
    kept: list[tuple[int, int]] = [(0, 0)]
    done = length = 0
    for start, end, instead in cuts:
        if start < done:
            continue
        parts.append(normalised.text[done:start])
        length += start - done
        if instead:
            kept.append((length, start))
            parts.append(instead)
            length += len(instead)
        kept.append((length, end))
        done = end
    parts.append(normalised.text[done:])
    # `jumps` only says that offsets differ; `kept` says how.
    return Unveiled(normalised.original, "".join(parts), (), normalised, tuple(kept))
