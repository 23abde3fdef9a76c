"""Directories of catalogue files → one `Catalog`, or every mistake in them at once.

Each directory may hold sources.yaml, topics.yaml, units.yaml, places.yaml, matters.yaml,
channels.yaml, levels.yaml and lexicon/*.txt. A later directory (the office's) changes the
fields it writes of an item that an earlier one (the shipped) has, by slug; `remove: true`
drops the item. A dictionary word lives in the last file that names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.catalog import fields, nodes, typed
from monitor.catalog.errors import At, Findings
from monitor.catalog.kinds import KINDS, LEVELS_SLUG, LISTED, defaults, inspect
from monitor.catalog.lexicon import read_words
from monitor.catalog.names import names_of
from monitor.query import Names
from monitor.text.phrases import JOIN

Key = tuple[str, str]
Json = dict[str, Any]

MAX_ITEMS = 20_000
_FILES = {KINDS[kind].file: kind for kind in (*LISTED, "levels")}


class Catalog:
    """A catalogue without mistakes: canonical JSON by (kind, slug), and the values it means."""

    def __init__(self, items: Mapping[Key, Json]) -> None:
        self._items = dict(items)

    def items(self) -> dict[Key, Json]:
        """(kind, slug) → plain JSON dict with every field present, in the files' order.

        Kinds come in the order of `KINDS`. The item of kind "lexicon" is a mapping
        word → weight under its file's stem.
        """
        return {key: dict(item) for key, item in self._items.items()}

    @property
    def names(self) -> Names:
        """What queries may call by name."""
        return names_of(self._items)

    def values(self) -> typed.Values:
        """Every item as its typed value."""
        return typed.build_all(self._items)


@dataclass(slots=True)
class _Draft:
    """An item while files are read: each field's value and the node it was written as."""

    at: At
    values: Json
    written: dict[str, nodes.Node] = field(default_factory=dict)


class _Reading:
    """The state of one `load`."""

    def __init__(self) -> None:
        self.findings = Findings()
        self.drafts: dict[Key, _Draft] = {}
        self.words: dict[str, str] = {}  # dictionary word → slug of the file that has it

    def directory(self, directory: Path, prefix: str) -> None:
        if not directory.is_dir():
            self.findings.add(At(str(directory)), "这个目录不存在；请检查路径")
            return
        for path in sorted(directory.iterdir()):
            if path.suffix in {".yaml", ".yml"} and path.name not in _FILES:
                self.findings.add(At(prefix + path.name), fields.unknown(path.name, _FILES))
        for file, kind in _FILES.items():
            path = directory / file
            if not path.is_file():
                continue
            root = nodes.read(self._bytes(path, prefix + file), prefix + file, self.findings)
            if root is None:
                continue
            if kind == "levels":
                self._levels(root)
            else:
                self._listed(kind, root)
        for path in sorted((directory / "lexicon").glob("*.txt")):
            self._lexicon(path, f"{prefix}lexicon/{path.name}")

    def _bytes(self, path: Path, label: str) -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(nodes.MAX_BYTES + 1)
        except OSError as error:
            self.findings.add(At(label), f"读不了这个文件（{error.strerror}）；请检查权限")
            return b""

    def _listed(self, kind: str, root: nodes.Node) -> None:
        if not isinstance(root, nodes.Items):
            self.findings.add(root.at, "应是一份清单，每项以“- slug: 代号”开头")
            return
        seen: dict[str, At] = {}
        for node in root.nodes[:MAX_ITEMS]:
            if isinstance(node, nodes.Fields):
                self._entry(kind, node, seen)
            else:
                self.findings.add(node.at, "应以“- slug: 代号”开头，下面每行一个“名称: 值”")

    def _entry(self, kind: str, node: nodes.Fields, seen: dict[str, At]) -> None:
        if "slug" not in node.nodes:
            self.findings.add(node.at, "缺代号；请加一行 slug: 代号（小写字母、数字、-）")
            return
        slug = fields.slug(node.nodes["slug"], self.findings)
        at = node.keys["slug"]
        if slug in seen and slug:
            self.findings.add(at, f"代号“{slug}”与第 {seen[slug].line} 行重复；请换一个")
            return
        seen[slug] = at
        key = (kind, slug)
        if "remove" in node.nodes and fields.flag(node.nodes["remove"], self.findings):
            self._remove(key, node, at)
            return
        values = fields.read_fields(
            node, KINDS[kind].fields, self.findings, skip=("slug", "remove")
        )
        draft = self.drafts.setdefault(key, _Draft(at, {}))
        draft.at = at
        draft.values.update(values)
        draft.written.update({name: child for name, child in node.nodes.items() if name in values})

    def _remove(self, key: Key, node: nodes.Fields, at: At) -> None:
        if key not in self.drafts:
            self.findings.add(at, f"要删去的“{key[1]}”并不存在；请删去这一项")
        elif len(node.nodes) > 2:
            self.findings.add(at, "写了 remove: true 的一项不能再写别的内容；请删去其余各行")
        else:
            del self.drafts[key]

    def _levels(self, root: nodes.Node) -> None:
        if not isinstance(root, nodes.Fields):
            self.findings.add(root.at, "应是“名称: 值”，每行一个")
            return
        values = fields.read_fields(root, KINDS["levels"].fields, self.findings)
        draft = self.drafts.setdefault(("levels", LEVELS_SLUG), _Draft(root.at, {}))
        draft.at = root.at
        for name, value in values.items():
            draft.values[name] = value
        draft.written.update({name: root.nodes[name] for name in values})

    def _lexicon(self, path: Path, label: str) -> None:
        data = self._bytes(path, label)
        if len(data) > nodes.MAX_BYTES:
            self.findings.add(At(label), f"文件超过 {nodes.MAX_BYTES:,} 字节；请拆成几个文件")
            return
        if not fields.SLUG.fullmatch(path.stem):
            self.findings.add(At(label), "文件名只能用小写字母、数字、- 和 _，例如 county.txt")
            return
        text = nodes.decode(data, label, self.findings)
        weights = read_words(text or "", label, self.findings)
        draft = self.drafts.setdefault(("lexicon", path.stem), _Draft(At(label), {}))
        for word, weight in weights.items():
            earlier = self.words.get(word, path.stem)
            if earlier != path.stem:
                self.drafts["lexicon", earlier].values.pop(word, None)
            self.words[word] = path.stem
            draft.values[word] = weight

    def finish(self) -> dict[Key, Json]:
        """Canonical items; every rule that needs more than one item is judged here."""
        items: dict[Key, Json] = {}
        for kind in KINDS:
            for key, draft in self.drafts.items():
                if key[0] == kind:
                    items[key] = self._complete(kind, draft)
        self._names(items)
        for key, item in items.items():
            self._refer(key, item, items)
        names = names_of(items)
        for key, item in items.items():
            draft = self.drafts[key]
            inspect(key[0], item, draft.written, draft.at, self.findings)
            if key[0] == "topic" and item["query"]:
                typed.check_query(
                    item["query"], names, draft.written.get("query"), draft.at, self.findings
                )
        return items

    def _complete(self, kind: str, draft: _Draft) -> Json:
        spec = KINDS[kind].fields
        if not spec:
            return draft.values
        missing = [
            f"{one.label}（{name}）"
            for name, one in spec.items()
            if one.required and name not in draft.values
        ]
        if missing:
            self.findings.add(draft.at, f"缺 {'、'.join(missing)}；请补上")
        standing = defaults(kind)
        return {name: _over(standing.get(name), draft.values.get(name)) for name in spec}

    def _names(self, items: Mapping[Key, Json]) -> None:
        first: dict[Key, At] = {}
        for (kind, slug), item in items.items():
            name = item.get("name")
            if not name or kind not in LISTED:
                continue
            node = self.drafts[kind, slug].written.get("name")
            at = node.at if node else self.drafts[kind, slug].at
            if (kind, name) in first:
                self.findings.add(
                    at,
                    f"{KINDS[kind].label}名称“{name}”与 {first[kind, name]} 重复；"
                    "请换一个，或删去其中一项",
                )
            first.setdefault((kind, name), at)

    def _refer(self, key: Key, item: Json, items: Mapping[Key, Json]) -> None:
        """Names in a reference become slugs; what nobody knows is a finding."""
        for name, kind in KINDS[key[0]].refers.items():
            known = {slug: slug for of, slug in items if of == kind}
            known |= {v["name"]: slug for (of, slug), v in items.items() if of == kind}
            node = self.drafts[key].written.get(name)
            children = node.nodes if isinstance(node, nodes.Items) else ()
            places = {
                child.text.strip(): child.at
                for child in children
                if isinstance(child, nodes.Scalar)
            }
            slugs: dict[str, None] = {}
            for entry in item[name] or ():
                # A unit's matter may be narrowed: 安全隐患+电梯/扶梯.
                word, sign, words = map(str.strip, entry.replace("＋", JOIN).partition(JOIN))
                if word in known and bool(sign) == bool(words):
                    slugs[f"{known[word]}{sign}{words}"] = None
                    continue
                near = fields.closest(word, known) or f"；请先写进 {KINDS[kind].file}"
                at = places.get(entry, node.at if node else self.drafts[key].at)
                self.findings.add(at, f"没有叫“{entry}”的{KINDS[kind].label}{near}")
            item[name] = list(slugs)


def _over(standing: Any, written: Any) -> Any:
    if isinstance(standing, dict):
        return {**standing, **(written or {})}
    if isinstance(standing, list):
        return list(standing if written is None else written)
    return standing if written is None else written


def load(directories: Sequence[Path]) -> Catalog:
    """Reads and merges catalogue directories, the shipped first and the office's last.

    Raises `CatalogErrors` with all the mistakes of all the files.
    """
    reading = _Reading()
    for directory in directories:
        # With one directory the file's own name is clear enough.
        prefix = "" if len(directories) == 1 else f"{directory.name}/"
        reading.directory(directory, prefix)
    items = reading.finish()
    reading.findings.raise_if_any()
    return Catalog(items)
