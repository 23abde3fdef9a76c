"""How much each name of a place weighs in a text: signs of ours and of others, by side.

What the headline is about, what stands in the first sentence and what stands beside the matter
weighs more; a county that is only passed through weighs nothing (在东莞打工, 转至市里救治).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.text.context import Sentences
from monitor.text.lookup import Range
from monitor.text.places import Sign, Sort

# Weights in tenths: a headline's name is worth three of the text, one of the lead two.
_TITLE, _LEAD, TEXT = 30, 20, 10
_BESIDE_MATTER = 5
# Matters of a field that are looked at: a long list of complaints has no place of its own.
_MATTERS = 3
LEAD_LONGEST = 60
"""Normalised characters of a text's beginning that count as its lead."""

_PASSING_BEFORE = re.compile(
    r"(?:隔壁|邻县|邻市|人在|从|由|像|比|不如|去|到|回|往|来自|离|距|飞|战胜|击败|对阵|邀请|请来"
    r"|送[往到至]?|转[往到至]?|开[往到]|赶[往到]|前往|老家(?:是|在)?|籍贯|[跟和与同](?=.{0,1}$))(?:的|了)?$"
)
_PASSING_AFTER = re.compile(
    r"市?区?(?:的?(?:人(?!民)|籍|网友|亲戚|老乡|朋友|同学)|(?:县|市)?(?:代表)?队|消防救援支队"
    r"|打工|务工|上班|读书|读大学|上大学|做事|做工|工作(?!组|专班|人员)|干活(?!的)|做生意|救治|治疗"
    r"|抢救|就医|住院|方向|的?(?:班车|末班车|车票|火车|高铁)|赶来|来的|开车|一家司法|学(?:手艺|技术))"
)
_OFFICIALS_AFTER = re.compile(
    "[县市]?(?:委|政府|公安|警方|应急|消防|宣传|气象|教育|卫健|官方|通报)"
)
_DENIED = re.compile(r"(?:不是|并非|而非|不属于|不在|没在)(?:我们|咱们|咱|我|在)?(?:这边的?|的)?$")
_SCENE = re.compile(
    r"(?:事发地(?:点)?|发生地|事情|位置|地点)(?:是|为|在|系|位于)?$"
    r"|(?:发生在|位于)$|(?:^|[^不还])(?:是|系)$"
)
# What may stand between a county and any name of ours that is its own there (东淦县的龙潭镇), and
# between it and a name that many share.
_ITS_OWN = ("", "的", " ", "·", ",", "，")
_FOLLOWS = re.compile("[^。！？!?；;\n我咱俺本们]{1,24}")


class Scene(NamedTuple):
    """What one field tells of places: `signs` of ours and others in reading order, `above` where
    the city and province over us are named, `matters` where matters stand."""

    field: str
    text: str
    sentences: Sentences
    signs: Sequence[Sign]
    above: Sequence[Range]
    matters: Sequence[int]


@dataclass(slots=True)
class Weighed:
    """Signs of all fields with their weights, told apart by side."""

    ours: list[tuple[int, Scene, Sign]]
    vague: list[tuple[int, Scene, Sign]]
    others: list[tuple[int, Scene, Sign]]
    denied: list[tuple[Scene, Sign]]


def weigh(scenes: Sequence[Scene], *, home_source: bool) -> Weighed:
    """The signs of an article's fields with their weights in tenths, and those that it denies."""
    told = Weighed([], [], [], [])
    taken: set[str] = set()
    for scene in scenes:
        before: Sign | None = None
        for sign in scene.signs:
            if before is not None and before.sort is None and sign.sort is not None:
                gap = scene.text[before.end : sign.start]
                if gap in _ITS_OWN:
                    taken.add(sign.slug)
                    before = before._replace(end=sign.end)
                    continue
                if sign.sort is Sort.VAGUE and _FOLLOWS.fullmatch(gap):
                    continue
            joined = before is not None and sign.start - before.end <= 1
            if not (joined and before is not None and _of_ours(before) and _of_ours(sign)):
                _add(told, scene, sign)
            before = sign
    if not home_source:
        # A name that the text gives to another county stays there: 东淦县龙潭镇 … 龙潭镇.
        told.vague = [one for one in told.vague if one[2].slug not in taken]
        told.ours = [one for one in told.ours if one[2].slug not in taken]
    return told


def _of_ours(sign: Sign) -> bool:
    return sign.sort in (Sort.NAMED, Sort.SELF)


def _add(told: Weighed, scene: Scene, sign: Sign) -> None:
    text = scene.text
    before = text[max(0, sign.start - 8) : sign.start]
    if sign.sort is not None and _DENIED.search(before):
        told.denied.append((scene, sign))
        return
    weight = _weight(scene, sign)
    if sign.sort is None:
        if _DENIED.search(before):
            return
        if _SCENE.search(before):
            weight += _TITLE
        elif passing(text, sign.start, sign.end):
            return
        told.others.append((weight, scene, sign))
    elif sign.sort in (Sort.VAGUE, Sort.SHORT):
        told.vague.append((weight, scene, sign))
    else:
        told.ours.append((weight, scene, sign))


def passing(text: str, start: int, end: int) -> bool:
    """Whether a place at [start, end) is only passed through, compared with or an origin."""
    if _PASSING_AFTER.match(text, end):
        return True
    before = text[max(0, start - 8) : start]
    # 记者从永岑县委获悉: what its officials tell is its own story.
    return not _OFFICIALS_AFTER.match(text, end) and _PASSING_BEFORE.search(before) is not None


def _weight(scene: Scene, sign: Sign) -> int:
    place = scene.sentences.number(sign.start)
    if scene.field == "title":
        weight = _TITLE
    else:
        weight = _LEAD if place == 0 and sign.start < LEAD_LONGEST else TEXT
    if any(scene.sentences.number(matter) == place for matter in scene.matters[:_MATTERS]):
        weight += _BESIDE_MATTER
    return weight
