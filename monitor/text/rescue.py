"""Calls for rescue in a neutral tone: "我们在二楼，水到一楼顶了，请联系".

People in danger state facts. Three kinds of fact are looked for within one stretch of text:
the danger has reached them, where they sit, and that they ask or cannot leave. The danger and
one other are enough; so are a perch that nobody chooses (屋顶, 树上) and a request.
"""

import re

from monitor.text.context import Sentences
from monitor.text.lookup import Hits, Range, Vocabulary

# All three facts stand within this many characters; a long article is not one call.
STRETCH = 160

_FLOOR = r"(?:[一二三四1-4]楼|[一二三四1-4]层|半层楼|楼梯|楼板|窗台|窗户|阳台|床|灶台|门框)"
_BODY = r"(?:膝盖|大腿|腰|胸口|胸|肩膀|脖子|头顶)"
_DANGER = re.compile(
    r"(?:水|洪水|泥水|泥|河水)(?:位|面)?(?:都|已经|已|快|又|就|马上|快要|要){0,3}"
    rf"(?:到|漫|涨|淹|进|没|齐|冲)(?:到|过|进|上|了|没){{0,3}}(?:家里|我家|我们)?(?:{_FLOOR}|{_BODY}|屋顶|房顶|楼顶)"
    rf"|(?:水|水位|水面)(?:都|已经|已|快){{0,3}}(?:齐|过)(?:{_BODY})"
    rf"|{_FLOOR}(?:都|已经|已|全){{0,3}}(?:被)?(?:淹|进水)(?:了|没了|没)"
    r"|水(?:还在|一直在|正在|越来越|不断)(?:涨|上涨|往上|高)"
    r"|(?:房子|屋子|墙|山体|山|房梁)(?:都|已经|已|快|快要|要|在|正在){1,3}(?:塌|倒|垮|滑)"
    r"|(?:楼道|楼梯|屋里|家里|门口)(?:里|全|都|全都|已经){0,3}(?:是)?(?:烟|火|着火)"
)
# One of these stands in every danger, and a single class of characters is found ten times faster.
_ANY_DANGER = re.compile("[水泥淹塌倒垮滑烟火]")
_WHO = (
    r"(?:我们|我家|我妈|我爸|我爷|我奶|我和|家里|全家|一家|爷爷|奶奶|爸妈|父母|老人|孩子|小孩|老婆"
    r"|[一二两三四五六七八九十几\d]{1,3}(?:个|口|位|名)?(?:人|老人|孩子|小孩|大人|邻居|村民|同事|学生))"
)
_PERCH = r"(?:屋顶|房顶|楼顶|树上|车顶|车里|桥墩|孤岛|高坡上|山坡上|阁楼|天台|土坡上|矿井|井下)"
_STAY = (
    r"(?:还|都|现在|目前|正|就|也|已经|只能){0,3}"
    r"(?:在|困在|待在|躲在|爬到|爬上|站在|蹲在|留在|上了)"
)
_SEATED = re.compile(
    rf"{_WHO}[^。！？!?;；\n]{{0,12}}?{_STAY}[^。！？!?;；,，\n]{{0,10}}?(?:{_PERCH}|{_FLOOR})"
)
_PERCHED = re.compile(
    rf"{_WHO}[^。！？!?;；\n]{{0,12}}?{_STAY}[^。！？!?;；,，\n]{{0,10}}?{_PERCH}"
)
_PERCHES = re.compile(_PERCH)
_ASK = re.compile(
    r"请联系|请尽快联系|联系(?:一下)?(?:我|电话|号码|方式)|电话:?1\d{2}|打我电话|打不通|能不能来|谁能来"
    r"|有没有人来|能来(?:个)?人|来人|来接|来船|派船|派人|需要船|要船|冲锋舟|皮划艇|橡皮艇"
    r"|手机(?:快|要|马上){0,3}(?:没|只剩|还剩)|只剩.{0,6}电|快没电|没电了|没信号|走不了|走不动|出不去|出不来"
    r"|下不来|下不去|过不去|过不来|撤不|转移不|没(?:有)?吃的|没(?:有)?水喝|一直没人来|还没人来|帮忙转"
)

# A rescue that is over is no call for one, unless somebody is still inside.
_OVER = (
    *("已获救", "全部获救", "成功获救", "救出", "营救", "成功转移", "已转移", "已全部转移"),
    *("脱险", "脱困", "已联系上", "已取得联系", "已安全", "安全转移", "转移安置", "解救"),
)
_STILL = (
    "还有",
    "仍有",
    "尚有",
    "仍被困",
    "还被困",
    "仍然",
    "快来",
    "求求",
    "我们",
    "我家",
    "求助",
)
# Prevention notices name what might happen ("遇到被困时请拨打119").
_ADVICE = (
    *("如遇", "如果", "一旦", "遇到", "万一", "遇险时", "被困时", "温馨提示", "安全提示", "预案"),
    *("自救知识", "自救常识", "防汛知识", "应急知识", "求救方法", "求救信号", "如何自救"),
)


class Settled:
    """Finds sentences that tell of a rescue that is over, or of what to do if ever."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._over = vocabulary.add_all(_OVER)
        self._still = vocabulary.add_all(_STILL)
        self._advice = vocabulary.add_all(_ADVICE)
        self._words = frozenset((*self._over, *self._advice))

    def find(self, hits: Hits, sentences: Sentences) -> frozenset[int]:
        """Numbers of those sentences."""
        if hits.keys().isdisjoint(self._words):
            return frozenset()
        over = _sentences(self._over, hits, sentences)
        if over:
            over -= _sentences(self._still, hits, sentences)
        return over | _sentences(self._advice, hits, sentences)


def _sentences(words: tuple[int, ...], hits: Hits, sentences: Sentences) -> frozenset[int]:
    return frozenset(sentences.number(start) for word in words for start, _ in hits.get(word, ()))


def call(text: str) -> list[Range]:
    """Ranges of the facts that together make a call for rescue; empty when it is none.

    Linear in the text: every pattern has bounded repetition.
    """
    dangers = _ranges(_DANGER, text) if _ANY_DANGER.search(text) else []
    perched = _ranges(_PERCHED, text) if _PERCHES.search(text) else []
    if not dangers and not perched:
        return []
    asks = _ranges(_ASK, text)
    for fact, others in ((dangers, asks + _ranges(_SEATED, text)), (perched, asks)):
        near = [r for r in others if fact and abs(r[0] - fact[0][0]) <= STRETCH]
        if near:
            return sorted({fact[0], *near})
    return []


def _ranges(pattern: re.Pattern[str], text: str) -> list[Range]:
    found = []
    for match in pattern.finditer(text):
        found.append(match.span())
        if len(found) == 3:
            break
    return found
