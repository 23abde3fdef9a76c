"""Numbers of people dead, injured, missing and trapped, as a report states them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.text.context import NO_CASUALTIES, Sentences
from monitor.text.lookup import Hits, Vocabulary

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}

_KINDS: Mapping[str, tuple[str, ...]] = {
    "dead": ("死亡", "遇难", "身亡", "丧生", "罹难", "溺亡", "死"),
    "severe": ("重伤",),
    "slight": ("轻伤",),
    "injured": ("受伤", "受轻伤", "受重伤", "伤", "住院", "入院", "送医"),
    "missing": ("失联", "失踪", "下落不明"),
    "trapped": ("被困", "受困", "被埋", "被掩埋"),
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words}
# Longest first: 受轻伤 before 轻伤 before 伤.
# 伤 and 死 stand in many words that hurt nobody: 伤口, 悲伤, 死角, 死活.
_NOT_AFTER = {
    "住院": "(?!费|部|楼|医|病|患|号|手续|报销|期间|人次|率|床|治疗费|起付)",
    "入院": "(?!费|手续|须知|登记)",
    "伤": "(?!口|心|害|感|痕|残|风)",
    "死": "(?!活|缠|板|角|守|心|刑|磕|党|命|路|穴|里|循环)",
}
_NOT_BEFORE = {"伤": "(?<![悲忧哀感中刀情])", "死": "(?<![拼该要找怕往])"}
_WORD = "|".join(
    _NOT_BEFORE.get(word, "") + word + _NOT_AFTER.get(word, "")
    for word in sorted(_KIND_OF, key=len, reverse=True)
)
_NUMBER = r"(?P<number>\d{1,5}|[零〇一二两三四五六七八九十百千]{1,7})(?:余|多|来)?"
# What every number begins with: most sentences hold none, and need no further look.
_ANY_NUMBER = re.compile(r"[\d零〇一二两三四五六七八九十百千]")
# What is counted with 个 and is nobody: 被困两个小时, 受伤三个多月, 三个村被困, 打了三个电话.
_TIMES = (
    *("小时", "钟头", "时辰", "分钟", "月(?!嫂)", "星期", "礼拜", "周(?![姓某岁围边氏])", "季度"),
    *("学期", "学年", "年头", "年度", "世纪", "工作日", "交易日", "昼夜", "日夜", "通宵", "整天"),
    *("白天", "夜晚", "晚上", "早上", "上午", "中午", "下午", "春天", "夏天", "秋天", "冬天"),
    *("暑假", "寒假", "假期", "半天"),
)
# A place's office holders are people all the same: 三个村民, 两个镇干部, 两个乡村教师.
_OFFICES = "民|干|官|医|支书|支部|妇|主任|长|警|委|领导|里人|上人"
_PLACES = (
    *(f"村(?!{_OFFICES}|霸|姑|小学?生)", f"镇(?!{_OFFICES})", f"乡(?!{_OFFICES}|亲|邻|镇干|村)"),
    *(
        f"县(?!{_OFFICES}|城)",
        f"市(?!{_OFFICES}|场)",
        "省(?!外|内|城)",
        "地方(?!官|干)",
        "地区",
        "地点",
    ),
    *(r"(?:小区|社区|街道)(?!业主|保安|物业|工作|民警|干部|医生|主任)", "乡镇(?!干)"),
    *("家庭(?!主妇|成员)", "路口", "楼层", "房间"),
)
_THINGS = (
    *("百分点", "百分比", "方面", "原因", "问题", "环节", "电话", "视频(?!博主)", "帖子"),
    *("部门(?!员工|职工|人员|领导)", "单位(?!员工|职工|人员|领导)"),
    *("批次", "手指", "指头", "脚趾", "膝盖", "眼睛", "肩膀", "部位", "器官"),
)
_NOBODY_COUNTED = "|".join((*_TIMES, *_PLACES, *_THINGS))
_PEOPLE = (
    rf"(?:人(?!次|多?[高深]的)|名(?!额|次)|位(?!数|次|置)"
    rf"|个(?!(?:多|余|来|半|整|大)?\s*(?:{_NOBODY_COUNTED})))"
)
# Rescuers stand between a number and 被困 ("10名消防员搜救被困群众"): nobody of them is trapped.
_BETWEEN = r"[^\d，。；！？、,;!?:\s零〇一二两三四五六七八九十百救搜寻找送]{0,12}?"

# "3名工人在施工中不幸遇难", "两人受伤", "三十余名群众被困"
_BEFORE = re.compile(rf"{_NUMBER}\s*{_PEOPLE}{_BETWEEN}(?P<word>{_WORD})(?!者家属|风险|概率|率)")
# "死亡3人", "死亡人数升至5人", "死了两个"
_AFTER = re.compile(
    rf"(?P<word>{_WORD})(?:的)?(?:人数|人员|群众|村民|工人|学生|者)?"
    r"(?:[由从](?:\d{1,5}|[一二两三四五六七八九十百]{1,5})\s*人?)?"
    rf"(?:了|的|已|经|有|共|计|增|升|上升|达|为|至|到|约|:){{0,6}}"
    # A blank may stand before figures ("死亡 3 人"); before Han it parts a headline's clauses.
    rf"(?:\s*(?=\d))?{_NUMBER}\s*{_PEOPLE}"
    # "河鱼死亡 3人住院": the people belong to the word after them.
    r"(?!\s*(?:住院|送医|就医|受伤|轻伤|重伤|获救|生还|被困|受困|失联|失踪))"
)
# What died were animals or plants.
_NO_PEOPLE = re.compile(r"[鱼虾蟹猪牛羊鸡鸭鹅蜂蚕狗猫鸟树苗藻][大成批量片群纷陆续]{0,4}$")
# "3死5伤", "1死"
_TERSE = re.compile(
    r"(?P<number>\d{1,4}|[一二两三四五六七八九十百]{1,5})\s*(?P<word>死|重伤|轻伤|伤|失联|失踪)"
    r"(?=\s*(?:\d|[一二两三四五六七八九十]{1,3}\s*(?:重伤|轻伤|伤|失)|[，。；、,;!?！？]|$|的|事故))"
)
# "一天两条命", "三条人命"; not 一条命 of a cat or a game, nor 救了一条命.
_LIVES = re.compile(
    r"(?<![救捡保留有])(?<!救了)(?<!捡回)(?!九条)(?P<number>[一二两三四五六七八九十\d]{1,3})条(?:人命|命)(?!(?:好汉|运))"
)
# People say 人没了 of one whom they name, and no number: it was one.
_GONE = re.compile(
    r"(?:人|娃|伢崽|孩子|老人|他|她|爷爷|奶奶|爸|妈|哥|弟|姐|妹|叔|伯|师傅|老[\u4e00-\u9fff])"
    r"(?:已经|已|就|也|都|当场|当场就|现在|刚刚)?(?:没了|冇了|没气了|断气了|断了气)(?=[,。!?;:~\\s]|$)"
    r"|(?:^|[,。!?])(?:已经|就|也)?冇了(?=[。,!?]|$)"
    r"|(?:没|没有|冇|未)(?:能)?(?:抢)?救(?:活|过来|回来)|抢救(?:无效|不过来)|(?:没有|没|无|已无)(?:了)?生命(?:体征|迹象)|当场(?:死亡|身亡|没了|就没)|不治身亡|跳楼身亡"
)
# A body that was found: who was missing until then is dead.
_BODY = re.compile(
    r"(?:发现|找到|打捞|捞起|捞出|捞上来?|搜到|寻获)[^。!?;]{0,14}(?:遗体|尸体)"
    r"|(?:遗体|尸体)[^。!?;,]{0,6}(?:找到|发现|捞|寻获)"
)
# What a sentence calls untrue did not befall anybody: "网传死亡二十余人系不实信息".
_UNTRUE = re.compile("不实|谣言|谣传|辟谣|澄清|(?:消息|说法|传言|传闻)[^,。]{0,4}(?:是|为)假")
_ANIMAL = re.compile(r"[鱼虾猪牛羊鸡鸭鹅狗猫犬]")
_TRIGGERS = (
    "死",
    "遇难",
    "身亡",
    "丧生",
    "罹难",
    "溺亡",
    "伤",
    "失联",
    "失踪",
    "下落不明",
    "住院",
    "入院",
    "送医",
    "条命",
    "条人命",
    "没了",
    "冇了",
    "没气",
    "断气",
    "断了气",
    "救活",
    "救过来",
    "救回来",
    "抢救",
    "生命体征",
    "生命迹象",
    "当场",
    "遗体",
    "尸体",
)
_TRIGGERS_TRAPPED = ("被困", "受困", "被埋", "被掩埋")
_NOBODY_TRAPPED = ("无人员被困", "没有人员被困", "无人被困", "没有人被困")
_RESCUED = ("救出", "营救", "转移", "解救", "疏散", "脱险", "获救")
_DENIED = ("无", "没有", "未")


@dataclass(frozen=True, slots=True)
class Casualties:
    """People per kind; None = not said, 0 = said that there are none."""

    dead: int | None = None
    injured: int | None = None
    missing: int | None = None
    trapped: int | None = None

    def to_json(self) -> dict[str, int | None]:
        return {
            "dead": self.dead,
            "injured": self.injured,
            "missing": self.missing,
            "trapped": self.trapped,
        }

    def __or__(self, other: "Casualties") -> "Casualties":
        """The graver number of each kind: a report that grows names the old count as well."""
        return Casualties(
            graver(self.dead, other.dead),
            graver(self.injured, other.injured),
            graver(self.missing, other.missing),
            graver(self.trapped, other.trapped),
        )


NOBODY = Casualties()


def graver(one: int | None, other: int | None) -> int | None:
    """The larger number; None only when both are unknown."""
    known = [n for n in (one, other) if n is not None]
    return max(known) if known else None


def number(words: str) -> int | None:
    """An Arabic or Chinese numeral below 10,000 (三百二十 = 320); None if it is none."""
    if words.isascii() and words.isdigit():
        return int(words)
    total, digit = 0, None
    for char in words:
        if char in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        elif char in _DIGITS:
            if digit:
                # 一二人, 三四名: an estimate between two digits; the smaller is certain.
                return total + digit
            digit = _DIGITS[char]
        else:
            return None
    return total + (digit or 0)


class CasualtyReader:
    """Reads numbers only from sentences that hold a casualty word and are no drill or film."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._triggers = frozenset(vocabulary.add_all((*_TRIGGERS, *_TRIGGERS_TRAPPED)))
        self._nobody = frozenset(vocabulary.add_all(NO_CASUALTIES))
        self._nobody_trapped = frozenset(vocabulary.add_all(_NOBODY_TRAPPED))
        self._words = self._triggers | self._nobody | self._nobody_trapped

    def read(self, text: str, hits: Hits, sentences: Sentences, void: frozenset[int]) -> Casualties:
        """Casualties stated in one normalised text."""
        read = NOBODY
        if hits.keys().isdisjoint(self._words):
            return read
        places = {
            sentences.number(start)
            for trigger in hits.keys() & self._triggers
            for start, _ in hits[trigger]
        }
        for place in sorted(places - void):
            start, end = sentences.range_of(place)
            if not _UNTRUE.search(text, start, end):
                read |= _sentence(text[start:end])
        if not hits.keys().isdisjoint(self._nobody) and not places <= void:
            read |= Casualties(dead=0, injured=0)
        if not hits.keys().isdisjoint(self._nobody_trapped):
            read |= Casualties(trapped=0)
        return read


def _sentence(text: str) -> Casualties:
    counts: dict[str, int] = {}
    gone = _GONE.search(text) or _BODY.search(text)
    if gone and not _ANIMAL.search(text, 0, gone.end()):
        counts["dead"] = 1
    if not _ANY_NUMBER.search(text):
        return Casualties(dead=counts.get("dead"))
    for match in _LIVES.finditer(text):
        counts["dead"] = max(number(match["number"]) or 0, counts.get("dead", 0))
    taken: list[tuple[int, int]] = []
    for pattern in (_TERSE, _BEFORE, _AFTER):
        for match in pattern.finditer(text):
            span = match.span("number")
            if span in taken:
                continue
            kind = _KIND_OF[match["word"]]
            if kind == "trapped" and _rescued(text, match):
                continue
            count = number(match["number"])
            if count is None or _NO_PEOPLE.search(
                text, max(0, match.start("word") - 6), match.start("word")
            ):
                continue
            if text.endswith(_DENIED, 0, match.start()):
                count = 0
            taken.append(span)
            counts[kind] = max(count, counts.get(kind, 0))
    parts = [counts[kind] for kind in ("severe", "slight") if kind in counts]
    return Casualties(
        counts.get("dead"),
        graver(counts.get("injured"), sum(parts) if parts else None),
        counts.get("missing"),
        counts.get("trapped"),
    )


def _rescued(text: str, match: re.Match[str]) -> bool:
    """Whether the trapped of this clause are out already ("救出3名被困群众")."""
    before = text[max(0, match.start() - 8) : match.start()]
    after = text[match.end() : match.end() + 12]
    clause_before = re.split(r"[，,、；;]", before)[-1]
    clause_after = re.split(r"[，,；;]", after)[0]
    return any(word in clause_before or word in clause_after for word in _RESCUED)
