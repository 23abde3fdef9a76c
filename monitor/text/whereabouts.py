"""Where a text's story plays: here, elsewhere, or nothing tells.

Names of places are weighed, not counted (monitor.text.scenes). A name that many counties share
says nothing by itself; the name of a county right before it settles it (东淦县龙潭镇), and so does
a source that looks at our county alone. An author's IP 属地 names a province, of which a county is
a hundredth part: it can speak against us, never for us.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from monitor.text.counties import provinces
from monitor.text.found import Found
from monitor.text.places import Sign, Sort
from monitor.text.scenes import LEAD_LONGEST, TEXT, Scene, Weighed, passing, weigh

HOME, ELSEWHERE = "home", "elsewhere"
REASONS = 3
# A second county named more than half again as often as ours makes ours one of several.
_OUTWEIGHED = 1.5

_EITHER = re.compile(r"是[^，。！？!?；]{0,16}还是")
# Words for here: with them, another county named is one that the author looks at from home.
_HERE = re.compile(
    r"(?:我们|咱们|咱|俺们|俺)(?:这边|这里|这儿|这|村|镇|乡|组|小区|学校|厂|社区|老百姓)"
    r"|我(?:家|村|镇|乡)(?!里人)"
)
# The nation's own news, told by its own organs, in the headline or the lead.
_NATION = re.compile(
    # What it may begin with; a look at every other character ends here.
    r"(?=[全我国中教农财公民交商自生应水工外人住央奥世欧航空载卫台第美英法德日俄韩印联成油])(?:"
    r"全国|我国|国内|国务院|中央气象台"
    r"|国家(?:发展改革|有关部门|统计局|能源局|医保局|卫生健康|税务总局|市场监管总局|矿山)"
    r"|(?:教育|农业农村|财政|公安|民政|交通运输|商务|自然资源|生态环境|应急管理|水利|工信|外交|国防"
    r"|人力资源和?社会保障|住房和?城乡建设)部"
    r"|国家[^，。、；]{0,6}(?:局|委)(?:消息|公布|发布|印发|宣布)|央行|奥运|世界杯|欧冠|航天员|空间站"
    r"|载人飞船|卫星发射|台风[^，。]{0,10}(?:生成|登陆)|第\d{1,2}号台风|[美英法德日俄韩印]国|联合国"
    r"|国际油价|成品油价格|油价.{0,8}(?:上涨|上调|下调|下跌))"
)
# At a source of ours the nation's news must begin with its organ and announce something.
_NATION_SAYS = re.compile(
    r"(?:国家有关部门|国务院|国家[^，。、；]{1,8}[局委]"
    r"|[^，。、；\s]{2,8}(?<!干)部(?:门)?(?:等[^，。]{0,8}部门)?)"
    r"[^，。；]{0,6}(?:发布|公布|印发|宣布|出台|消息)"
)
_WHOLE_CITY = re.compile("全市|我市|各县|各区县|各地")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a text comes from: the source's `region` ("home": it looks at our county alone,
    "elsewhere", "any"), the author's `ip` 属地 as platforms show it (江苏), or "", and the `year`
    of publication, 0 when not known; `addressed`: who writes there writes to government
    (留言板)."""

    region: str = "any"
    ip: str = ""
    year: int = 0
    addressed: bool = False


NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """`verdict` True: here, False: elsewhere, None: nothing tells. `reasons` say why in Chinese;
    a reason that quotes nothing (信源只说本县的事) has an empty `field` and `text`."""

    verdict: bool | None
    reasons: tuple[Found, ...] = ()

    @property
    def told(self) -> bool:
        """Whether the text itself tells it, not only its source or author."""
        return any(reason.text for reason in self.reasons)

    def to_json(self) -> dict[str, Any]:
        return {"verdict": self.verdict, "reasons": [found.to_json() for found in self.reasons]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Whereabouts":
        """The value that `to_json` wrote; raises KeyError or TypeError on anything else."""
        return cls(data["verdict"], tuple(Found.from_json(one) for one in data["reasons"]))


class Verdict(NamedTuple):
    """The decision before it is quoted: (scene, sign) pairs, and one reason for them all."""

    verdict: bool | None
    why: str
    signs: tuple[tuple[Scene, Sign], ...] = ()


def judge(scenes: Sequence[Scene], origin: Origin, *, complains: bool, far: bool) -> Verdict:
    """The verdict on an article's fields (title first). `complains` says that somebody asks or
    accuses in it: such a text at a source of ours speaks of ours, whatever else it names. `far`
    says that its author writes from another province."""
    home_source = origin.region == HOME
    told = weigh(scenes, home_source=home_source)
    if any(scene.signs and _asks_which(scene) for scene in scenes):
        return Verdict(None, "文中自己也在问是哪里", _some(told.vague or told.others))
    if told.denied and not _settled_here(told):
        return Verdict(False, "明说不是本县", (*told.denied[:1], *_some(told.others)[:2]))
    if told.vague and (home_source or told.ours):
        told.ours += told.vague
    if told.others and told.ours:
        return _between(told, home_source)
    if told.others:
        return _others_alone(scenes, told, origin, complains)
    if told.ours:
        return _ours_alone(told, origin, far=far)
    return _unnamed(scenes, told, origin, complains)


def _some(weighed: Iterable[tuple[int, Scene, Sign]]) -> tuple[tuple[Scene, Sign], ...]:
    """The weightiest distinct names, in reading order."""
    first: dict[str, tuple[int, Scene, Sign]] = {}
    for one in weighed:
        first.setdefault(one[2].name, one)
    best = sorted(first.values(), key=lambda one: -one[0])[:REASONS]
    return tuple((scene, sign) for _, scene, sign in best)


def _asks_which(scene: Scene) -> bool:
    """Whether a text asks which of two places it is (是我们这边的还是东淦的)."""
    match = _EITHER.search(scene.text)
    if match is None:
        return False
    there = scene.sentences.number(match.start())
    near = [sign for sign in scene.signs if scene.sentences.number(sign.start) == there]
    return any(sign.sort is None and sign.start >= match.start() for sign in near) or (
        any(sign.sort is None for sign in near) and any(sign.sort is not None for sign in near)
    )


def _settled_here(told: Weighed) -> bool:
    """Whether ours is named surely and no other county is, so that a denial was of something
    else (不是岚川县城，是白石镇)."""
    return not told.others and any(sign.sort is Sort.NAMED for _, _, sign in told.ours)


def _between(told: Weighed, home_source: bool) -> Verdict:
    """Ours and others are named: which of them the story is about."""
    ours = sum(weight for weight, _, _ in told.ours) + (TEXT if home_source else 0)
    others = sum(weight for weight, _, _ in told.others)
    titled = [
        any(scene.field == "title" for _, scene, _ in side) for side in (told.ours, told.others)
    ]
    if titled == [True, False]:
        return Verdict(True, "标题写的是本县", _some(told.ours))
    if titled == [False, True]:
        return Verdict(False, "标题写的是外地", _some(told.others))
    several = len({sign.name for _, _, sign in told.others})
    if several > 1 and others > ours * _OUTWEIGHED:
        return Verdict(False, "几个县放在一起说，本县只是其中之一", _some(told.others))
    if several > 1 and not home_source and _listed(told):
        return Verdict(False, "几个县放在一起说，本县只是其中之一", _some(told.others))
    if ours >= others:
        return Verdict(True, "主要说的是本县", _some(told.ours))
    return Verdict(False, "主要说的是外地", _some(told.others))


def _listed(told: Weighed) -> bool:
    """Whether ours is named once, after others: one of a row."""
    names = {sign.name for _, _, sign in told.ours}
    first = min(sign.start for _, _, sign in told.others)
    return len(names) <= 2 and all(sign.start > first for _, _, sign in told.ours)


def _others_alone(
    scenes: Sequence[Scene], told: Weighed, origin: Origin, complains: bool
) -> Verdict:
    if origin.region == HOME and complains and any(_HERE.search(scene.text) for scene in scenes):
        return Verdict(True, "本地信源上的诉求，外地只是拿来相比", _some(told.others))
    return Verdict(False, "写的是外地", _some(told.others))


def _ours_alone(told: Weighed, origin: Origin, *, far: bool) -> Verdict:
    sure = [one for one in told.ours if one[2].sort is Sort.NAMED]
    if sure:
        return Verdict(True, "写明本县", _some(sure))
    selves = [one for one in told.ours if one[2].sort is Sort.SELF]
    if origin.region == HOME:
        return Verdict(True, "本地信源说到的地方", _some(told.ours))
    if selves and far:
        return Verdict(None, f"自称“我县”，但作者在{origin.ip}", _some(selves))
    return Verdict(True, "自称本县", _some(selves or told.ours))


def _unnamed(scenes: Sequence[Scene], told: Weighed, origin: Origin, complains: bool) -> Verdict:
    """No county is named: names that many share, the source, the author and the nation's news."""
    if origin.region == HOME:
        if not complains and _national(scenes, _NATION_SAYS):
            return Verdict(False, "说的是全国的事")
        return Verdict(True, "信源只说本县的事")
    if origin.region == ELSEWHERE:
        return Verdict(False, "信源只说外地的事", _some(told.vague))
    if any(sign.sort is Sort.SHORT for _, _, sign in told.vague) and any(
        sign.sort is Sort.VAGUE for _, _, sign in told.vague
    ):
        return Verdict(True, "几处本县地名放在一起说", _some(told.vague))
    if told.vague:
        return Verdict(None, "外地也有同名，没有别的依据", _some(told.vague))
    abroad = _abroad(scenes)
    if abroad:
        return Verdict(False, "写的是外省", abroad)
    if any(scene.above for scene in scenes):
        whole = any(_WHOLE_CITY.search(scene.text) for scene in scenes)
        return (
            Verdict(True, "说的是全市，本县在内")
            if whole
            else Verdict(None, "只写到上级市或省，没有写到县")
        )
    if _national(scenes, _NATION):
        return Verdict(False, "说的是全国的事")
    return Verdict(None, "文中没有写到地方")


def _abroad(scenes: Sequence[Scene]) -> tuple[tuple[Scene, Sign], ...]:
    """Provinces that a headline or a lead is about."""
    found = []
    for scene in scenes:
        lead = scene.text if scene.field == "title" else scene.text[:LEAD_LONGEST]
        for start, end in provinces(lead):
            if any(first <= start < last for first, last in scene.above):
                continue
            name = scene.text[start:end]
            if not passing(scene.text, start, end):
                found.append((scene, Sign(start, end, "", name, None)))
    return tuple(found[:REASONS])


def _national(scenes: Sequence[Scene], signs: re.Pattern[str]) -> bool:
    """Whether a headline or a lead speaks of the whole nation."""
    return any(
        signs.search(scene.text, 0, LEAD_LONGEST if scene.field != "title" else len(scene.text))
        for scene in scenes
    )
