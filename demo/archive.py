"""The county's articles: readable text files → values, and when each of them is published.

A file holds many articles. Each begins with a line

    @ id source when author sentiment [event=key] [respond] [reprint=id]

then its title on one line (`-`: none, as in short posts), then its body up to the next `@ `.
`when` is `-17d 08:30` (that many Shanghai days before the start, at that time), `-9h` (hours
before the start), `+12s` (live, seconds after the start) or `reserve`. Sentiment, event and
respond are labels for our own tests; no feed shows them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from monitor.words import SHANGHAI, Sentiment

DIRECTORY = Path(__file__).parent / "articles"

_SENTIMENTS = {
    "neg": Sentiment.NEGATIVE,
    "neu": Sentiment.NEUTRAL,
    "pos": Sentiment.POSITIVE,
}
_HEAD = re.compile(
    r"@ (?P<id>[a-z]+-\d+) (?P<source>[a-z]+) "
    r"(?P<when>-\d+d \d\d:\d\d|-\d+h|\+\d+s|reserve) "
    r"(?P<author>\S+) (?P<sentiment>neg|neu|pos)"
    r"(?: event=(?P<event>[a-z-]+))?(?P<respond> respond)?(?: reprint=(?P<reprint>[a-z]+-\d+))?"
)


class ArticleMistake(ValueError):  # noqa: N818 - reads as what happened
    """A file that cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class When:
    """Exactly one of: a past day and time, past hours, live seconds; none of them: reserve."""

    days: int | None = None
    at: time | None = None
    hours: int | None = None
    live_s: int | None = None

    def instant(self, start: datetime, speed: float) -> datetime | None:
        """The aware moment of publication; None for the reserve."""
        if self.days is not None and self.at is not None:
            day = start.astimezone(SHANGHAI).date() - timedelta(days=self.days)
            return datetime.combine(day, self.at, SHANGHAI)
        if self.hours is not None:
            return start - timedelta(hours=self.hours)
        if self.live_s is not None:
            return start + timedelta(seconds=self.live_s / speed)
        return None

    @property
    def past(self) -> bool:
        return self.days is not None or self.hours is not None


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its site publishes it, with the labels of our own tests."""

    id: str
    source: str
    when: When
    author: str
    title: str
    body: str
    sentiment: Sentiment
    event: str | None
    needs_response: bool
    reprint_of: str | None

    @property
    def headline(self) -> str:
        """The title, or the beginning of a short post that has none."""
        return self.title or (self.body if len(self.body) <= 24 else self.body[:24] + "…")


def load(directory: Path = DIRECTORY) -> tuple[Article, ...]:
    """All articles in the order of the files; raises ArticleMistake."""
    found: dict[str, Article] = {}
    for path in sorted(directory.glob("*.txt")):
        for article in _read(path):
            if article.id in found:
                raise ArticleMistake(f"{path.name}：编号 {article.id} 用了两次，请换一个")
            found[article.id] = article
    for article in found.values():
        if article.reprint_of and article.reprint_of not in found:
            raise ArticleMistake(f"{article.id} 说转自 {article.reprint_of}，但没有这一篇")
    return tuple(found.values())


def _read(path: Path) -> Iterator[Article]:
    head: re.Match[str] | None = None
    lines: list[str] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("@ "):
            if head is not None:
                yield _article(path, head, lines)
            head = _HEAD.fullmatch(line)
            lines = []
            if head is None:
                raise ArticleMistake(f"{path.name} 第 {number} 行看不懂：{line}")
        elif head is not None and line.strip():
            lines.append(line.strip())
    if head is not None:
        yield _article(path, head, lines)


def _article(path: Path, head: re.Match[str], lines: list[str]) -> Article:
    if len(lines) < 2:
        raise ArticleMistake(f"{path.name}：{head['id']} 缺标题或正文（没有标题请写一个 -）")
    return Article(
        id=head["id"],
        source=head["source"],
        when=_when(head["when"]),
        author=head["author"].removeprefix("@"),
        title="" if lines[0] == "-" else lines[0],
        body="\n".join(lines[1:]),
        sentiment=_SENTIMENTS[head["sentiment"]],
        event=head["event"],
        needs_response=head["respond"] is not None,
        reprint_of=head["reprint"],
    )


def _when(words: str) -> When:
    if words == "reserve":
        return When()
    if words.startswith("+"):
        return When(live_s=int(words[1:-1]))
    if words.endswith("h"):
        return When(hours=int(words[1:-1]))
    day, clock = words.split()
    return When(days=int(day[1:-1]), at=time.fromisoformat(clock))
