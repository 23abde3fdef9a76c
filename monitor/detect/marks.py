"""What sets two look-alike texts apart: their numbers and the names of streets and towns.

Notices of one office share nine tenths of their characters and still tell of two streets or
two days. Likeness cannot see that; these few words can. A repost adds or drops words, so a
mark that only one side has means nothing; two texts differ when *each* has a mark of one kind
(two streets, two dates, two numbers of hours) that the other lacks. A county on one side and a
town on the other contradict nothing.

Counts of people (3人, 5名, 2死) are never marks: a report whose toll rises is the same story,
and the rise must show inside its event. The same holds for the hour in 截至11月3日8时.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

READ_CHARACTERS = 1_000
"""Only so much of a body is read: a notice says what it is about at its beginning."""

MOST_MARKS = 40
"""Marks kept of a title and of a body each, the first ones; bounds what a row stores."""

SHORT_TEXT = 300
"""Characters up to which one differing mark on either side decides; a longer text carries
incidental numbers (page views, edition stamps), so it takes two and a third of all."""

_SEPARATORS = re.compile(r"\W+")
_PASSING = re.compile(
    r"截[至止][^，。；,;\n]{0,24}"  # a report's own hour: the next edition of the same story
    r"|https?://\S+"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]*\d{1,2}:\d{2}(?::\d{2})?)?"  # a site's stamp
    r"|\d{7,}"  # telephone and account numbers
    r"|(?:阅读|点击|浏览|评论|转发|点赞)[量数次]*[:：]?\s*\d+"
)
# What a match of _PASSING or _NUMBER begins with. A single class of characters is found ten times
# faster than alternatives, which `re` would try at every character of the text.
_PASSING_HEAD = re.compile(r"[截h\d阅点浏评转]")
_NUMBER_HEAD = re.compile(r"[\d第一二三四五六七八九十]")
_WIDE_DIGIT = re.compile("[０-９]")
_HAN_DIGITS = "零一二三四五六七八九"
_NUMBER = re.compile(
    r"(?P<clock>\d{1,2}[:：]\d{2})"
    r"|(?P<figure>\d+(?:\.\d+)?)\s*(?P<unit>[\u4e00-\u9fff%])?"
    r"|第(?P<ordinal>[零一二两三四五六七八九十百]{1,4})"
    r"|(?P<count>[一二三四五六七八九十]{1,3})(?P<of>号|期|批|中|小|标段|栋|单元|组|月|日)"
)
_PEOPLE = frozenset("人名位死伤")
_LATE = re.compile("(?:下午|晚上?)$")
_SAME_UNIT = {"点": "时", "号": "日"}
# 大道 大桥 社区 小区 花园 家园, or one character; spelt so that it begins with a class (see above).
_PLACE_ENDS = re.compile(
    "[大社小花家路街巷镇乡村桥县](?:(?<=大)[道桥]|(?<=[社小])区|(?<=[花家])园|(?<=[路街巷镇乡村桥县]))"
)
_PLACE_KINDS = {
    **dict.fromkeys("路街巷道", "路"),
    **dict.fromkeys("镇乡", "镇"),
    **dict.fromkeys("村区园", "村"),
    "桥": "桥",
    "县": "县",
}
_NAME = re.compile("[\u4e00-\u9fff]{1,2}$")
_NO_NAME = frozenset(
    "在于到至对从由往将因为和与及是有经沿向我你他们的了给等该位达本全各某个这那每已被把让话说送去来住回进出同"
)
_BEFORE_NAME = _NO_NAME | frozenset("年月日时点分号")
_COMMON = re.compile(
    r"(?:道|公|马|铁|线|电|思|走|水|上|半|修|堵|一|条|段|网|断|问|套|退|大)路$"
    r"|(?:农|乡|驻)村$|(?:乡|城)镇$|(?:家|老|城|下|故|返)乡$|(?:市|区|外|咱|邻)县$"
    r"|(?:大|上|临|逛|小|老|新|条)街$|(?:街|小|大)巷$|(?:过|座|小|老|塌)桥$"
    r"|(?:老|新)(?:小区|社区)$"
)
_NOT_AFTER = ("村民", "村干", "村里", "乡亲", "乡村", "乡镇", "县域", "镇上", "路上", "路面")
"""What follows a short name and shows that it was none: 青溪村民 is 青溪 and 村民."""


def marks_of(title: str, body: str) -> str:
    """The distinguishing words of a text as one short line, `title marks|body marks`.

    Both halves are blank-separated and may be empty; at most `2 * MOST_MARKS` words. Store it
    beside the signature and hand it to `Member`.
    """
    return f"{_line(title)}|{_line(body[:READ_CHARACTERS])}"


def letters(title: str, body: str) -> int:
    """How long a text is, for `Member`: its characters without blanks, signs and faces."""
    return len(_SEPARATORS.sub("", title)) + len(_SEPARATORS.sub("", body))


def differ(one: str, other: str, length: int) -> bool:
    """Whether the marks of two texts say that they are two matters.

    `length` is that of the longer text in normalised characters. Marks of the title count at any
    length, provided that they stand nowhere in the other text.
    """
    if one == other:
        return False
    (title, all_), (other_title, other_all) = _sets(one), _sets(other)
    if _contradictions(title - other_all, other_title - all_):
        return True
    own = _contradictions(all_ - other_all, other_all - all_)
    if length <= SHORT_TEXT:
        return own >= 1
    return own >= 2 and own * 3 >= min(len(all_), len(other_all))


def _contradictions(one: set[str], other: set[str]) -> int:
    """How many marks of the one side stand against marks of the same kind on the other."""
    if not one or not other:
        return 0
    kinds, other_kinds = Counter(map(_kind, one)), Counter(map(_kind, other))
    return (kinds & other_kinds).total()


def _kind(mark: str) -> str:
    """第5 → 第, 11月 → 月, 8:30 → 时, 人民路 → 路."""
    if mark.startswith("第"):
        return "第"
    if mark[0].isdigit():
        return "时" if ":" in mark else mark.lstrip("0123456789.")
    return _PLACE_KINDS[mark[-1]]


def _sets(line: str) -> tuple[set[str], set[str]]:
    title, _, body = line.partition("|")
    head = set(title.split())
    return head, head | set(body.split())


def _line(text: str) -> str:
    if _WIDE_DIGIT.search(text):
        text = unicodedata.normalize("NFKC", text)
    plain = _without_passing(text)
    found = dict.fromkeys([*_numbers(plain), *_places(plain)])
    return " ".join(list(found)[:MOST_MARKS])


def _without_passing(text: str) -> str:
    parts = []
    done = 0
    for match in _matches(_PASSING_HEAD, _PASSING, text):
        parts.append(text[done : match.start()])
        done = match.end()
    return "，".join([*parts, text[done:]])


def _matches(head: re.Pattern[str], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """`pattern.finditer(text)`, tried only where a head stands."""
    done = 0
    for start in head.finditer(text):
        if start.start() >= done and (match := pattern.match(text, start.start())):
            done = match.end()
            yield match


def _numbers(text: str) -> list[str]:
    marks = []
    for match in _matches(_NUMBER_HEAD, _NUMBER, text):
        if match["clock"]:
            hour, minute = re.split("[:：]", match["clock"])
            hours = _hour(int(hour), text, match)
            marks.append(f"{hours:g}时" if minute == "00" else f"{hours:g}:{minute}")
        elif match["figure"]:
            unit = _SAME_UNIT.get(match["unit"] or "", match["unit"] or "")
            figure = float(match["figure"])
            if unit not in _PEOPLE:
                marks.append(f"{_hour(figure, text, match) if unit == '时' else figure:g}{unit}")
        elif match["ordinal"]:
            marks.append(f"第{_value(match['ordinal'])}")
        else:
            unit = match["of"]
            marks.append(f"{_value(match['count'])}{_SAME_UNIT.get(unit, unit)}")
    return marks


def _hour(hour: float, text: str, match: re.Match[str]) -> float:
    """晚8时 is 20时: one report writes it so, the next one so."""
    late = _LATE.search(text[max(0, match.start() - 2) : match.start()])
    return hour + 12 if late and hour < 12 else hour


def _value(words: str) -> int:
    """二十三 → 23, 一百零五 → 105; what an ordinal needs and no more."""
    total, digit = 0, 0
    for character in words.replace("两", "二"):
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _HAN_DIGITS.index(character)
    return total + digit


def _places(text: str) -> list[str]:
    marks = []
    end = 0
    for match in _PLACE_ENDS.finditer(text):
        found = _NAME.search(text[max(end, match.start() - 2) : match.start()])
        if found is None or found[0][-1] in _NO_NAME:
            continue
        # What is caught with a short name (在东街, 8时东街) would make two marks of one street.
        name = found[0][1:] if found[0][0] in _BEFORE_NAME else found[0]
        if _COMMON.search(name + match[0]) or text.startswith(_NOT_AFTER, match.start()):
            continue
        end = match.end()
        marks.append(name + match[0])
    return marks
