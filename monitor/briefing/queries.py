"""The query that an analyst types to find a figure's articles, and the proof that it does.

Queries are proposed from short to precise; each is parsed and tried on the briefing's own
articles by the language's plain definition, and the first that finds exactly the figure's
articles is taken.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from monitor.briefing.values import Period, Row
from monitor.query import Document, Names, QueryError, matches, parse
from monitor.words import Sentiment

_QUOTES = re.compile('["＂“”„「」『』]')
_BARE = re.compile(r"[\w·]+")
MOST_TITLES = 40
SHORTEST_SHARED = 6


class Asker:
    """Tries queries on the articles of both periods."""

    def __init__(self, rows: Iterable[Row], names: Names) -> None:
        self._names = names
        # Figures ask for everything but the body, so the body need not be read.
        self._documents = [
            Document(
                id=row.id,
                title=row.title,
                body="",
                source=row.source,
                published=row.published,
                sentiment=row.sentiment,
                topics=row.topics,
                level=row.level,
                event=row.event,
            )
            for row in rows
        ]

    def ask(self, articles: Sequence[int], proposals: Iterable[str]) -> tuple[str, int | None]:
        """The first query that finds exactly the articles, else the one that finds all of them
        with the smallest surplus; ("", None) when none finds them all."""
        wanted = set(articles)
        best: tuple[str, int | None] = ("", None)
        for text in proposals:
            found = self._found(text)
            if found is None or not wanted <= found:
                continue
            surplus = len(found - wanted)
            if best[1] is None or surplus < best[1]:
                best = (text, surplus)
            if surplus == 0:
                break
        return best

    def _found(self, text: str) -> set[int] | None:
        try:
            query = parse(text, self._names)
        except QueryError:
            return None
        return {document.id for document in self._documents if matches(query, document)}


def during(period: Period) -> str:
    """`日期：2026-11-16..2026-11-22`"""
    if period.first == period.last:
        return f"日期：{period.first}"
    return f"日期：{period.first}..{period.last}"


def toned(sentiment: Sentiment) -> str:
    return f"情感：{sentiment.label}"


def named(slug: str, name: str, known: Mapping[str, tuple[str, ...]]) -> str:
    """The name where it means this one alone and needs no quotes, else the slug."""
    return name if known.get(name) == (slug,) and _BARE.fullmatch(name) else slug


def over(sources: Sequence[str], left_out: Sequence[str]) -> tuple[str, ...]:
    """Conditions that keep to `sources`: nothing, without the others, or these by name."""
    if not left_out:
        return ("",)
    return (f" -信源：{','.join(left_out)}", f" 信源：{','.join(sources)}")


def told_in(
    period: Period,
    members: Sequence[Row],
    others: Sequence[Row],
    spelled: Callable[[str], str],
) -> Iterator[str]:
    """Queries for the articles of one event, which the language cannot name: by what their
    titles share, by all their titles, by titles and sources, without others' titles.
    `spelled` writes a source."""
    days = during(period)
    titles = list(dict.fromkeys(plain for row in members if (plain := _plain(row.title))))
    if shared := _shared(titles):
        yield f'{days} 标题："{shared}"'
    if not titles or len(titles) > MOST_TITLES:
        return
    wanted = (
        f'标题："{titles[0]}"'
        if len(titles) == 1
        else ("标题：(" + " OR ".join(f'"{title}"' for title in titles) + ")")
    )
    yield f"{days} {wanted}"
    sources = ",".join(spelled(slug) for slug in sorted({row.source for row in members}))
    yield f"{days} 信源：{sources} {wanted}"
    tones = ",".join(sorted({row.sentiment.label for row in members}))
    exact = f"{days} 信源：{sources} 情感：{tones} {wanted}"
    yield exact
    longer = (
        title
        for row in others
        if (title := _plain(row.title)) not in titles and any(part in title for part in titles)
    )
    if without := list(islice(dict.fromkeys(longer), MOST_TITLES)):
        yield exact + "".join(f' -标题："{title}"' for title in without)


def _plain(title: str) -> str:
    """A title as a quoted phrase can hold it; a quotation mark is a gap like any other."""
    return " ".join(_QUOTES.sub(" ", title).split())


def _shared(titles: Sequence[str]) -> str:
    """The longest run of characters that all titles have in common, if long enough to mean
    something. Runs begin and end where the shortest title's words do not matter: Han matches
    by character, and a cut Latin word simply finds too little and is not taken."""
    if len(titles) < 2:
        return ""
    shortest = min(titles, key=len)[:80]
    for length in range(len(shortest), SHORTEST_SHARED - 1, -1):
        for start in range(len(shortest) - length + 1):
            run = shortest[start : start + length]
            if all(run in title for title in titles):
                return run.strip()
    return ""
