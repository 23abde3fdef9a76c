"""From the typed line to tokens, with every limit checked before anything recursive."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from monitor.query.mistakes import QueryError, close_to
from monitor.text.normalise import normalise

MOST_CHARACTERS = 10_000
MOST_WORDS = 200
DEEPEST = 20


class Kind(Enum):
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    FIELD = auto()
    WORD = auto()
    QUOTED = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what stands between the quotes of a QUOTED, the English name of a FIELD."""

    kind: Kind
    text: str
    start: int
    end: int


# Keys are normalised spellings; the first key of a field is the one that print uses.
FIELDS = {
    "title": "title",
    "标题": "title",
    "body": "body",
    "正文": "body",
    "source": "source",
    "信源": "source",
    "来源": "source",
    "topic": "topic",
    "专题": "topic",
    "监测专题": "topic",
    "unit": "unit",
    "单位": "unit",
    "责任单位": "unit",
    "sentiment": "sentiment",
    "情感": "sentiment",
    "情感倾向": "sentiment",
    "level": "level",
    "级别": "level",
    "date": "date",
    "日期": "date",
}

_OPERATORS = {
    "AND": Kind.AND,
    "且": Kind.AND,
    "OR": Kind.OR,
    "或": Kind.OR,
    "NOT": Kind.NOT,
    "非": Kind.NOT,
}

# Any quotation mark opens and any closes: input methods mix them freely.
_QUOTES = '"＂“”„「」『』'
_TOKEN = re.compile(
    rf"(?P<blank>\s+)|(?P<open>[(（])|(?P<close>[)）])"
    rf"|[{_QUOTES}](?P<quoted>[^{_QUOTES}]*)[{_QUOTES}]|(?P<unclosed>[{_QUOTES}])"
    rf"|(?P<minus>[-－−])|(?P<word>[^\s()（）{_QUOTES}]+)"
)
_FIELD = re.compile(r"([^\s:：]{1,12})[:：]")


def tokens(text: str) -> list[Token]:
    """The tokens of a query, at most MOST_WORDS words nested at most DEEPEST deep.

    Raises QueryError.
    """
    if len(text) > MOST_CHARACTERS:
        words = f"检索式共 {len(text):,} 个字符，最多 {MOST_CHARACTERS:,} 个，请拆成几次检索"
        raise QueryError(words, MOST_CHARACTERS, len(text))
    found: list[Token] = []
    at = 0
    # Every character begins some token, so the match only fails at the end.
    while match := _TOKEN.match(text, at):
        token = _token(match)
        at = match.end()
        if token is not None:
            found.append(token)
            at = token.end
    _check_words(found)
    _check_brackets(found)
    return found


def _token(match: re.Match[str]) -> Token | None:
    start, end, text = match.start(), match.end(), match[0]
    match match.lastgroup:
        case "blank":
            return None
        case "open":
            return Token(Kind.OPEN, text, start, end)
        case "close":
            return Token(Kind.CLOSE, text, start, end)
        case "minus":
            return Token(Kind.NOT, text, start, end)
        case "quoted":
            return Token(Kind.QUOTED, match["quoted"], start, end)
        case "unclosed":
            raise QueryError("引号没有配对，请补上另一半引号", start, end)
    if text in _OPERATORS:
        return Token(_OPERATORS[text], text, start, end)
    return _field(text, start) or Token(Kind.WORD, text, start, end)


def _field(text: str, start: int) -> Token | None:
    """The field name that a word begins with; `12:30` begins with none."""
    match = _FIELD.match(text)
    if match is None:
        return None
    name = normalise(match[1]).text
    if name in FIELDS:
        return Token(Kind.FIELD, FIELDS[name], start, start + match.end())
    if near := close_to(name, FIELDS):
        words = f"没有“{match[1]}”这个字段{near}；如要检索这几个字，请加引号"
        raise QueryError(words, start, start + match.end(1))
    return None


def _check_words(found: list[Token]) -> None:
    words = [token for token in found if token.kind in (Kind.WORD, Kind.QUOTED)]
    if len(words) > MOST_WORDS:
        extra = words[MOST_WORDS]
        raise too_many(extra.start, extra.end)


def too_many(start: int, end: int) -> QueryError:
    """The error for the word that is one too many."""
    words = f"检索词超过 {MOST_WORDS} 个，从这里起请删去或另立一个专题"
    return QueryError(words, start, end)


def _check_brackets(found: list[Token]) -> None:
    open_: list[Token] = []
    for token in found:
        if token.kind is Kind.OPEN:
            open_.append(token)
            if len(open_) > DEEPEST:
                words = f"括号套了 {DEEPEST} 层以上，请减少层数"
                raise QueryError(words, token.start, token.end)
        elif token.kind is Kind.CLOSE:
            if not open_:
                words = "这个右括号没有对应的左括号，请删去或补上左括号"
                raise QueryError(words, token.start, token.end)
            open_.pop()
    if open_:
        words = "这个左括号没有配对，请补上右括号"
        raise QueryError(words, open_[-1].start, open_[-1].end)
