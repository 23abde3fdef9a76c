"""YAML text → nodes that know their line; nothing is guessed, nothing is expanded.

Nodes are composed here from PyYAML's events instead of by its own composer: aliases (the
fuel of a YAML bomb) and depth are refused while reading, every duplicate key is seen, and
scalars stay text, so that a county office's `name: 12345` or `name: No` means what it says.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from monitor.catalog.errors import At, Findings

MAX_BYTES = 1_000_000
MAX_DEPTH = 8  # the deepest shipped file needs 4

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One written value. `plain` is False for quoted and block text; `raw` is how it stands
    in the file, from which `line_of` finds the line of a character of `text`."""

    at: At
    text: str
    plain: bool = True
    raw: str = ""

    @property
    def absent(self) -> bool:
        return self.plain and self.text in {"", "~", "null"}

    def line_of(self, offset: int) -> int:
        """The file's line on which character `offset` of `text` stands (0 if there is no file).

        Folding and block indentation only move blanks, so the other characters are met in
        the raw text in the same order.
        """
        if not self.at.line or not self.raw:
            return self.at.line
        position = self.raw.find("\n") if self.raw[:1] in {"|", ">"} else 0
        position = max(position, 0)
        for char in self.text[: offset + 1]:
            if not char.isspace():
                found = self.raw.find(char, position)
                position = found + 1 if found >= 0 else position
        return self.at.line + self.raw.count("\n", 0, max(position - 1, 0))


@dataclass(frozen=True, slots=True)
class Items:
    at: At
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping; `keys` holds the place of each key."""

    at: At
    nodes: dict[str, "Node"]
    keys: dict[str, At]


Node = Scalar | Items | Fields


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read yet."""

    at: At
    mapping: bool
    children: list[Node] = field(default_factory=list)
    keys: list[Scalar] = field(default_factory=list)
    waiting: bool = False  # a key was read, its value not yet


class _RefusedError(Exception):
    def __init__(self, line: int, words: str) -> None:
        super().__init__(words)
        self.line = line
        self.words = words


def read(data: bytes, file: str, findings: Findings) -> Node | None:
    """The file's one document, or None when it is empty or unreadable (then findings say why)."""
    if len(data) > MAX_BYTES:
        findings.add(
            At(file), f"文件有 {len(data):,} 字节，超过上限 {MAX_BYTES:,}；请拆分或删去多余内容"
        )
        return None
    text = decode(data, file, findings)
    if text is None:
        return None
    tabs = [n for n, line in enumerate(text.split("\n"), 1) if "\t" in line]
    for line in tabs[:20]:
        findings.add(At(file, line), "有制表符（Tab 键），YAML 不认；请改成空格")
    try:
        return _compose(text.replace("\t", "  "), file, findings)
    except _RefusedError as refused:
        findings.add(At(file, refused.line), refused.words)
    except yaml.YAMLError as error:
        if not tabs:  # a tab's replacement may well break the indentation: told already
            findings.add(*_explain(error, text, file))
    return None


def decode(data: bytes, file: str, findings: Findings) -> str | None:
    """UTF-8 text without its byte order mark and with bare newlines."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        findings.add(At(file, line), "不是 UTF-8 编码；请在编辑器里选“另存为”，编码选 UTF-8")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _compose(text: str, file: str, findings: Findings) -> Node | None:
    stack: list[_Open] = []
    root: Node | None = None
    documents = 0
    for event in _events(text):
        line = event.start_mark.line + 1
        done: Node | None = None
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise _RefusedError(line, "一个文件里只能有一份内容；请删去中间的 ---")
            case yaml.AliasEvent():
                raise _RefusedError(line, "不支持引用（*名字）；请把内容直接写全")
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                _refuse_extras(event, line)
                if len(stack) >= MAX_DEPTH:
                    raise _RefusedError(line, f"嵌套超过 {MAX_DEPTH} 层；请检查缩进和括号")
                stack.append(_Open(At(file, line), isinstance(event, yaml.MappingStartEvent)))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                done = _close(stack.pop(), findings)
            case yaml.ScalarEvent():
                _refuse_extras(event, line)
                done = Scalar(At(file, line), event.value, event.style is None, _raw(event, text))
            case _:
                continue
        if done is not None and stack:
            _hang(stack[-1], done)
        elif done is not None:
            root = done
    return None if isinstance(root, Scalar) and root.absent else root


def _events(text: str) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=_Loader)


def _raw(event: Any, text: str) -> str:
    return text[event.start_mark.index : event.end_mark.index]


def _refuse_extras(event: Any, line: int) -> None:
    if event.anchor is not None:
        raise _RefusedError(line, "不支持锚点（&名字）；请把内容直接写全")
    if event.tag is not None and event.tag != "!":
        raise _RefusedError(line, f"不支持类型标记 {event.tag}；请删去")


def _hang(parent: _Open, child: Node) -> None:
    if not parent.mapping or parent.waiting:
        parent.children.append(child)
        parent.waiting = False
        return
    if not isinstance(child, Scalar):
        raise _RefusedError(child.at.line, "冒号左边只能是一个词")
    parent.keys.append(child)
    parent.waiting = True


def _close(collection: _Open, findings: Findings) -> Node:
    if not collection.mapping:
        return Items(collection.at, tuple(collection.children))
    nodes: dict[str, Node] = {}
    keys: dict[str, At] = {}
    for key, child in zip(collection.keys, collection.children, strict=True):
        if key.text in nodes:
            findings.add(
                key.at,
                f"“{key.text}”写了两次（第 {keys[key.text].line} 行已有）；请只留一个",
            )
            continue
        nodes[key.text] = child
        keys[key.text] = key.at
    return Fields(collection.at, nodes, keys)


# What libyaml and PyYAML say → what an office can do about it; the first match counts.
_CURES = (
    (
        "mapping values are not allowed",
        "多了一个冒号，或上一行的引号没有成对；含冒号的文字请加引号",
    ),
    ("quoted scalar", "引号没有成对；请补上右边的引号"),
    ("unexpected end of stream", "文件到此突然结束；请检查引号和括号是否成对"),
    ("flow", "方括号或花括号没有成对，或之间少了逗号"),
    (
        "block mapping",
        "缩进没有对齐，或冒号后少了空格，或引号后面还有文字（长文字请用 | 另起一行写）",
    ),
    ("block collection", "缩进没有对齐；同一级的“- ”要上下对齐"),
    ("simple key", "这一行缺冒号，或冒号后少了空格"),
    ("cannot start any token", "开头的符号（如 @ ` %）不能直接写；请加引号"),
)


def _explain(error: yaml.YAMLError, text: str, file: str) -> tuple[At, str]:
    if isinstance(error, yaml.reader.ReaderError):
        index = next((i for i, c in enumerate(text) if ord(c) < 32 and c not in "\n\t"), 0)
        return At(file, text.count("\n", 0, index) + 1), "有看不见的控制字符；请删去后重新输入"
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    at = At(file, mark.line + 1 if mark else 0)
    said = f"{getattr(error, 'problem', '')} {getattr(error, 'context', '')}"
    for sign, cure in _CURES:
        if sign in said:
            return at, f"格式不对：{cure}"
    return at, "格式不对：请检查缩进、冒号后的空格和引号"


def node_of(value: object, label: str) -> Node:
    """The same nodes from JSON (a database row), so that one set of rules judges both."""
    at = At(label)
    if isinstance(value, dict):
        nodes = {str(key): node_of(child, label) for key, child in value.items()}
        return Fields(at, nodes, dict.fromkeys(nodes, at))
    if isinstance(value, list | tuple):
        return Items(at, tuple(node_of(child, label) for child in value))
    if value is None:
        return Scalar(at, "")
    if isinstance(value, bool):
        return Scalar(at, "true" if value else "false")
    return Scalar(at, str(value), not isinstance(value, str))
