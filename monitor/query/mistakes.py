"""What is wrong with a query, in words that point at the character."""

from collections.abc import Iterable
from difflib import get_close_matches


class QueryError(ValueError):
    """A query that cannot be read; `text[start:end]` of the query is the place.

    `words` is one Chinese sentence for the person who typed it, with the cure.
    """

    def __init__(self, words: str, start: int, end: int) -> None:
        super().__init__(f"第 {start + 1} 个字符处：{words}")
        self.words = words
        self.start = start
        self.end = end


def close_to(name: str, known: Iterable[str]) -> str:
    """The half sentence that offers up to three similar names; empty when none is near."""
    near = get_close_matches(name, list(known), n=3, cutoff=0.5)
    if not near:
        return ""
    return "；相近的有" + "、".join(f"“{one}”" for one in near)
