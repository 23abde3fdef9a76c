"""The kinds of catalogue items: their file, their fields, and the rules inside one item."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from monitor.catalog import channels, fields, values
from monitor.catalog.errors import At, Findings
from monitor.catalog.fields import Field
from monitor.catalog.levels import LEVEL_FIELDS, check_levels
from monitor.catalog.nodes import Fields, Node, Scalar
from monitor.text.phrases import JOIN, parse

# The one item of levels.yaml; an office has one set of rules.
LEVELS_SLUG = "levels"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: `file` holds its items, `refers` names the fields that hold slugs of another
    kind, `names` the lists whose words must be long enough to be met by chance seldom."""

    key: str
    label: str
    file: str
    fields: Mapping[str, Field]
    refers: Mapping[str, str]
    names: tuple[str, ...] = ()


def _kind(key: str, label: str, spec: Mapping[str, Field], **more: Any) -> Kind:
    return Kind(key, label, f"{key}s.yaml", spec, more.get("refers", {}), more.get("names", ()))


_NAME = Field("名称", fields.text(), required=True)
_ENABLED = Field("启用", fields.flag, True)

KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        _kind(
            "source",
            "信源",
            {
                "name": _NAME,
                "kind": Field("类型", fields.choice(values.SOURCE_KINDS), "feed"),
                "url": Field("网址", fields.url, required=True),
                "platform": Field("平台", fields.text(), "网站"),
                "tier": Field("影响层级", fields.whole(1, 4), 3),
                "region": Field("地域", fields.choice(values.REGIONS), "any"),
                "official": Field("官方账号", fields.flag, False),
                "interval_minutes": Field("采集间隔（分钟）", fields.number(0.05, 1440), 10.0),
                "enabled": _ENABLED,
                "options": Field("选项", fields.scalars, {}),
            },
        ),
        _kind(
            "topic",
            "专题",
            {
                "name": _NAME,
                "query": Field("检索式", fields.text(fields.MAX_TEXT), required=True),
                "kind": Field("类型", fields.choice(values.TOPIC_KINDS), "own"),
                "enabled": _ENABLED,
            },
        ),
        _kind(
            "unit",
            "责任单位",
            {
                "name": _NAME,
                "aliases": Field("简称", fields.words(), []),
                "matters": Field("主管事项", fields.words(longest=fields.MAX_PHRASE), []),
                "assists": Field("协办事项", fields.words(longest=fields.MAX_PHRASE), []),
                "places": Field("属地", fields.words(), []),
                "vertical": Field("垂管单位", fields.flag, False),
            },
            refers={"matters": "matter", "assists": "matter", "places": "place"},
            names=("aliases",),
        ),
        _kind(
            "place",
            "地名",
            {
                "name": _NAME,
                "kind": Field("类型", fields.choice(values.PLACE_KINDS), "other"),
                "aliases": Field("别名", fields.words(), []),
                "home": Field("属于本县", fields.flag, True),
                "ambiguous": Field("外地也有同名", fields.flag, False),
                "vague": Field("外地也常见的叫法", fields.words(), []),
            },
            names=("aliases", "vague"),
        ),
        _kind(
            "matter",
            "事项类别",
            {
                "name": _NAME,
                "weight": Field("分值", fields.whole(0, 100), required=True),
                "words": Field("词语", fields.words(longest=fields.MAX_PHRASE), required=True),
                "unless": Field("排除词", fields.words(), []),
                "about": Field("诉求所指", fields.words(longest=fields.MAX_PHRASE), []),
                "rescue": Field("求救", fields.flag, False),
                "casualty": Field("伤亡", fields.flag, False),
                "fallback": Field("别类都不是时才算", fields.flag, False),
                "broad": Field("宽泛事项", fields.flag, False),
                "own_line": Field("条线事项", fields.flag, False),
                "incident": Field("突发事件类别", fields.choice(values.INCIDENT_KINDS), "none"),
                "incident_if_hurt": Field("有伤亡才算突发事件", fields.flag, False),
                "duties": Field("须回应的情形", fields.some(values.DUTY_KINDS), []),
            },
            names=("words", "unless", "about"),
        ),
        _kind(
            "channel",
            "渠道",
            {
                "name": _NAME,
                "kind": Field("类型", fields.choice(channels.CHANNEL_KINDS), required=True),
                "detail": Field("内容级别", fields.choice(channels.DETAILS), "summary"),
                "audience": Field("发给谁", fields.choices(channels.AUDIENCES), ["duty"]),
                "group": Field("发到群里", fields.flag, True),
                "enabled": _ENABLED,
                "settings": Field("设置", fields.scalars, {}),
            },
        ),
        Kind("levels", "级别规则", "levels.yaml", LEVEL_FIELDS, {}),
        Kind("lexicon", "词典", "lexicon", {}, {}),
    )
}

# Kinds whose file is a list of items with a slug; the other two have their own shape.
LISTED = tuple(key for key in KINDS if key not in {"levels", "lexicon"})


def inspect(
    kind: str, item: Mapping[str, Any], nodes: Mapping[str, Node], at: At, findings: Findings
) -> None:
    """Rules that need more than one field of an item; queries are judged by `queries`."""

    def where(field: str, inner: str = "") -> At:
        node = nodes.get(field)
        if node is None:
            return at
        return node.keys.get(inner, node.at) if isinstance(node, Fields) else node.at

    for name in KINDS[kind].names:
        _long_enough(kind, name, item.get(name) or [], where(name), findings)
    for name in ("matters", "assists") if kind == "unit" else ():
        narrowed = [entry for entry in item.get(name) or [] if JOIN in entry]
        _long_enough(kind, name, narrowed, where(name), findings)
    if kind == "levels":
        check_levels(item, at, findings)
    if kind == "channel" and item.get("kind") in channels.CHANNEL_KINDS:
        settings = item.get("settings") or {}
        channels.check(item["kind"], settings, partial(where, "settings"), findings)


def _long_enough(kind: str, field: str, words: list[str], at: At, findings: Findings) -> None:
    label = KINDS[kind].fields[field].label
    for word in words:
        try:
            rows = parse(word)
        except ValueError:
            cure = "同句两词应写成 词一+词二，任一即可应写成 词一/词二"
            findings.add(at, f"{label}（{field}）里的“{word}”不对，{cure}")
            continue
        short = [one for one in rows[0] if len(one) < 2] if len(rows) == 1 else []
        if short:
            findings.add(at, f"{label}（{field}）里的“{short[0]}”只有一个字，会误中太多；请写成词")


def defaults(kind: str) -> dict[str, Any]:
    """The canonical value of every field that an item may leave out."""
    return {key: spec.default for key, spec in KINDS[kind].fields.items() if not spec.required}


def line_in(node: Node | None, offset: int, at: At) -> At:
    """Where character `offset` of a text field stands in its file."""
    if isinstance(node, Scalar):
        return At(node.at.file, node.line_of(offset))
    return at
