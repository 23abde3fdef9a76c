"""Many queries against one document at a time, by one pass over its text.

One automaton finds every word of every query; a query is looked at only when one of the
words that it cannot do without was seen, and is then decided exactly.
"""

from collections.abc import Callable, Mapping

from ahocorasick_rs import AhoCorasick, MatchKind

from monitor.query.document import Document, passes
from monitor.query.tree import And, Field, Node, Not, Or, Phrase, Query

# No stream holds a line break, so no word matches across title and body.
_BORDER = "\n"

Seen = tuple[set[int], set[int]]  # words seen in the title, in the body
Decide = Callable[[Seen, Document], bool]


class Matcher:
    """Finds which of many queries hit a document; immutable, safe to share after a fork."""

    def __init__(self, queries: Mapping[str, Query]) -> None:
        self._keys = tuple(queries)
        self._decide: list[Decide] = []
        self._always: list[int] = []
        self._waiting: list[list[int]] = []
        self._words: dict[str, int] = {}
        for number, query in enumerate(queries.values()):
            self._add(number, query.tree)
        self._automaton = (
            AhoCorasick(list(self._words), matchkind=MatchKind.Standard) if self._words else None
        )

    def hits(self, document: Document) -> list[str]:
        """The keys of the queries that find the document, in the order they were given."""
        in_title: set[int] = set()
        in_body: set[int] = set()
        if self._automaton is not None:
            border = len(document.title_stream)
            text = f"{document.title_stream}{_BORDER}{document.body_stream}"
            for word, start, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
                (in_title if start < border else in_body).add(word)
        candidates = set(self._always)
        for word in in_title | in_body:
            candidates.update(self._waiting[word])
        seen = (in_title, in_body)
        return [self._keys[n] for n in sorted(candidates) if self._decide[n](seen, document)]

    def _add(self, number: int, tree: Node | None) -> None:
        if tree is None:
            self._decide.append(lambda _seen, _document: True)
            self._always.append(number)
            return
        self._decide.append(self._compile(tree))
        needed = _needed(tree)
        if needed is None:
            self._always.append(number)
            return
        for word in needed:
            self._waiting[self._words[word]].append(number)

    def _word(self, stream: str) -> int:
        if stream not in self._words:
            self._words[stream] = len(self._words)
            self._waiting.append([])
        return self._words[stream]

    def _compile(self, node: Node) -> Decide:
        match node:
            case And(nodes):
                parts = [self._compile(child) for child in nodes]
                return lambda seen, document: all(part(seen, document) for part in parts)
            case Or(nodes):
                return self._compile_or(nodes)
            case Not(child):
                part = self._compile(child)
                return lambda seen, document: not part(seen, document)
            case Phrase(words, field):
                return _any_of(frozenset([self._word(words)]), field)
        return lambda _seen, document: passes(node, document)

    def _compile_or(self, nodes: tuple[Node, ...]) -> Decide:
        """Words side by side in an OR become one set, for topics list dozens of them."""
        words: dict[Field, set[int]] = {}
        parts: list[Decide] = []
        for node in nodes:
            if isinstance(node, Phrase):
                words.setdefault(node.field, set()).add(self._word(node.stream))
            else:
                parts.append(self._compile(node))
        parts = [_any_of(frozenset(ids), field) for field, ids in words.items()] + parts
        if len(parts) == 1:
            return parts[0]
        return lambda seen, document: any(part(seen, document) for part in parts)


def _any_of(words: frozenset[int], field: Field) -> Decide:
    if field is Field.TITLE:
        return lambda seen, _document: not words.isdisjoint(seen[0])
    if field is Field.BODY:
        return lambda seen, _document: not words.isdisjoint(seen[1])
    return lambda seen, _document: not (words.isdisjoint(seen[0]) and words.isdisjoint(seen[1]))


def _needed(node: Node) -> frozenset[str] | None:
    """Words of which at least one must be present for the node to be true; None: unknown."""
    match node:
        case Phrase(words):
            return frozenset([words])
        case And(nodes):
            known = [found for child in nodes if (found := _needed(child)) is not None]
            return min(known, key=len, default=None)
        case Or(nodes):
            all_ = [_needed(child) for child in nodes]
            if any(found is None for found in all_):
                return None
            return frozenset().union(*(found for found in all_ if found is not None))
    return None
