"""What the catalogue is made of, as frozen values; places, units and matters are `text`'s."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.catalog.channels import resolve
from monitor.query import Query
from monitor.text.matters import DUTIES, INCIDENTS, NONE

SOURCE_KINDS = {"feed": "订阅源"}
REGIONS = {"home": "本地", "elsewhere": "外地", "any": "不限"}
TOPIC_KINDS = {"standing": "常设专题", "own": "自设专题"}
PLACE_KINDS = {
    "county": "县区",
    "town": "乡镇街道",
    "village": "村和社区",
    "school": "学校",
    "company": "企业",
    "road": "道路",
    "scenic": "景点",
    "site": "地点",
    "above": "上级市和省",
    "other": "其他",
}
INCIDENT_KINDS = {NONE: "不是", **INCIDENTS}
DUTY_KINDS = DUTIES


@dataclass(frozen=True, slots=True)
class Source:
    """信源: where we look. `tier` 1 is the most read (central media), 4 the least."""

    slug: str
    name: str
    url: str
    kind: str = "feed"
    platform: str = "网站"
    tier: int = 3
    region: str = "any"
    official: bool = False
    interval_minutes: float = 10
    enabled: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def interval_s(self) -> float:
        return self.interval_minutes * 60


@dataclass(frozen=True, slots=True)
class Topic:
    """监测专题 with its query already parsed against the catalogue's names."""

    slug: str
    name: str
    query: Query
    kind: str = "own"
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Channel:
    """渠道. `settings` may hold `${NAME}` references; `resolved` answers them."""

    slug: str
    name: str
    kind: str
    detail: str = "summary"
    audience: tuple[str, ...] = ("duty",)
    group: bool = True
    enabled: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)

    def resolved(self, secrets: Mapping[str, str]) -> dict[str, Any]:
        """Settings ready for sending; raises `channels.SecretMissing`."""
        return resolve(self.settings, secrets)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """词典: word → weight, from -3 (gravest) to 3; 0 takes a word's feeling away."""

    slug: str
    weights: Mapping[str, float]
