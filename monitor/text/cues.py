"""Cues: how a text speaks (it complains, it answers officially, it passes on hearsay)."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.text.context import Sentences, negated, within
from monitor.text.lookup import Hits, Range, Vocabulary

QUOTES = 3


@dataclass(frozen=True, slots=True)
class Cue:
    """A way of speaking. A word inside one of the longer `unless` words is none (举报电话)."""

    slug: str
    name: str
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()


PETITION = Cue(
    "petition",
    "求助投诉",
    (
        *("求助", "投诉", "反映", "曝光", "举报", "维权", "讨说法", "要说法", "给个说法", "求曝光"),
        *("有没有人管", "谁来管", "没人管", "没有人管", "无人管", "谁管管", "管一管", "管管吧"),
        *("求解决", "何时解决", "什么时候解决", "何时能", "到底什么时候", "希望有关部门"),
        *("请有关部门", "希望相关部门", "请相关部门", "恳请", "请领导", "望领导", "请政府"),
        *("希望政府", "相关部门能不能", "无人处理", "没人处理", "不处理", "不解决", "迟迟不"),
        *("踢皮球", "推诿", "互相推", "敷衍", "不作为", "上访", "信访", "打了12345", "拨打12345"),
        *("打12345", "求求", "走投无路", "投诉无门", "求关注", "帮忙转发", "大家评评理", "还我"),
        *("怎么办啊", "谁能管", "哪个部门管", "没人理", "置之不理", "不闻不问", "拖着不"),
    ),
    (
        *("反映了", "反映出", "反映在", "投诉电话", "举报电话", "投诉举报渠道", "投诉举报电话"),
        *("监督举报", "投诉热线", "举报热线", "举报奖励", "举报邮箱", "欢迎举报", "欢迎投诉"),
        *("信访局", "信访条例", "信访工作", "信访接待", "信访件", "曝光台", "消费维权", "求助热线"),
        *("求助电话", "法律维权", "维权热线", "投诉率", "零投诉"),
    ),
)

OFFICIAL = Cue(
    "official",
    "官方回应",
    (
        *("情况通报", "警情通报", "情况说明", "辟谣", "官方回应", "官方通报", "经核查", "经调查"),
        *("经查", "经核实", "通报如下", "说明如下", "现将有关情况", "现将相关情况", "现通报"),
        *("回应称", "作出回应", "做出回应", "发布通报", "发布情况", "联合调查组", "已成立调查组"),
        *("成立工作专班", "第一时间成立", "感谢社会各界", "感谢广大网民", "感谢网友", "权威发布"),
        *("处理结果", "您反映的问题", "您反映的", "来信收悉", "现答复如下", "现回复如下"),
        *("答复如下", "回复如下", "责令整改", "已责成"),
    ),
    (
        *("求官方回应", "等官方回应", "等待官方回应", "坐等官方回应", "请官方回应", "期待官方回应"),
        *("希望官方回应", "要求官方回应", "无官方回应", "没有官方回应", "尚无官方回应"),
        *("未作出回应", "未做出回应", "不作出回应", "尚未作出回应", "没有作出回应", "没作出回应"),
        *("求辟谣", "坐等辟谣", "等辟谣", "请辟谣", "希望辟谣", "谁来辟谣", "没有处理结果"),
        *("等处理结果", "没处理结果", "什么处理结果", "财经查", "已经查", "曾经查", "神经查"),
        *("经查看", "经查询", "经查阅"),
    ),
)

RUMOUR = Cue(
    "rumour",
    "疑似不实信息",
    (
        *("网传", "谣言", "据传", "听说", "网上流传", "网络流传", "疯传", "传言", "有消息称"),
        *("朋友圈传", "朋友圈都在传", "群里传", "群里都在传", "都在传", "不实信息", "不实消息"),
        *("造谣", "传谣", "小道消息", "内部消息", "真的假的", "未经证实", "据说", "有网友称"),
    ),
    ("没听说", "没有听说", "听说过", "道听途说者"),
)

# Never voided by tone: see monitor.text.rescue for calls that use none of these words.
RESCUE = Cue(
    "rescue",
    "被困求救",
    (
        *("求救", "救命", "救救我们", "救救我", "救救孩子", "救救老人", "快救人", "等救援"),
        *("等待救援", "急需救援", "需要救援", "请求救援", "求救援", "请救援", "呼叫救援", "等人救"),
        *("没人来救", "快来救", "谁来救", "联系不上", "联系不到", "失去联系", "被困", "受困"),
        *("困在", "被埋在", "出不来", "出不去", "下不来", "撤不出来", "转移不出来", "被洪水围"),
        *("求船", "有没有船", "急需冲锋舟", "需要冲锋舟", "需要皮划艇", "急需转移", "求转移"),
    ),
    (
        *("救命钱", "救命药", "救命恩", "救命稻草", "救命之恩", "养老钱救命", "拿不出来", "求救助"),
        *("困在心", "想不出来", "看不出来", "说不出来", "困在原地", "需要救援队员", "放不下来"),
        *("停不下来", "静不下来", "冷静不下来", "安静不下来", "查不出来", "看不下来", "签不下来"),
        *("批不下来", "钱下不来", "写不出来", "睡不着出不来", "证下不来", "补贴下不来", "款下不来"),
    ),
)

# Out of reach are debtors too: in a sentence with one of these, nobody is in danger.
UNREACHABLE = ("联系不上", "联系不到", "失去联系")
DEBTORS = (
    *("开发商", "物业", "老板", "商家", "客服", "卖家", "房东", "包工头", "工头", "施工方", "公司"),
    *("平台", "中介", "负责人", "厂家", "售后", "店家", "机构", "教练", "健身房", "驾校", "承包商"),
)
# Stuck is also a car in its lane, or a refund: these words need a danger in the same field.
STUCK = ("出不来", "出不去", "下不来")
DANGERS = (
    *("洪水", "山洪", "大水", "涨水", "水位", "积水", "淹", "暴雨", "大雨", "泥石流", "滑坡", "塌"),
    *(
        "地震",
        "着火",
        "起火",
        "火灾",
        "浓烟",
        "煤气",
        "矿",
        "井下",
        "电梯",
        "悬崖",
        "山上",
        "被困",
        "困在",
    ),
)

CUES = (PETITION, OFFICIAL, RUMOUR, RESCUE)


class CueRules:
    """All cues, compiled to word numbers of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, cues: Sequence[Cue] = CUES) -> None:
        self.cues = tuple(cues)
        self._cue_of: dict[int, list[int]] = {}
        for index, cue in enumerate(self.cues):
            for word in vocabulary.add_all(cue.words):
                self._cue_of.setdefault(word, []).append(index)
        self._unless = [frozenset(vocabulary.add_all(cue.unless)) for cue in self.cues]
        self._unreachable = frozenset(vocabulary.add_all(UNREACHABLE))
        self._debtors = vocabulary.add_all(DEBTORS)
        self._stuck = frozenset(vocabulary.add_all(STUCK))
        self._dangers = vocabulary.add_all(DANGERS)

    def find(
        self, text: str, hits: Hits, sentences: Sentences, safe: frozenset[int]
    ) -> list[tuple[int, Range]]:
        """(cue number, range in the normalised text), in reading order, ≤ 3 a cue.

        In the sentences of `safe` nobody calls for rescue: drills, fiction, rescues that are over.
        """
        found: dict[int, set[Range]] = {}
        if hits.keys().isdisjoint(self._cue_of):
            return []
        for number in hits.keys() & self._cue_of.keys():
            for cue in self._cue_of[number]:
                longer = [r for word in hits.keys() & self._unless[cue] for r in hits[word]]
                for quote in hits[number]:
                    if (longer and within(*quote, longer)) or negated(text, quote[0]):
                        continue
                    place = sentences.number(quote[0])
                    if self.cues[cue] is RESCUE and (
                        place in safe or self._harmless(number, place, hits, sentences)
                    ):
                        continue
                    found.setdefault(cue, set()).add(quote)
        quotes = [(cue, quote) for cue, met in found.items() for quote in sorted(met)[:QUOTES]]
        return sorted(quotes, key=lambda quote: (quote[1], quote[0]))

    def _harmless(self, word: int, place: int, hits: Hits, sentences: Sentences) -> bool:
        """Whether a word that may mean danger means an everyday nuisance here."""
        if word in self._unreachable:
            return any(
                sentences.number(start) == place
                for debtor in self._debtors
                for start, _ in hits.get(debtor, ())
            )
        return word in self._stuck and not any(danger in hits for danger in self._dangers)
