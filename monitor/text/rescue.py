"""Calls for rescue in a neutral tone: "我们在二楼，水到一楼顶了，请联系".

People in danger state facts: how far the water is, where they sit, that they cannot leave, who has
not come back, what is running out, what they need. Each kind of fact has points
(monitor.text.plight); a call is a danger with enough other kinds near it. No list of facts is
complete: the trained n-grams (monitor.text.model) say how much a text sounds like a call as well.
"""

from collections.abc import Sequence
from typing import NamedTuple

from monitor.text.context import Sentences
from monitor.text.lookup import Hits, Range, Vocabulary
from monitor.text.plight import FACTS, PAIRS, SOMEBODY, Fact

STRETCH = 160
"""Facts that add up stand within this many characters; a long article is not one call."""
READ = 2_000
"""Characters of a field that are looked at: who calls for help does not write a book."""
ENOUGH, HALF = 6, 4
"""Points of a call: somebody, a danger that has reached them, and one fact more; and of what may
be one."""
CERTAIN, SURE, LIKELY, NEVER = 0.99, 0.9, 0.3, 0.05
"""P(call) of the trained n-grams from which a text is a call whatever else is known; from which it
is one whatever its facts; from which half the facts are enough; below which none are."""
HEARD = 0.7
"""P(concern) that a merely sure call has of which no fact is known."""
QUOTES = 3

_PAIRED = frozenset(one for one, _ in PAIRS)
# Dangers first: most texts hold none and need no further look.
_FIRST = [fact for fact in FACTS if fact.grave or fact.name in _PAIRED]
_THEN = [fact for fact in FACTS if fact not in _FIRST]
_POINTS = {fact.name: fact.points for fact in FACTS}

# A rescue that is over is no call for one, unless somebody is still inside.
_OVER = (
    *(
        "已获救",
        "全部获救",
        "成功获救",
        "救出",
        "营救",
        "成功转移",
        "已转移",
        "已全部转移",
        "全部转移",
        "转移完毕",
        "已全部",
    ),
    *(
        "脱险",
        "脱困",
        "已联系上",
        "已取得联系",
        "联系上了",
        "已安全",
        "安全转移",
        "转移安置",
        "解救",
        "平安",
        "安全升井",
    ),
    *(
        "找到了",
        "找到啦",
        "已找到",
        "被找到",
        "找着了",
        "自己回来",
        "自己走回",
        "回来了",
        "重逢",
        "失而复得",
        "虚惊一场",
    ),
    *(
        "救下",
        "救上来",
        "救了上来",
        "抱出来",
        "背出来",
        "被救",
        "获救",
        "生还",
        "被挖出",
        "搜救结束",
        "逝者安息",
        "一路走好",
        "拉上来",
        "没伤",
        "记一辈子",
    ),
    *(
        "人没事",
        "人冇事",
        "人都没事",
        "都没事",
        "都冇事",
        "没有被困",
        "冇得人",
        "里面没人",
        "人都出来",
        "无人被困",
        "水退了",
    ),
)
_STILL = (
    *(
        "还有",
        "仍有",
        "尚有",
        "仍被困",
        "还被困",
        "仍然",
        "快来",
        "求求",
        "我们还",
        "我家还",
        "求助",
        "还没",
        "还冇",
        "没上来",
    ),
    *("没出来", "没下来", "没找到", "冇找到", "未找到", "仍未", "还在", "没回来"),
)
# Prevention notices name what might happen ("遇到被困时请拨打119").
_ADVICE = (
    *(
        "如遇",
        "如果",
        "一旦",
        "遇到",
        "万一",
        "假如",
        "倘若",
        "遇险时",
        "被困时",
        "温馨提示",
        "安全提示",
        "预案",
        "要是",
    ),
    *(
        "自救知识",
        "自救常识",
        "防汛知识",
        "应急知识",
        "求救方法",
        "求救信号",
        "如何自救",
        "请拨打1",
        "应拨打",
        "及时拨打",
    ),
    *(
        "应及时",
        "请及时",
        "请立即",
        "请广大",
        "请市民",
        "请群众",
        "请村民",
        "请驾驶",
        "请游客",
        "请家长",
        "请各",
        "提醒",
    ),
    *(
        "切勿",
        "严禁",
        "请勿",
        "不要前往",
        "不得",
        "教你",
        "小贴士",
        "科普",
        "牢记",
        "谨记",
        "防溺水",
        "六不",
        "注意防范",
    ),
    *("免费发放", "登记窗口", "采血", "报名", "培训", "保险公司", "理赔"),
)
# What comes back each year is a complaint, what was so once a memory.
_HABIT = (
    *(
        "每次",
        "每年",
        "年年",
        "每逢",
        "每到",
        "逢雨",
        "一下雨",
        "一下大雨",
        "一到雨",
        "一涨水",
        "经常",
        "常年",
        "多年",
        "长期",
    ),
    *(
        "以前",
        "从前",
        "过去",
        "小时候",
        "去年",
        "前年",
        "那年",
        "当年",
        "上次",
        "老是",
        "总是",
        "天天",
        "记得",
        "上回",
    ),
)
# Speaking of oneself or of joy in the words of an emergency.
_PLAY = (
    *(
        "可爱",
        "哈哈",
        "笑死",
        "好吃",
        "绝了",
        "上头",
        "追剧",
        "综艺",
        "副本",
        "队友",
        "游戏",
        "小说",
        "电影",
        "电视剧",
        "剧情",
    ),
    *(
        "作业",
        "考研",
        "论文",
        "加班",
        "开会",
        "减肥",
        "奶茶",
        "顶得住",
        "演习",
        "演练",
        "小确幸",
        "过山车",
        "密室",
        "剧组",
        "手游",
    ),
    *(
        "情绪",
        "焦虑",
        "原生家庭",
        "题海",
        "失恋",
        "人间极乐",
        "云海",
        "打卡",
        "桌游",
        "弹幕",
        "主播",
        "直播间",
    ),
)


class Settled:
    """Finds sentences in which nobody calls for help: the rescue is over, it is advice for a day
    to come, a habit or a memory, or play."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._over = frozenset(vocabulary.add_all(_OVER))
        self._still = frozenset(vocabulary.add_all(_STILL))
        self._never = frozenset(vocabulary.add_all((*_ADVICE, *_HABIT, *_PLAY)))
        self._words = self._over | self._never

    def find(self, hits: Hits, sentences: Sentences) -> frozenset[int]:
        """Numbers of those sentences."""
        if hits.keys().isdisjoint(self._words):
            return frozenset()
        over = _sentences(self._over, hits, sentences)
        if over:
            over -= _sentences(self._still, hits, sentences)
        return over | _sentences(self._never, hits, sentences)


def _sentences(words: frozenset[int], hits: Hits, sentences: Sentences) -> frozenset[int]:
    return frozenset(
        sentences.number(start) for word in hits.keys() & words for start, _ in hits[word]
    )


class Plight(NamedTuple):
    """Points of the facts around the worst danger of a text, and their ranges, the danger first."""

    points: int
    quotes: tuple[Range, ...]


NONE = Plight(0, ())


def plight(text: str, sentences: Sentences, safe: frozenset[int] = frozenset()) -> Plight:
    """What a text says of people in danger; facts in the sentences of `safe` do not count, and
    there is none where nobody is named. Linear in the text."""
    text = text[:READ]
    met: dict[str, list[Range]] = {}
    _look(_FIRST, text, sentences, safe, met)
    if not any(_grave(fact, met) or fact.name in _PAIRED for fact in _FIRST if fact.name in met):
        return NONE
    _look(_THEN, text, sentences, safe, met)
    return max(
        (
            _around(danger, fact, met)
            for fact in _FIRST
            if _grave(fact, met)
            for danger in met.get(fact.name, ())
        ),
        key=_points,
        default=NONE,
    )


def calls(points: int, chance: float, concern: float) -> bool:
    """Whether a text calls for rescue, by its facts and by what the trained n-grams say of it:
    P(call) = `chance`. The facts do not stand against a certain no; the n-grams alone must be sure,
    and hear a `concern` as well."""
    return (
        (points >= ENOUGH and chance >= NEVER)
        or (points >= HALF and chance >= LIKELY)
        or (chance >= SURE and concern >= HEARD)
        or chance >= CERTAIN
    )


def _around(danger: Range, fact: Fact, met: dict[str, list[Range]]) -> Plight:
    near = {name: _nearest(ranges, danger) for name, ranges in met.items()}
    kinds = {name: quote for name, quote in near.items() if quote is not None}
    if kinds.keys().isdisjoint(SOMEBODY):
        return NONE
    others = [quote for name, quote in kinds.items() if name != fact.name]
    return Plight(sum(_POINTS[name] for name in kinds), (danger, *others[: QUOTES - 1]))


def _points(one: Plight) -> int:
    return one.points


def _look(
    facts: Sequence[Fact],
    text: str,
    sentences: Sentences,
    safe: frozenset[int],
    met: dict[str, list[Range]],
) -> None:
    for fact in facts:
        if fact.signs.search(text):
            ranges = [r for r in _ranges(fact, text) if sentences.number(r[0]) not in safe]
            if ranges:
                met[fact.name] = ranges


def _grave(fact: Fact, met: dict[str, list[Range]]) -> bool:
    return fact.grave or any(fact.name == one and other in met for one, other in PAIRS)


def _nearest(ranges: list[Range], danger: Range) -> Range | None:
    nearest = min(ranges, key=lambda one: abs(one[0] - danger[0]))
    return nearest if abs(nearest[0] - danger[0]) <= STRETCH else None


def _ranges(fact: Fact, text: str) -> list[Range]:
    found = []
    for match in fact.pattern.finditer(text):
        found.append(match.span())
        if len(found) == QUOTES:
            break
    return found
