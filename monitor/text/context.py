"""What stands around a word: its sentence, a negation before it, a setting that voids it."""

import re
from bisect import bisect_right
from functools import cached_property
from itertools import pairwise

from monitor.text.lookup import Hits, Range, Vocabulary

# Closing quotes and brackets belong to the sentence before them.
_END = re.compile(r"[。！？!?;；\n\r]+[”’\"')）】》」』]*")

# A run-on post without any full stop is still read in portions of this many characters.
SENTENCE_MAX = 300

# Settings in which the things named did not happen here and now: drills, anniversaries,
# fiction, games and figures of a year. They void a matter and a casualty number in their own
# sentence.
SETTINGS = (
    *("演练", "演习", "实训", "情景模拟", "模拟火情", "模拟被困", "模拟伤员", "实战拉动", "拉练"),
    *(
        "纪念日",
        "周年",
        "电影",
        "电视剧",
        "小说",
        "游戏",
        "网剧",
        "短剧",
        "剧情",
        "预告片",
        "灾难片",
        "影片",
    ),
    *(
        "纪录片",
        "动漫",
        "番剧",
        "剧组",
        "拍戏",
        "群演",
        "编剧",
        "女主",
        "男主",
        "大结局",
        "手游",
        "网游",
        "新赛季",
    ),
    *("队友", "开黑", "副本", "电竞", "狼人杀", "剧本杀", "密室逃脱", "丧尸", "服务器"),
    *(
        "同比",
        "环比",
        "办结率",
        "满意率",
        "起数",
        "诉求量",
        "件,占",
        "数据显示",
        "统计数据",
        "一图读懂",
    ),
)
# Longer words that contain one of the above and are ordinary places or things.
NOT_SETTINGS = (
    "电影院",
    "电影城",
    "电影节",
    "游戏厅",
    "游戏室",
    "游戏币",
    "小说家",
    "云服务器",
    "政务服务器",
)
# A headline that announces a drill holds for the whole article; fiction does not carry over,
# since the headline may be a diary ("看完电影回家，水已经淹到二楼").
DRILLS = ("演练", "演习", "情景模拟")
# So does what calls itself a drill anywhere, often in the last line, and what sells something.
WHOLE_DRILLS = (
    *(
        "应急演练",
        "消防演练",
        "疏散演练",
        "实战演练",
        "防汛演练",
        "综合演练",
        "本次演练",
        "此次演练",
        "这次演练",
    ),
    *("拍戏", "群演", "取景", "拍电影", "拍摄现场", "剧组", "枪战戏"),
    *(
        "一次演练",
        "的演练",
        "演练到此",
        "演练进行",
        "演练结束",
        "演练圆满",
        "是演练",
        "是一场演练",
        "场演练",
    ),
)
ADVERTS = (
    *(
        "微信同号",
        "电话微信",
        "非诚勿扰",
        "量大从优",
        "【推广】",
        "欢迎选购",
        "先到先得",
        "名额有限",
        "扫码领",
    ),
    *(
        "上门回收",
        "高价回收",
        "包教包会",
        "包接送",
        "不成不收费",
        "加v咨询",
        "私信领",
        "可小刀",
        "中介勿扰",
    ),
)
# Counts of a year or a kingdom: nobody is hurt now where they stand.
STATISTICS = (
    *(
        "统计公报",
        "主要数据",
        "人口数据",
        "常住人口",
        "户籍人口",
        "出生人口",
        "死亡人口",
        "出生率",
        "死亡率",
        "病死率",
    ),
    *(
        "三成",
        "四成",
        "五成",
        "六成",
        "七成",
        "八成",
        "九成",
        "占比",
        "比例",
        "累计死亡",
        "每年死",
        "每年有",
        "全球",
        "全国每年",
    ),
)
# An old story or a hoax is passed on, and somebody says so.
DEBUNKED = (
    *(
        "老视频",
        "旧视频",
        "旧闻",
        "老帖",
        "旧帖",
        "老新闻",
        "旧新闻",
        "莫再传",
        "别再传",
        "不要再传",
        "别传了",
        "莫传",
        "莫转",
    ),
    *(
        "别再转",
        "不要再转",
        "别转了",
        "早就处理",
        "当时通报过",
        "早就通报",
        "已经辟谣",
        "都辟谣",
        "辟谣了",
        "系谣言",
    ),
    *(
        "是谣言",
        "不是我们县",
        "不是我们这",
        "散了吧",
        "虚惊一场",
        "讲了是假",
        "说了是假",
        "说是假的",
    ),
)
# What happened long ago: it hurts nobody now. A complaint may well begin there.
PAST = (
    *(
        "年前的",
        "那年",
        "当年",
        "旧闻",
        "旧视频",
        "老视频",
        "老帖",
        "旧帖",
        "老照片",
        "往事",
        "历史上",
        "回忆",
    ),
    *("多年以前", "小时候", "老一辈", "旧案", "旧新闻", "陈年", "周年", "纪念"),
)

NO_CASUALTIES = (
    *("未造成人员伤亡", "没有造成人员伤亡", "未造成伤亡", "没有人员伤亡", "没有伤亡"),
    *("无人员伤亡", "无人伤亡", "未发生人员伤亡", "暂无人员伤亡", "暂无伤亡", "零伤亡"),
    *("未有人员伤亡", "无一人伤亡", "没有人伤亡", "未接到人员伤亡", "未发现人员伤亡"),
)

_NEGATION = re.compile(
    r"(没有|没|未|并未|从未|尚未|不会|不再|不存在|不|无|避免|防止|预防|防范|严防|谨防|防|杜绝"
    r"|严禁|禁止|遏制|减少|降低|零)(?:再次|再|有|出现|发生|造成|导致|引发|任何|人员|一起|各类|因|被){0,3}$"
)
# Ends that look like a negation and are none: questions, idioms, other words.
_NO_NEGATION = re.compile(
    r"(?:有没有|是不是|会不会|能不能|不得不|忍不住|禁不住|淹没|沉没|埋没|吞没|出没|消防|国防|人防|设防"
    r"|边防|海防|布防|联防|归零|无不|莫不|要不|何不)$"
)
# A denial begins with one of these: a look for one is much quicker than for the whole.
_DENIES = re.compile("[没未并从尚不无避防预严谨杜禁遏减降零]")
_WINDOW = 12
_YEAR = re.compile(
    r"(?P<year>(?:19|20)\d\d)年|(?P<ago>(?:\d{1,2}|[二三四五六七八九十百]{1,3}|几十|多|好多)多?年(?:多)?(?:前|以前))"
)


def negated(text: str, start: int) -> bool:
    """Whether the word that begins at `start` of a normalised text is denied right before it."""
    begin = start - _WINDOW if start > _WINDOW else 0
    if _DENIES.search(text, begin, start) is None:
        return False
    match = _NEGATION.search(text, begin, start)
    return match is not None and not _NO_NEGATION.search(text, begin, match.end(1))


class Sentences:
    """Sentence borders of one normalised text; commas do not end a sentence.

    The borders are looked for when first asked: most texts hold nothing that asks.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _starts(self) -> list[int]:
        ends = [match.end() for match in _END.finditer(self._text)]
        ends.append(len(self._text))
        starts = [0]
        for begin, end in pairwise([0, *ends]):
            starts.extend(range(begin + SENTENCE_MAX, end, SENTENCE_MAX))
            starts.append(end)
        return starts

    def number(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def all(self) -> frozenset[int]:
        return frozenset(range(len(self._starts)))

    def range_of(self, number: int) -> Range:
        after = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._text)
        return self._starts[number], after


class Settings:
    """Finds the sentences in which nothing named has really happened, or not now."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._settings = frozenset(vocabulary.add_all(SETTINGS))
        self._ordinary = vocabulary.add_all(NOT_SETTINGS)
        self._drills = frozenset(vocabulary.add_all(DRILLS))
        self._whole = frozenset(vocabulary.add_all(WHOLE_DRILLS))
        self._adverts = frozenset(vocabulary.add_all(ADVERTS))
        self._past = frozenset(vocabulary.add_all((*PAST, *STATISTICS)))
        self._debunked = frozenset(vocabulary.add_all(DEBUNKED))

    def void(self, hits: Hits, sentences: Sentences) -> frozenset[int]:
        """Numbers of the sentences in which nothing named has really happened."""
        if hits.keys().isdisjoint(self._settings):
            return frozenset()
        ordinary = [r for number in self._ordinary for r in hits.get(number, ())]
        return frozenset(
            sentences.number(start)
            for number in hits.keys() & self._settings
            for start, end in hits[number]
            if not within(start, end, ordinary)
        )

    def past(self, text: str, hits: Hits, sentences: Sentences, year: int) -> frozenset[int]:
        """Numbers of the sentences that tell of long ago or of a year's figures; `year` is the
        present one, 0 when not known."""
        old = {
            sentences.number(start)
            for number in hits.keys() & self._past
            for start, _ in hits[number]
        }
        # Most texts hold none, and looking for it is dearer than for one character.
        for match in _YEAR.finditer(text) if "年" in text else ():
            if match["ago"] or (year and match["year"] and int(match["year"]) < year):
                old.add(sentences.number(match.start()))
        return frozenset(old)

    def nothing(self, title: Hits, body: Hits) -> bool:
        """Whether nothing in the whole article has happened: the headline announces a drill, or
        something is advertised."""
        return not (
            title.keys().isdisjoint(self._drills)
            and title.keys().isdisjoint(self._adverts)
            and body.keys().isdisjoint(self._adverts)
        )

    def remembered(self, title: str, hits: Hits, year: int) -> bool:
        """Whether the headline says that the article tells of long ago, or of figures."""
        return bool(self.past(title, hits, Sentences(title), year))

    def debunked(self, title: Hits, body: Hits) -> bool:
        """Whether the article itself says that what goes round is old or untrue."""
        return not (
            title.keys().isdisjoint(self._debunked) and body.keys().isdisjoint(self._debunked)
        )

    def staged(self, title: Hits, body: Hits) -> bool:
        """Whether all harm in the article is a drill's: it calls itself one somewhere."""
        return not (title.keys().isdisjoint(self._whole) and body.keys().isdisjoint(self._whole))


def within(start: int, end: int, ranges: list[Range]) -> bool:
    """Whether start..end lies inside one of the ranges."""
    return any(first <= start and end <= last for first, last in ranges)
