"""Places: ours, those above us, and other counties and cities that a text is about."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from monitor.text.lookup import Hits, Range, Vocabulary

QUOTES = 3
ELSEWHERE_MAX = 8

# A citizen's way to name the home county; it makes an ambiguous name (城关镇) ours.
OUR_COUNTY = ("我县", "咱县", "俺县", "我们县", "咱们县", "本县", "咱们县城", "我们县城")
ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Place:
    """A named place.

    `kind` is free (county, town, village, site …) but for one word: "above" marks the city and
    province that we belong to, which are neither ours nor elsewhere. `ambiguous` names stand
    in many counties (城关镇, 人民医院) and count only beside other evidence of home.
    """

    slug: str
    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    home: bool = True
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Home places with ranges in the normalised text, names of other counties, and whether
    the text gives evidence of home that is not ambiguous."""

    places: tuple[tuple[int, Range], ...]
    elsewhere: tuple[str, ...]
    home: bool


class PlaceRules:
    """All places, compiled to word numbers of one vocabulary."""

    def __init__(self, places: Sequence[Place], vocabulary: Vocabulary) -> None:
        self.places = tuple(places)
        self._place_of: dict[int, int] = {}
        for index, place in enumerate(self.places):
            for word in vocabulary.add_all((place.name, *place.aliases)):
                self._place_of.setdefault(word, index)
        self._ours = vocabulary.add_all(OUR_COUNTY)

    def find(self, hits: Hits) -> list[tuple[int, Range]]:
        """Every place met, of any kind: the longest name wins where names overlap."""
        met = [
            (start, start - end, self._place_of[number], end)
            for number in hits.keys() & self._place_of.keys()
            for start, end in hits[number]
        ]
        kept: list[tuple[int, Range]] = []
        reach = 0
        for start, _, place, end in sorted(met):
            if start >= reach:
                kept.append((place, (start, end)))
                reach = end
        return kept

    def ours(self, hits: Hits, met: Sequence[tuple[int, Range]]) -> bool:
        """Whether a text names home beyond doubt."""
        return any(number in hits for number in self._ours) or any(
            self.places[place].home
            and not self.places[place].ambiguous
            and self.places[place].kind != ABOVE
            for place, _ in met
        )

    def quotes(self, met: Sequence[tuple[int, Range]], home: bool) -> list[tuple[int, Range]]:
        """The home places among those met, ≤ 3 quotations each."""
        count: dict[int, int] = {}
        kept = []
        for place, quote in met:
            entry = self.places[place]
            if not entry.home or entry.kind == ABOVE or (entry.ambiguous and not home):
                continue
            count[place] = count.get(place, 0) + 1
            if count[place] <= QUOTES:
                kept.append((place, quote))
        return kept

    def elsewhere(
        self, text: str, tokens: Sequence[str], met: Sequence[tuple[int, Range]]
    ) -> list[str]:
        """Names of counties and cities that are not ours, in reading order."""
        named = [
            (quote[0], self.places[place].name)
            for place, quote in met
            if not self.places[place].home and self.places[place].kind != ABOVE
        ]
        if _SUFFIX.search(text):
            taken = [quote for _, quote in met]
            named += [
                (start, text[start:end])
                for start, end in _foreign(text, tokens)
                if not any(first < end and start < last for first, last in taken)
            ]
        return list(dict.fromkeys(name for _, name in sorted(named)))[:ELSEWHERE_MAX]


_SUFFIX = re.compile("[县市区]")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
# Words before 县 or 市 that make no name: 全县, 贫困县, 超市, 某市, 文明城市.
_NO_NAME = frozenset(
    "全我本该各外邻小大强穷某他省都城门夜早上下股楼车集鱼菜花超到在的和与是为向从对"
    "新老原属郊于由及至往被把让这那哪每"
) | frozenset(
    [
        *("贫困", "百强", "十强", "示范", "农业", "人口", "工业", "试点", "先进", "邻近", "周边"),
        *("附近", "各个", "每个", "兄弟", "旅游", "文明", "卫生", "省会", "地级", "县级", "直辖"),
        *("沿海", "中心", "重点", "我们", "咱们", "他们", "你们", "这个", "那个", "一个", "整个"),
        *("哪个", "几个", "两个", "多个", "部分", "有的", "其他", "外地", "本地", "农贸", "果蔬"),
        *("跳蚤", "批发", "全省", "全国", "本省", "大型", "生鲜", "连锁", "大县", "大市", "革命"),
        *("革命老区", "欠发达", "脱贫", "产粮", "牧业", "山区", "边境", "民族", "相关", "上述"),
    ]
)
_NO_TOKENS = frozenset(
    [
        *("各县市", "县市", "大都市", "超级市", "不夜市", "菜市", "开放城市", "中等城市", "大城市"),
        *("卫星城市", "直辖市", "地级市", "县级市", "省辖市", "自治县", "各区县", "副省级城市"),
    ]
)


def _foreign(text: str, tokens: Sequence[str]) -> list[Range]:
    """Ranges of words that read as a county or city: a dictionary word of three or more
    characters that ends in 县 or 市 or 区 (with an administrative name's length), or an unknown
    name of two characters before a lone 县 or 市."""
    ends = list(accumulate(map(len, tokens)))
    found = []
    for match in _SUFFIX.finditer(text):
        at = bisect_right(ends, match.start())
        if at >= len(tokens) or ends[at] != match.end():
            continue
        token, begin = tokens[at], ends[at] - len(tokens[at])
        if len(token) >= 3:
            ordinary = token in _NO_TOKENS or token.endswith(("城市", "超市", "地区", "区县"))
            if not ordinary and token[-1] != "区" and token[:-1] not in _NO_NAME:
                found.append((begin, ends[at]))
        elif len(token) == 1 and token != "区":
            name = _name_before(tokens, at)
            if name:
                found.append((begin - len(name), ends[at]))
    return found


def _name_before(tokens: Sequence[str], at: int) -> str:
    """The unknown proper name right before tokens[at], "" when there is none."""
    before = tokens[at - 1] if at else ""
    if not _HAN.fullmatch(before) or before in _NO_NAME:
        return ""
    if len(before) in (2, 3):
        return before
    earlier = tokens[at - 2] if at > 1 else ""
    if len(before) == 1 and len(earlier) == 1 and _HAN.fullmatch(earlier):
        return "" if earlier in _NO_NAME else earlier + before
    return ""
