"""Changes as the lines that `yuqing catalog apply` prints."""

from collections.abc import Iterable, Mapping
from typing import Any

from monitor.catalog.kinds import KINDS
from monitor.catalog.merge import ABSENT, Change, FieldChange, Verdict

MAX_SHOWN = 40
MAX_FIELDS = 20


def lines(changes: Iterable[Change]) -> list[str]:
    """The printed difference; items that stay as they are are not mentioned."""
    return [line for change in changes for line in _item(change)]


def summary(changes: Iterable[Change]) -> str:
    """One sentence of counts, for example `新增 3，修改 1，删去 0，保留人工修改 2，冲突 0`."""
    verdicts = [change.verdict for change in changes]
    words = (
        ("新增", Verdict.NEW),
        ("修改", Verdict.TAKE),
        ("删去", Verdict.GONE),
        ("保留人工修改", Verdict.KEEP),
        ("冲突", Verdict.CONFLICT),
    )
    return "，".join(f"{word} {verdicts.count(verdict)}" for word, verdict in words)


def _item(change: Change) -> list[str]:
    title = f"{_label(change.kind)} {_name(change)}"
    match change.verdict:
        case Verdict.NEW:
            return [f"+ 新增 {title}"]
        case Verdict.GONE:
            return [f"- 删去 {title}"]
        case Verdict.TAKE:
            return _with_fields(f"~ 修改 {title}", change)
        case Verdict.KEEP:
            return _with_fields(f"= 保留 {title}", change)
        case Verdict.CONFLICT:
            return _with_fields(f"! 冲突 {title}", change)
        case _:
            return []


def _with_fields(head: str, change: Change) -> list[str]:
    told = [_field(change.kind, field) for field in change.fields[:MAX_FIELDS]]
    if len(change.fields) > MAX_FIELDS:
        told.append(f"    …… 另有 {len(change.fields) - MAX_FIELDS} 项")
    return [f"{head}：{change.words}" if change.words else head, *told]


def _field(kind: str, field: FieldChange) -> str:
    name = _field_label(kind, field.name)
    old, new = value(field.old), value(field.new)
    match field.verdict:
        case Verdict.TAKE:
            return f"    {name}: {old} → {new}"
        case Verdict.KEEP:
            return f"    {name}: 保留人工修改 {old}（文件里是 {new}）"
        case _:
            return f"    {name}: 两边都改了，保留人工修改 {old}（文件要改成 {new}）"


def value(shown: Any) -> str:
    """A JSON value in few words."""
    if shown is ABSENT:
        return "无"
    if isinstance(shown, bool):
        return "是" if shown else "否"
    if isinstance(shown, Mapping):
        text = "，".join(f"{key}={value(item)}" for key, item in shown.items()) or "空"
    elif isinstance(shown, list | tuple):
        text = "、".join(value(item) for item in shown) or "空"
    else:
        text = " ".join(str(shown).split())
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}……"


def _label(kind: str) -> str:
    return KINDS[kind].label if kind in KINDS else kind


def _field_label(kind: str, name: str) -> str:
    fields = KINDS[kind].fields if kind in KINDS else {}
    return fields[name].label if name in fields else name


def _name(change: Change) -> str:
    name = (change.result or {}).get("name")
    return f"{name}（{change.slug}）" if name else change.slug
