"""What the law hangs duties on, beside the matters: a 突发事件 with its class and grade, and the
kinds of 政务舆情 that must be answered.

突发事件应对法 (2024) 第二条 knows four classes of 突发事件; 第三条 grades the first three
(自然灾害, 事故灾难, 公共卫生事件) in four grades and leaves the standards to the State Council.
The figures here are those of 生产安全事故报告和调查处理条例 (国务院令第493号) 第三条, as the
office's levels have them; without a figure there is no grade, and a 社会安全事件 has none.

国办发〔2016〕61号 (关于在政务公开工作中进一步做好政务舆情回应的通知) 第二条 names five kinds
that must be answered; that of 上级要求 is read from the text's own words. Whether 影响 is 较大 is
the event's to say, not one text's.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.text.casualties import Casualties
from monitor.text.found import Found
from monitor.text.lookup import Hits, Range, Vocabulary
from monitor.text.matters import DUTIES, INCIDENTS, Matter

# Whoever says this has been told to answer.
ORDERED = (
    *("上级要求", "省里督办", "挂牌督办", "国务院督查", "省督查", "市督查", "督查组要求"),
    *("巡视反馈", "巡察反馈", "环保督察", "生态环境保护督察", "督办函", "交办函", "省长批示"),
    *("书记批示", "领导批示", "要求回应"),
)


GRADES = ("特别重大", "重大", "较大", "一般")
"""突发事件应对法 (2024) 第三条, from the gravest."""


@dataclass(frozen=True, slots=True)
class Grades:
    """People from which an incident is 特别重大, 重大, 较大; fewer, but at least one, is 一般."""

    dead: tuple[int, ...] = (30, 10, 3)
    injured: tuple[int, ...] = (100, 50, 10)


@dataclass(frozen=True, slots=True)
class Incident:
    """A 突发事件. `kind` is a key of `INCIDENTS`, `name` its word; `grade` is 1 (特别重大) … 4
    (一般), or None when no figure is given or the law grades no such thing; `reasons` quote the
    text."""

    kind: str
    name: str
    grade: int | None
    reasons: tuple[Found, ...]

    @property
    def words(self) -> str:
        """The class, and the grade where there is one: 事故灾难（较大）."""
        return f"{self.name}（{GRADES[self.grade - 1]}）" if self.grade else self.name

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "grade": self.grade,
            "reasons": [found.to_json() for found in self.reasons],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Incident":
        """The value that `to_json` wrote; raises KeyError or TypeError on anything else."""
        reasons = tuple(Found.from_json(one) for one in data["reasons"])
        return cls(data["kind"], data["name"], data["grade"], reasons)


def gravest(told: Iterable[Incident]) -> Incident | None:
    """What an event is by what its articles tell: the class of most of them, the gravest grade
    that is told of it."""
    known = list(told)
    if not known:
        return None
    classes = Counter(one.kind for one in known)
    most = [one for one in known if classes[one.kind] == max(classes.values())]
    kind = most[0].kind
    return min(
        (one for one in most if one.kind == kind), key=lambda one: one.grade or len(GRADES) + 1
    )


class Duties:
    """What a text's matters and words oblige to."""

    def __init__(
        self, matters: Sequence[Matter], vocabulary: Vocabulary, grades: Grades = Grades()
    ) -> None:
        self._matters = {matter.slug: matter for matter in matters}
        self._grades = grades
        self._ordered = frozenset(vocabulary.add_all(ORDERED))

    def incident(self, found: Sequence[Found], casualties: Casualties) -> Incident | None:
        """The 突发事件 that these matters make, None when they make none.

        The class is that of which most is said; matters that only tell of harm (伤亡, 被困) decide
        where nothing else does.
        """
        hurt = any((casualties.dead, casualties.injured, casualties.missing, casualties.trapped))
        told: dict[str, list[Found]] = {}
        harm: list[Found] = []
        for one in found:
            matter = self._matters[one.slug]
            if matter.incident not in INCIDENTS or (matter.incident_if_hurt and not hurt):
                continue
            if matter.casualty or matter.rescue:
                harm.append(one)
            else:
                told.setdefault(matter.incident, []).append(one)
        if not told:
            if not harm or not hurt:
                return None
            told[self._matters[harm[0].slug].incident] = harm
        kind = max(told, key=lambda one: len(told[one]))
        return Incident(kind, INCIDENTS[kind], self._grade(kind, casualties), tuple(told[kind][:3]))

    def _grade(self, kind: str, casualties: Casualties) -> int | None:
        if kind == "security":
            return None
        grades = [
            next((n for n, least in enumerate(bands, 1) if people >= least), len(bands) + 1)
            for people, bands in (
                (casualties.dead or 0, self._grades.dead),
                (casualties.injured or 0, self._grades.injured),
            )
            if people
        ]
        return min(grades, default=None)

    def ordered(self, hits: Hits) -> Range | None:
        """Where a text says that the county was told to answer."""
        ranges = [quote for word in hits.keys() & self._ordered for quote in hits[word]]
        return min(ranges, default=None)

    def of(
        self, found: Sequence[Found], incident: Incident | None, ordered: Sequence[Found]
    ) -> tuple[Found, ...]:
        """The kinds of 61号文, each once: `slug` a key of `DUTIES`, `why` which matter it is by."""
        duties: dict[str, Found] = {}
        for one in incident.reasons[:1] if incident else ():
            duties["incident"] = _duty("incident", one, f"突发事件：{one.name}")
        for one in found:
            for duty in self._matters[one.slug].duties:
                if duty not in duties:
                    duties[duty] = _duty(duty, one, f"事项：{one.name}")
        for one in ordered:
            duties.setdefault("ordered", one)
        return tuple(duties.values())


def _duty(duty: str, by: Found, why: str) -> Found:
    return Found(duty, DUTIES[duty], by.field, by.start, by.end, by.text, why)
