"""级别规则: every number of the risk score and of telling again, as levels.yaml may set them.

The names of the fields down to `quotes` are those of the risk score's own rules, which live in
another room; whoever joins the two passes `risk()` on. Constants and their regulations are
explained there and in the shipped levels.yaml.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from monitor.catalog.errors import At, Findings
from monitor.catalog.fields import Field, Reader, as_number, number, whole
from monitor.catalog.nodes import Items, Node, Scalar

_BEYOND_RISK = ("growth_factor", "quiet_hours")


@dataclass(frozen=True, slots=True)
class Levels:
    """Points, thresholds, numbers of people and hours; see levels.yaml for each."""

    alert_at: float = 42
    level_three_at: float = 70
    level_two_at: float = 100
    dead_levels: tuple[int, ...] = (30, 10, 3)
    injured_levels: tuple[int, ...] = (100, 50, 10)
    trapped_level_three: int = 3
    matter_share: float = 0.5
    further_matter: float = 3
    further_matters_most: int = 3
    concern_points: float = 8
    concern_articles: int = 2
    concern_from: float = 0.5
    concern_least: float = 0.05
    negative_from: float = 0.5
    negative_points: float = 20
    negative_articles: int = 3
    home_points: float = 10
    home_unknown_points: float = 4
    unit_points: float = 5
    petition_points: float = 10
    lone_relief: float = 12
    source_points: float = 6
    source_points_most: float = 18
    tier_points: tuple[float, ...] = (6, 3, 0, 0)
    platform_points: float = 2
    platform_points_most: float = 6
    growth_from: int = 5
    growth_points: float = 5
    casualty_points: float = 25
    rescue_points: float = 40
    answer_relief: float = 30
    stale_hours: float = 72
    quotes: int = 3
    growth_factor: float = 3
    """An event told before is told once more when its articles have grown by this factor."""
    quiet_hours: float = 24
    """After an official answer, hours in which mere growth is not told again."""

    def risk(self) -> dict[str, Any]:
        """The arguments of the risk score's rules."""
        return {name: value for name, value in asdict(self).items() if name not in _BEYOND_RISK}


def _row(length: int, *, falling: bool) -> Reader:
    """A list of `length` numbers from 0, whole and falling when the numbers are people."""
    cure = f"应写成 {length} 个数，例如 [30, 10, 3]" if falling else f"应写成 {length} 个数"

    def read(node: Node, findings: Findings) -> list[float]:
        found: list[float] = []
        for child in node.nodes if isinstance(node, Items) else ():
            value = as_number(child.text) if isinstance(child, Scalar) else None
            if value is None or not 0 <= value <= 100_000 or (falling and value != int(value)):
                findings.add(child.at, f"这里有一个数不对，{cure}")
                return [0.0] * length
            found.append(int(value) if falling else value)
        if len(found) != length:
            findings.add(node.at, cure)
            return [0.0] * length
        if falling and found != sorted(found, reverse=True):
            findings.add(node.at, "人数应从Ⅰ级到Ⅲ级依次递减")
        return found

    return read


_points = number(0, 1000)

_READERS: Mapping[str, tuple[str, Reader]] = {
    "alert_at": ("预警分数线", number(1, 1000)),
    "level_three_at": ("Ⅲ级分数线", number(1, 1000)),
    "level_two_at": ("Ⅱ级分数线", number(1, 1000)),
    "dead_levels": ("死亡人数分级", _row(3, falling=True)),
    "injured_levels": ("受伤人数分级", _row(3, falling=True)),
    "trapped_level_three": ("涉险人数（Ⅲ级）", whole(1, 10_000)),
    "matter_share": ("事项分值折算", number(0, 10)),
    "further_matter": ("每多一个事项", _points),
    "further_matters_most": ("最多另计事项数", whole(0, 100)),
    "concern_points": ("诉求分", _points),
    "concern_articles": ("诉求篇数", whole(1, 100)),
    "concern_from": ("诉求起算", number(0, 1)),
    "concern_least": ("不可能是诉求", number(0, 1)),
    "negative_from": ("敏感度起算", number(0, 1)),
    "negative_points": ("敏感度最高分", _points),
    "negative_articles": ("敏感度取几篇平均", whole(1, 100)),
    "home_points": ("点名本县", _points),
    "home_unknown_points": ("地点不明但来自本地信源", _points),
    "unit_points": ("涉及责任单位", _points),
    "petition_points": ("有投诉求助", _points),
    "lone_relief": ("孤帖减分", _points),
    "source_points": ("信源数每翻一番", _points),
    "source_points_most": ("信源数最高分", _points),
    "tier_points": ("影响层级 1 至 4 的分", _row(4, falling=False)),
    "platform_points": ("每多一个平台", _points),
    "platform_points_most": ("平台最高分", _points),
    "growth_from": ("一小时几篇算升温", whole(1, 10_000)),
    "growth_points": ("正在升温", _points),
    "casualty_points": ("有人伤亡失联被困", _points),
    "rescue_points": ("有人求救", _points),
    "answer_relief": ("官方已回应减分", _points),
    "stale_hours": ("多久以前的旧事只记录（小时）", number(1, 10_000)),
    "quotes": ("每条理由留几处原文", whole(1, 20)),
    "growth_factor": ("增到几倍再报一次", number(1.1, 100)),
    "quiet_hours": ("回应后多久不因升温再报（小时）", number(0, 10_000)),
}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


LEVEL_FIELDS: Mapping[str, Field] = {
    field.name: Field(*_READERS[field.name], default=_plain(field.default))
    for field in fields(Levels)
}


def check_levels(item: Mapping[str, Any], at: At, findings: Findings) -> None:
    """Reports thresholds that are not in order."""
    if not item["alert_at"] <= item["level_three_at"] <= item["level_two_at"]:
        findings.add(
            at,
            f"分数线应依次递增：预警 alert_at {item['alert_at']:g} ≤ Ⅲ级 level_three_at "
            f"{item['level_three_at']:g} ≤ Ⅱ级 level_two_at {item['level_two_at']:g}",
        )
