"""lessons: what a sentiment model can learn from the people of an office.

People correct what was read wrongly and seldom confirm what was read rightly. A model that is
taught nothing but mistakes learns to contradict (on other people's labelled Weibo it fell from 68 %
right to 35 %), and a trial on mistakes alone applauds. So beside what people said stand articles of
the same weeks that nobody touched, as the model in force reads them.
"""

import random
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import F

from monitor.models import Article, ArticleText, Correction
from monitor.models.correction import Kind
from monitor.text.fitting import FOLDS
from monitor.text.sentiment import Scorer
from monitor.words import Sentiment

MOST = 20_000
"""Corrections that are learned from, the latest."""
CHARACTERS = 2_000
"""Of each text: what it feels like stands in its beginning."""
RIGHT = 2
"""Texts read rightly that belong to each mistake: on five public sets of news and Weibo the shipped
model reads between half and three quarters rightly."""
PART = 500
DRAWS = 20
"""Parts of numbers that are drawn at most in search of articles that nobody touched."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One article and its sentiment: as people said, against the machine where it was a `mistake`;
    or, where it was `left_alone`, as the model in force reads it. `story` is its event: reprints of
    one text must not stand on both sides of a trial."""

    article: int
    story: str
    text: str
    label: Sentiment
    mistake: bool = False
    left_alone: bool = False

    @property
    def fold(self) -> int:
        return zlib.crc32(self.story.encode()) % FOLDS


def corrected() -> list[Lesson]:
    """What people said last of each article, and took not back, on the text they saw."""
    rows = Correction.objects.standing().filter(kind=Kind.SENTIMENT)
    last = {
        article: (edition, was, now, event)
        for article, edition, was, now, event in rows.values_list(
            "article", "edition", "was", "now", "article__event"
        )
    }
    found = []
    for article, edition, text in _texts(sorted(list(last)[-MOST:])):
        seen, was, now, event = last[article]
        if edition == seen:
            story = _story(article, event)
            found.append(Lesson(article, story, text, Sentiment(now), mistake=was != now))
    return found


def stories() -> int:
    """Of how many stories people have corrected or confirmed the sentiment."""
    rows = Correction.objects.standing().filter(kind=Kind.SENTIMENT).order_by()
    return rows.values("article__event").distinct().count()


def wanted(lessons: Sequence[Lesson]) -> int:
    """How many articles that nobody touched belong beside these; what people confirmed counts
    towards them."""
    mistakes = sum(lesson.mistake for lesson in lessons)
    return max(0, RIGHT * mistakes - (len(lessons) - mistakes))


def left_alone(lessons: Sequence[Lesson], count: int, scorer: Scorer) -> list[Lesson]:
    """At most `count` articles, each of another story, collected since the first of the lessons, of
    which nobody said anything. The same rows give the same articles."""
    if not lessons or not count:
        return []
    said = {lesson.story for lesson in lessons}
    found: dict[str, tuple[int, str]] = {}
    for numbers in _draws(min(lesson.article for lesson in lessons)):
        touched = Correction.objects.filter(kind=Kind.SENTIMENT, article__in=numbers)
        rows = Article.objects.filter(pk__in=numbers, analysed_edition=F("edition"))
        rows = rows.exclude(pk__in=touched.order_by().values("article"))
        events = dict(rows.values_list("pk", "event"))
        for article, _, text in _texts(sorted(events), newest=True):
            story = _story(article, events[article])
            if story not in said and len(found) < count:
                found.setdefault(story, (article, text))
        if len(found) >= count:
            break
    scores = scorer.score_many([text for _, text in found.values()])
    return [
        Lesson(article, story, text, score.sentiment, left_alone=True)
        for (story, (article, text)), score in zip(found.items(), scores, strict=True)
    ]


def _draws(first: int) -> Iterator[list[int]]:
    """Parts of the articles' numbers from the first on, each number at most once."""
    newest = Article.objects.order_by("-pk").values_list("pk", flat=True).first() or first
    span = range(first, newest + 1)
    drawn = random.Random(0).sample(span, min(len(span), DRAWS * PART))  # noqa: S311 - no secret
    for start in range(0, len(drawn), PART):
        yield drawn[start : start + PART]


def _texts(articles: Iterable[int], *, newest: bool = False) -> Iterator[tuple[int, int, str]]:
    """Article, edition and text; every edition, or the newest alone."""
    known = list(articles)
    for start in range(0, len(known), PART):
        part = ArticleText.objects.filter(article__in=known[start : start + PART])
        if newest:
            part = part.filter(edition=F("article__edition"))
        rows = part.order_by("article_id", "edition")
        for article, edition, title, body in rows.values_list(
            "article", "edition", "title", "body"
        ):
            yield article, edition, f"{title}\n{body}"[:CHARACTERS]


def _story(article: int, event: int | None) -> str:
    return f"event {event}" if event else f"article {article}"
