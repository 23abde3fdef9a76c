"""Counties, cities and provinces that a text names and no gazetteer knows."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from monitor.text.lookup import Range
from monitor.text.segment import Segmenter

_SUFFIX = re.compile("[县市]")
_NO_TOKEN = re.compile(
    "^.市$|城市$|超市$|都市$|[省市区]县$|县市$|^[各两多几五三四六七八九十外邻本该某]"
)
_HAN = re.compile(r"[\u4e00-\u9fff]+")
# 县 and 市 begin these words, and a name may stand right before them: 古塘县政府.
_OFFICES = frozenset(
    (
        *("县委", "县政府", "县城", "县长", "县委书记", "县纪委", "县公安局", "县教育局"),
        *("县人民医院", "县医院", "县一中", "县人民政府", "市委", "市政府", "市区", "市长"),
        *("市委书记", "市纪委", "市公安局", "市教育局", "市人民医院", "市医院", "市中心"),
        *("市人民政府",),
    )
)
# Nouns and single characters before 县 or 市 that make no name: 全县, 人口大县, 旅游县, 某市.
_NO_NAME = frozenset(
    "全我本该各外邻小大强穷某他省都城门夜早上下股楼车集鱼菜花超到在的和与是为向从对老新原属郊"
    "于由及至往被把让这那哪每请求望一二三四五六七八九十两几多数了个座里中去来回赴离进出你您俺咱"
    "区县市镇乡村州国年月日时天前后地得着过又也就才还很最更不没有无会能可要想说讲叫问看给跟同比"
) | frozenset(
    (
        *("农业", "人口", "工业", "试点", "周边", "附近", "兄弟", "旅游", "沿海", "中心", "重点"),
        *("外地", "本地", "农贸", "果蔬", "批发", "全省", "全国", "革命", "牧业", "山区", "边境"),
        *("民族", "政府", "市政府", "县城", "领导", "期货", "现货", "省市", "市县", "区县"),
        *("证券", "人才", "劳务", "中国", "老家", "家乡", "国家", "地方", "下辖", "所辖", "辖区"),
        *("省辖", "直辖", "地级", "县级", "城区", "东部", "西部", "南部", "北部", "中部", "贫困"),
        *("百强", "示范"),
    )
)
_NOMINAL = ("n", "a", "j", "x", "zg", "g")
_PROPER = ("ns", "nr", "nz")

# Short names of the provinces, GB/T 2260. What is written behind one and makes it a road, a dish
# or a school is no province.
PROVINCES = (
    *("北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江"),
    *("安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州"),
    *("云南", "陕西", "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港"),
    *("澳门",),
)
_PROVINCE = re.compile(
    # Behind the first character, or `re` would look back at every character of a text.
    f"({'|'.join(f'{name[0]}(?<![黄两].){name[1:]}' for name in PROVINCES)})"
    "(?!路|街|大道|小面|菜|火锅|烧烤|大学|学院|银行|籍|人家|牌|红)"
)


def counties(text: str, tokens: Sequence[str], segmenter: Segmenter) -> list[Range]:
    """Ranges of words that read as a county or city.

    A place name of the dictionary that ends in 县 or 市, or 县 or 市 (also as the beginning of
    县政府, 市委 …) behind one proper name or two single nouns. Verbs do not count (恳请市政府,
    希望县里). Districts are left out: 区 ends too many common words.
    """
    if _SUFFIX.search(text) is None:
        return []
    ends = list(accumulate(map(len, tokens)))
    found = []
    for match in _SUFFIX.finditer(text):
        at = bisect_right(ends, match.start())
        if at >= len(tokens):
            continue
        word = tokens[at]
        name = ""
        if word in _OFFICES or len(word) == 1:
            if ends[at] - len(word) == match.start():
                name = _name_before(tokens, at, segmenter)
        elif ends[at] == match.end() and _NO_TOKEN.search(word) is None:
            name = _name_in(word, tokens[at - 1] if at else "", segmenter)
        if name:
            found.append((match.start() - len(name), match.end()))
    return found


def provinces(text: str) -> list[Range]:
    """Ranges of the names of provinces, most of which say where somebody comes from."""
    return [match.span(1) for match in _PROVINCE.finditer(text)]


def _name_in(word: str, before: str, segmenter: Segmenter) -> str:
    """The name in a token that ends in 县 or 市, "" when it is no place of the dictionary."""
    if segmenter.tag(word) != "ns":
        return ""
    # The dictionary knows 临县, so it cuts 东临县 in two.
    joined = len(word) == 2 and len(before) == 1 and segmenter.tag(before) == "ns"
    return (before if joined else "") + word[:-1]


def _name_before(tokens: Sequence[str], at: int, segmenter: Segmenter) -> str:
    """The name right before tokens[at], which begins with 县 or 市; "" when there is none."""
    before = tokens[at - 1] if at else ""
    if before in _NO_NAME or not _HAN.fullmatch(before):
        return ""
    tag = segmenter.tag(before)
    if len(before) in (2, 3):
        lone = tokens[at] == "县"
        return before if tag.startswith(_PROPER) or (tag == "n" and lone) else ""
    earlier = tokens[at - 2] if at > 1 else ""
    if len(before) != 1 or len(earlier) != 1 or earlier in _NO_NAME or not _HAN.fullmatch(earlier):
        return ""
    if tag.startswith(_NOMINAL) and segmenter.tag(earlier).startswith(_NOMINAL):
        return earlier + before
    return ""
