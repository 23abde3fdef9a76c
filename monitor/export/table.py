"""What is exported of an article, and its columns as an office reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.export.cells import cell
from monitor.words import SHANGHAI, Level, Sentiment

COLUMNS = (
    ("编号", 10), ("标题", 60), ("正文", 80), ("信源", 18), ("媒体", 16), ("作者", 14),
    ("发布时间", 20), ("情感倾向", 9), ("敏感概率", 9), ("级别", 7), ("事件", 40),
    ("预警编号", 13), ("专题", 20), ("责任单位", 20), ("链接", 50),
)  # fmt: skip
"""Heading and width (in characters) of each column."""

Cell = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """One article. `source`, `topics` and `units` are slugs, `negative` is P(sensitive)."""

    id: int
    title: str
    body: str
    source: str
    outlet: str
    author: str
    published: datetime
    sentiment: Sentiment | None
    negative: float | None
    level: Level | None
    event: int | None
    event_title: str
    alert: str
    topics: tuple[str, ...]
    units: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class Labels:
    """What the office calls its sources, topics and units, by slug; one unknown stays a slug."""

    sources: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


def cells(row: Row, labels: Labels) -> tuple[Cell, ...]:
    """The row's cells by COLUMNS, texts made harmless, the time as Shanghai's clock shows it."""
    return (
        row.id,
        cell(row.title),
        cell(row.body),
        cell(labels.sources.get(row.source, row.source)),
        cell(row.outlet),
        cell(row.author),
        row.published.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0),
        row.sentiment.label if row.sentiment else None,
        None if row.negative is None else round(row.negative, 4),
        row.level.label if row.level else None,
        cell(row.event_title),
        row.alert,
        cell(_listed(row.topics, labels.topics)),
        cell(_listed(row.units, labels.units)),
        cell(row.link),
    )


def _listed(slugs: tuple[str, ...], names: Mapping[str, str]) -> str:
    return "、".join(names.get(slug, slug) for slug in slugs)
