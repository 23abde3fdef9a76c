"""How corrections and taught models read, on the console and on the command line."""

from collections.abc import Iterable, Mapping
from typing import Any

from monitor.models import Correction, Learned
from monitor.models.correction import ELSEWHERE, HOME, Kind
from monitor.pipeline.knowledge import catalogue
from monitor.text.model import SentimentModel
from monitor.words import Sentiment

PLACES = {HOME: "本地", ELSEWHERE: "外地", None: "未知"}


def changes(rows: Iterable[Correction]) -> list[str]:
    """Each correction in a few words: 情感：敏感 → 正面."""
    units = {slug: unit.name for slug, unit in catalogue().units.items()}
    return [_change(row, units) for row in rows]


def _change(row: Correction, units: Mapping[str, str]) -> str:
    kind = Kind(row.kind)
    words = f"{kind.label}{_values(row, kind, units)}"
    return f"撤销第 {row.undoes_id} 号（{words}）" if row.undoes_id else words


def _values(row: Correction, kind: Kind, units: Mapping[str, str]) -> str:
    if kind is Kind.FALSE_ALARM:
        return f"：预警 {row.was}" if row.was else ""
    if kind in (Kind.MERGE, Kind.SPLIT):
        return "" if row.undoes_id else _moved(row)
    if kind not in (Kind.SENTIMENT, Kind.PLACE, Kind.UNITS):
        return ""
    was, now = (_value(value, kind, units) for value in (row.was, row.now))
    return f"：{was} → {now}" if was != now else f"：确认{now}"


def _moved(row: Correction) -> str:
    if row.kind == Kind.MERGE:
        return "：并入了" + "、".join(f"第 {part['event']} 号事件" for part in row.was)
    return f"：{len(row.now['articles'])} 篇文章成为第 {row.now['event']} 号事件"


def _value(value: Any, kind: Kind, units: Mapping[str, str]) -> str:
    if kind is Kind.SENTIMENT:
        return Sentiment(value).label
    if kind is Kind.PLACE:
        return PLACES[value]
    return "、".join(units.get(slug, slug) for slug in value) or "无"


def outcome(model: Learned) -> str:
    """What came of a model's trial."""
    refusal = model.figures.get("refusal", "")
    return f"没有启用：{refusal}" if refusal else "通过试验，训练后即启用"


def figures(model: Learned) -> list[tuple[str, str]]:
    """What its trial measured, as pairs of what and how much."""
    of = model.figures
    return [
        ("学过的纠正", f"{of['corrections']} 条，{of['stories']} 个事件"),
        (
            "在没学过的纠正上判对",
            f"新模型 {of['candidate']:.0%}，{of['rival']} {of['active']:.0%}",
        ),
        ("没人纠正的文章", f"{of['untouched']} 篇，维持原判 {of['kept']:.0%}"),
        (
            f"在 {of['gold']} 篇标准样本上判对",
            f"{of['gold_candidate']:.0%}，{of['rival']} {of['gold_active']:.0%}",
        ),
    ]


def in_force() -> str:
    """The id of the model in force."""
    row = Learned.in_force()
    return row.slug if row else SentimentModel.shipped().id
