"""From tokens to the tree: NOT binds tighter than AND, AND tighter than OR."""

from monitor.query.lexer import MOST_WORDS, Kind, Token, tokens, too_many
from monitor.query.mistakes import QueryError
from monitor.query.tree import Field, Node, Not, Phrase, Query, both, either
from monitor.query.values import NO_NAMES, Names, read
from monitor.text.pieces import stream

_AFTER = {
    Kind.AND: "“且”的两边都要有检索词",
    Kind.OR: "“或”的两边都要有检索词",
    Kind.NOT: "“非”（减号）后面缺少要排除的检索词",
}
_NOT_IN_TOPICS = {
    "topic": "监测专题的检索式里不能再用“专题：”，否则专题会互相引用，请删去",
    "level": "监测专题的检索式里不能用“级别：”，级别在命中专题之后才判定，请删去",
}


def parse(text: str, names: Names = NO_NAMES, *, topic: bool = False) -> Query:
    """Read a query; `topic` refuses what a topic's own query must not ask for.

    A blank text asks for everything. Raises QueryError, never RecursionError: the lexer
    bounds length, words and depth first.
    """
    found = tokens(text)
    if not found:
        return Query(text, None)
    return Query(text, _Parser(text, found, names, topic).whole())


class _Parser:
    def __init__(self, text: str, found: list[Token], names: Names, topic: bool) -> None:
        self.text = text
        self.tokens = found
        self.names = names
        self.topic = topic
        self.at = 0
        self.values = 0
        self.field = Field.ANY

    def whole(self) -> Node:
        # Brackets are balanced, so whatever stops the outermost rule is the end.
        return self.alternatives()

    def peek(self) -> Kind | None:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else None

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def alternatives(self) -> Node:
        nodes = [self.conjunction()]
        while self.peek() is Kind.OR:
            self.take()
            nodes.append(self.conjunction())
        return either(nodes)

    def conjunction(self) -> Node:
        nodes = [self.term()]
        while self.peek() not in (None, Kind.OR, Kind.CLOSE):
            if self.peek() is Kind.AND:
                self.take()
            nodes.append(self.term())
        return both(nodes)

    def term(self) -> Node:
        negated = False
        while self.peek() is Kind.NOT:
            self.take()
            negated = not negated
        node = self.operand()
        if not negated:
            return node
        return node.node if isinstance(node, Not) else Not(node)

    def operand(self) -> Node:
        if self.peek() in (None, Kind.CLOSE, Kind.AND, Kind.OR):
            raise self.missing()
        token = self.take()
        if token.kind is Kind.OPEN:
            node = self.alternatives()
            self.take()
            return node
        if token.kind is Kind.FIELD:
            return self.fielded(token)
        return self.phrase(token)

    def missing(self) -> QueryError:
        """The error where a word should stand: at the operator before it, or at this one."""
        before = self.tokens[self.at - 1] if self.at else None
        if before is not None and before.kind in _AFTER:
            return QueryError(_AFTER[before.kind], before.start, before.end)
        here = self.tokens[self.at]
        if here.kind in _AFTER:
            return QueryError(_AFTER[here.kind], here.start, here.end)
        return QueryError("括号里没有检索词，请补上或删去括号", here.start, here.end)

    def phrase(self, token: Token) -> Phrase:
        pieces = stream(token.text)
        if not pieces:
            words = f"“{token.text}”里没有可以检索的字，标点不能单独检索，请删去"
            raise QueryError(words, token.start, token.end)
        self.count(token, 1)
        return Phrase(pieces, self.field)

    def fielded(self, name: Token) -> Node:
        typed = self.text[name.start : name.end]
        if self.topic and name.text in _NOT_IN_TOPICS:
            raise QueryError(_NOT_IN_TOPICS[name.text], name.start, name.end)
        if self.field is not Field.ANY:
            raise QueryError("字段的括号里不能再写字段，请移到括号外", name.start, name.end)
        in_text = name.text in (Field.TITLE, Field.BODY)
        if in_text and self.peek() is Kind.OPEN:
            return self.inside(Field(name.text))
        if self.peek() not in (Kind.WORD, Kind.QUOTED):
            raise QueryError(f"“{typed}”后面缺少内容", name.start, name.end)
        token = self.take()
        if in_text:
            return self.phrase_in(Field(name.text), token)
        node, count = read(name.text, token, self.names)
        self.count(token, count)
        return node

    def inside(self, field: Field) -> Node:
        self.field = field
        try:
            return self.operand()
        finally:
            self.field = Field.ANY

    def phrase_in(self, field: Field, token: Token) -> Phrase:
        return Phrase(self.phrase(token).stream, field)

    def count(self, token: Token, values: int) -> None:
        self.values += values
        if self.values > MOST_WORDS:
            raise too_many(token.start, token.end)
