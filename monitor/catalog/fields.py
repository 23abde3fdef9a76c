"""Readers: one node → one JSON value, or a finding that says what to write instead.

A reader never raises. When it reports a mistake it answers a harmless value of the right
type, so that reading goes on and later mistakes are found in the same run.
"""

import difflib
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from monitor.catalog.errors import Findings
from monitor.catalog.nodes import Fields, Items, Node, Scalar

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
MAX_NAME = 60
MAX_TEXT = 10_000
MAX_PHRASE = 1_000
MAX_WORDS = 500

Reader = Callable[[Node, Findings], Any]

_TRUE = frozenset({"true", "yes", "on", "是"})
_FALSE = frozenset({"false", "no", "off", "否"})


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an item: what people call it, how it is read, what stands when it is absent."""

    label: str
    read: Reader
    default: Any = None
    required: bool = False


def closest(word: str, known: Collection[str]) -> str:
    """`，是不是想写 "x"？` when something near is known, else an empty text."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"，是不是想写“{near[0]}”？" if near else ""


def text(limit: int = MAX_NAME) -> Reader:
    """Text of 1..limit characters, blanks at the ends cut off."""

    def read(node: Node, findings: Findings) -> str:
        words = _scalar(node, findings, "应是一段文字")
        if words is None:
            return ""
        words = words.strip()
        if not words:
            findings.add(node.at, "内容是空的；请填写，或删去这一行")
        elif len(words) > limit:
            findings.add(node.at, f"有 {len(words)} 个字，最多 {limit} 个；请缩短")
        return words

    return read


def slug(node: Node, findings: Findings) -> str:
    words = _scalar(node, findings, "应是小写字母、数字、连字符写成的代号")
    if words is None:
        return ""
    if not SLUG.fullmatch(words):
        findings.add(
            node.at,
            f"代号“{words}”不对，只能用小写字母、数字、- 和 _，以字母或数字开头，"
            "最多 64 个，例如 county-news",
        )
        return ""
    return words


def url(node: Node, findings: Findings) -> str:
    """An http(s) address without blanks and without a password in it."""
    words = _scalar(node, findings, "应是网址")
    if words is None:
        return ""
    words = words.strip()
    problem = _url_problem(words)
    if problem:
        findings.add(node.at, f'网址 "{words}" 不对，{problem}')
    return words


def _url_problem(words: str) -> str:
    if not words.startswith(("http://", "https://")):
        return "应以 http:// 或 https:// 开头"
    if re.search(r"\s", words):
        return "中间不能有空格"
    try:
        parts = urlsplit(words)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "主机名或端口写错了，应像 https://news.example.cn/rss.xml"
    if not host:
        return "缺主机名，应像 https://news.example.cn/rss.xml"
    if parts.username or parts.password:
        return "不能在网址里写用户名和密码；请用不需要登录的地址"
    return ""


def whole(low: int, high: int) -> Reader:
    def read(node: Node, findings: Findings) -> int:
        words = _scalar(node, findings, f"应是 {low} 到 {high} 的整数")
        if words is None:
            return low
        if not re.fullmatch(r"-?[0-9]{1,9}", words) or not low <= int(words) <= high:
            findings.add(node.at, f"“{words}”不对，应是 {low} 到 {high} 的整数")
            return low
        return int(words)

    return read


def number(low: float, high: float) -> Reader:
    def read(node: Node, findings: Findings) -> float:
        words = _scalar(node, findings, f"应是 {low:g} 到 {high:g} 的数")
        if words is None:
            return low
        value = as_number(words)
        if value is None or not low <= value <= high:
            findings.add(node.at, f"“{words}”不对，应是 {low:g} 到 {high:g} 的数")
            return low
        return value

    return read


def as_number(words: str) -> float | None:
    """A finite decimal number, or None."""
    try:
        value = float(words)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in words else None


def flag(node: Node, findings: Findings) -> bool:
    words = _scalar(node, findings, "应写 true（是）或 false（否）")
    if words is None:
        return False
    if words.lower() in _TRUE:
        return True
    if words.lower() not in _FALSE:
        findings.add(node.at, f"“{words}”不对，应写 true（是）或 false（否）")
    return False


def choice(choices: Mapping[str, str]) -> Reader:
    """One of the keys; its Chinese label is accepted as well and stored as the key."""
    shown = "、".join(f"{key}（{label}）" for key, label in choices.items())
    by_label = {label: key for key, label in choices.items()}

    def read(node: Node, findings: Findings) -> str:
        words = _scalar(node, findings, f"应是以下之一：{shown}")
        if words is None:
            return next(iter(choices))
        word = by_label.get(words, words)
        if word not in choices:
            findings.add(node.at, f"“{words}”不对，应是以下之一：{shown}{closest(words, choices)}")
            return next(iter(choices))
        return word

    return read


def choices(known: Mapping[str, str]) -> Reader:
    """A list of different keys, not empty; a single one may stand without brackets."""
    one = choice(known)

    def read(node: Node, findings: Findings) -> list[str]:
        nodes = node.nodes if isinstance(node, Items) else (node,)
        found = dict.fromkeys(one(child, findings) for child in nodes[:MAX_WORDS])
        if not found:
            findings.add(node.at, f"一个也没有写，可用的有：{'、'.join(known)}")
        return list(found)

    return read


def some(known: Mapping[str, str]) -> Reader:
    """A list of different keys, which may be empty; a single one may stand without brackets."""
    one = choice(known)

    def read(node: Node, findings: Findings) -> list[str]:
        if isinstance(node, Scalar) and node.absent:
            return []
        nodes = node.nodes if isinstance(node, Items) else (node,)
        return list(dict.fromkeys(one(child, findings) for child in nodes[:MAX_WORDS]))

    return read


def words(limit: int = MAX_WORDS, longest: int = MAX_NAME) -> Reader:
    """A list of different, non-empty words; a single word may stand without brackets."""
    one = text(longest)

    def read(node: Node, findings: Findings) -> list[str]:
        if isinstance(node, Scalar):
            return [] if node.absent else [one(node, findings)]
        if isinstance(node, Fields):
            findings.add(node.at, "应是一串词，写成 [词一, 词二]")
            return []
        if len(node.nodes) > limit:
            findings.add(node.at, f"有 {len(node.nodes)} 个词，最多 {limit} 个")
        found: dict[str, None] = {}
        for child in node.nodes[:limit]:
            word = one(child, findings)
            if word in found and word:
                findings.add(child.at, f"“{word}”写了两次；请删去一个")
            found[word] = None
        return [word for word in found if word]

    return read


def unknown(key: str, known: Mapping[str, Any]) -> str:
    return f"不认识“{key}”{closest(key, known) or '；可用的有：' + '、'.join(known)}"


def scalars(node: Node, findings: Findings) -> dict[str, str | int | float | bool]:
    """A flat mapping; plain true/false and numbers keep their type, all else is text, and a
    list of values becomes one text with commas."""
    if not isinstance(node, Fields):
        if not (isinstance(node, Scalar) and node.absent):
            findings.add(node.at, "应是“名称: 值”，每行一个")
        return {}
    found: dict[str, str | int | float | bool] = {}
    for key, child in node.nodes.items():
        if isinstance(child, Items) and all(isinstance(one, Scalar) for one in child.nodes):
            values = [one.text.strip() for one in child.nodes if isinstance(one, Scalar)]
            found[key] = ",".join(values)
        elif not isinstance(child, Scalar):
            findings.add(child.at, f"“{key}”应是一个值，或写成 [值一, 值二]")
        elif child.absent:
            continue
        elif len(child.text) > MAX_TEXT:
            findings.add(child.at, f"“{key}”太长，最多 {MAX_TEXT} 个字")
        else:
            found[key] = _typed(child)
    return found


def _typed(node: Scalar) -> str | int | float | bool:
    if node.plain and node.text in {"true", "false"}:
        return node.text == "true"
    if node.plain and re.fullmatch(r"-?(0|[1-9][0-9]{0,14})", node.text):
        return int(node.text)
    if node.plain and re.fullmatch(r"-?[0-9]{1,9}\.[0-9]{1,9}", node.text):
        return float(node.text)
    return node.text


def _scalar(node: Node, findings: Findings, cure: str) -> str | None:
    if isinstance(node, Scalar):
        if not node.absent:
            return node.text
        findings.add(node.at, f"没有填；{cure}")
    else:
        what = "一串" if isinstance(node, Items) else "一组“名称: 值”"
        findings.add(node.at, f"这里是{what}，{cure}")
    return None


def read_fields(
    node: Fields, fields: Mapping[str, Field], findings: Findings, *, skip: Collection[str] = ()
) -> dict[str, Any]:
    """The values that are written; an absent optional one is left out, an unknown key reported."""
    values: dict[str, Any] = {}
    for key, child in node.nodes.items():
        if key in skip:
            continue
        if key not in fields:
            findings.add(node.keys[key], unknown(key, fields))
            continue
        spec = fields[key]
        if isinstance(child, Scalar) and child.absent and not spec.required:
            continue
        local = Findings()
        values[key] = spec.read(child, local)
        findings.adopt(local, spec.label, key)
    return values
