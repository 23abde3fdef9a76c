"""Places: ours, those above us, and other counties and cities that a text is about."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from monitor.text.lookup import Hits, Range, Vocabulary
from monitor.text.segment import Segmenter

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


class PlaceRules:
    """All places, compiled to word numbers of one vocabulary."""

    def __init__(self, places: Sequence[Place], vocabulary: Vocabulary) -> None:
        self.places = tuple(places)
        self._place_of: dict[int, int] = {}
        for index, place in enumerate(self.places):
            for word in vocabulary.add_all((place.name, *place.aliases)):
                self._place_of.setdefault(word, index)
        self._ours = frozenset(vocabulary.add_all(OUR_COUNTY))

    def find(self, hits: Hits) -> list[tuple[int, Range]]:
        """Every place met, of any kind: the longest name wins where names overlap."""
        if hits.keys().isdisjoint(self._place_of):
            return []
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
        return not hits.keys().isdisjoint(self._ours) or any(
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
        self,
        text: str,
        tokens: Sequence[str],
        met: Sequence[tuple[int, Range]],
        segmenter: Segmenter,
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
                for start, end in _foreign(text, tokens, segmenter)
                if not any(first < end and start < last for first, last in taken)
            ]
        return list(dict.fromkeys(name for _, name in sorted(named)))[:ELSEWHERE_MAX]


_SUFFIX = re.compile("[县市]")
_NO_TOKEN = re.compile("^.市$|城市$|超市$|都市$|[省市]县$")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
# Nouns and single characters before 县 or 市 that make no name: 全县, 人口大县, 旅游县, 某市.
_NO_NAME = frozenset(
    "全我本该各外邻小大强穷某他省都城门夜早上下股楼车集鱼菜花超到在的和与是为向从对老新原属郊"
    "于由及至往被把让这那哪每请求望"
) | frozenset(
    [
        *("农业", "人口", "工业", "试点", "周边", "附近", "兄弟", "旅游", "沿海", "中心", "重点"),
        *("外地", "本地", "农贸", "果蔬", "批发", "全省", "全国", "革命", "牧业", "山区", "边境"),
        *(
            "民族",
            "政府",
            "市政府",
            "县城",
            "领导",
            "期货",
            "现货",
            "省市",
            "市县",
            "区县",
            "证券",
            "人才",
            "劳务",
        ),
    ]
)


def _foreign(text: str, tokens: Sequence[str], segmenter: Segmenter) -> list[Range]:
    """Ranges of words that read as a county or city.

    A place name of the dictionary that ends in 县 or 市, or 县 or 市 standing alone behind one
    proper name or two single nouns. Verbs do not count (恳请市政府, 希望县里). Districts are left
    out: 区 ends too many common words.
    """
    ends = list(accumulate(map(len, tokens)))
    found = []
    for match in _SUFFIX.finditer(text):
        at = bisect_right(ends, match.start())
        if at >= len(tokens) or ends[at] != match.end():
            continue
        word = tokens[at]
        name = ""
        if len(word) == 1:
            name = _name_before(tokens, at, segmenter)
        elif _NO_TOKEN.search(word) is None and segmenter.tag(word) == "ns":
            before = tokens[at - 1] if at else ""
            # The dictionary knows 临县, so it cuts 东临县 in two.
            joined = len(word) == 2 and len(before) == 1 and segmenter.tag(before) == "ns"
            name = (before if joined else "") + word[:-1]
        if name:
            found.append((ends[at] - len(name) - 1, ends[at]))
    return found


def _name_before(tokens: Sequence[str], at: int, segmenter: Segmenter) -> str:
    """The name right before the lone 县 or 市 at tokens[at], "" when there is none."""
    before = tokens[at - 1] if at else ""
    if before in _NO_NAME or not _HAN.fullmatch(before):
        return ""
    tag = segmenter.tag(before)
    if len(before) in (2, 3):
        proper = tag.startswith(("ns", "nr", "nz")) or (tag == "n" and tokens[at] == "县")
        return before if proper else ""
    earlier = tokens[at - 2] if at > 1 else ""
    if len(earlier) != 1 or earlier in _NO_NAME or not _HAN.fullmatch(earlier):
        return ""
    nominal = ("n", "a", "j")
    if tag.startswith(nominal) and segmenter.tag(earlier).startswith(nominal):
        return earlier + before
    return ""
