"""What sets two look-alike texts apart: their numbers and the names of streets and towns.

Notices of one office share nine tenths of their characters and still tell of two streets or
two days. Likeness cannot see that; these few words can. A repost adds or drops words, so a
mark that only one side has means nothing; two texts differ when *each* has a mark that the
other lacks.

Counts of people (3人, 5名, 2死) are never marks: a report whose toll rises is the same story,
and the rise must show inside its event. The same holds for the hour in 截至11月3日8时.
"""

import re
import unicodedata

READ_CHARACTERS = 1_000
"""Only so much of a body is read: a notice says what it is about at its beginning."""

MOST_MARKS = 40
"""Marks kept of a title and of a body each, the first ones; bounds what a row stores."""

SHORT_TEXT = 300
"""Characters up to which one differing mark on either side decides; a longer text carries
incidental numbers (page views, edition stamps), so it takes two and a third of all."""

_PASSING = re.compile(
    r"截[至止][^，。；,;\n]{0,24}"  # a report's own hour: the next edition of the same story
    r"|https?://\S+"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ t]*\d{1,2}:\d{2}(?::\d{2})?)?"  # a site's stamp
    r"|\d{7,}"  # telephone and account numbers
    r"|(?:阅读|点击|浏览|评论|转发|点赞)[量数次]*[:：]?\s*\d+"
)
_HAN_DIGITS = "零一二三四五六七八九"
_NUMBER = re.compile(
    r"(?P<clock>\d{1,2}[:：]\d{2})"
    r"|(?P<figure>\d+(?:\.\d+)?)\s*(?P<unit>[\u4e00-\u9fff%])?"
    r"|第(?P<ordinal>[零一二两三四五六七八九十百]{1,4})"
    r"|(?P<count>[一二三四五六七八九十]{1,3})(?P<of>号|期|批|中|小|标段|栋|单元|组|月|日)"
)
_PEOPLE = frozenset("人名位死伤")
_SAME_UNIT = {"点": "时", "号": "日"}
_PLACE_ENDS = re.compile("大道|社区|小区|花园|家园|大桥|[路街巷镇乡村桥县]")
_NAME = re.compile("[\u4e00-\u9fff]{1,2}$")
_PREPOSITIONS = "在于到至对从由往将因为和与及是有经沿向我的了等该位达市县镇乡"
_COMMON = re.compile(
    r"(?:道|公|马|铁|线|电|思|出|走|水|上|半|沿|修|堵|一|条|段|网|断|让|问|套|退|大|全)路$"
    r"|(?:农|乡|全|本|该|我|各|同|进|个|某|驻)村$"
    r"|(?:乡|城|全|本|该|我|各|某)镇$"
    r"|(?:家|老|城|下|故|返|全|本|该|我|各|回)乡$"
    r"|(?:全|本|该|我|各|市|区|某|外|咱|邻)县$"
    r"|(?:大|上|沿|临|逛|小|老|新|条)街$|(?:街|小|大)巷$|(?:过|座|小|老|塌)桥$"
    r"|(?:该|本|某|的|们|个|各|老|新|全)(?:小区|社区)$"
)


def marks_of(title: str, body: str) -> str:
    """The distinguishing words of a text as one short line, `title marks|body marks`.

    Both halves are blank-separated and may be empty; at most `2 * MOST_MARKS` words. Store it
    beside the signature and hand it to `Member`.
    """
    return f"{_line(title)}|{_line(body[:READ_CHARACTERS])}"


def differ(one: str, other: str, length: int) -> bool:
    """Whether the marks of two texts say that they are two matters.

    `length` is that of the longer text in normalised characters. Title marks count at any
    length, provided that they stand nowhere in the other text.
    """
    if one == other:
        return False
    (title, all_), (other_title, other_all) = _sets(one), _sets(other)
    if title - other_all and other_title - all_:
        return True
    own = min(len(all_ - other_all), len(other_all - all_))
    if length <= SHORT_TEXT:
        return own >= 1
    return own >= 2 and own * 3 >= min(len(all_), len(other_all))


def _sets(line: str) -> tuple[set[str], set[str]]:
    title, _, body = line.partition("|")
    head = set(title.split())
    return head, head | set(body.split())


def _line(text: str) -> str:
    plain = _PASSING.sub("，", unicodedata.normalize("NFKC", text).casefold())
    found = dict.fromkeys(_numbers(plain)) | dict.fromkeys(_places(_NUMBER.sub("，", plain)))
    return " ".join(list(found)[:MOST_MARKS])


def _numbers(text: str) -> list[str]:
    marks = []
    for match in _NUMBER.finditer(text):
        if match["clock"]:
            hour, minute = re.split("[:：]", match["clock"])
            marks.append(f"{int(hour)}时" if minute == "00" else f"{int(hour)}:{minute}")
        elif match["figure"]:
            unit = match["unit"] or ""
            if unit not in _PEOPLE:
                marks.append(f"{float(match['figure']):g}{_SAME_UNIT.get(unit, unit)}")
        elif match["ordinal"]:
            marks.append(f"第{_value(match['ordinal'])}")
        else:
            unit = match["of"]
            marks.append(f"{_value(match['count'])}{_SAME_UNIT.get(unit, unit)}")
    return marks


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
        before = _NAME.search(text[max(end, match.start() - 2) : match.start()])
        name = f"{before[0]}{match[0]}" if before else match[0]
        if before is None or _COMMON.search(name):
            continue
        end = match.end()
        # A preposition caught with a short name (在东街) would make two marks of one street.
        marks.append(name[1:] if len(name) > 2 and name[0] in _PREPOSITIONS else name)
    return marks
