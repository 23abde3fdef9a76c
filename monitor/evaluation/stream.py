"""The product's own decisions over a stream of articles as time passes, in memory.

Articles arrive in the minute of their publication. Each batch is read, joins or founds events,
and every event that it touched is judged and told about, by the functions that the pipeline's
analyse, group and alert call; only tables and channels are missing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from monitor.catalog import Values
from monitor.detect.events import Member, Placement, Stretch, Window
from monitor.detect.facts import ArticleFacts, EventView
from monitor.detect.marks import letters, marks_of
from monitor.detect.reported import (
    ANSWER_WINDOW,
    ANSWERS,
    facts_of,
    looked_at,
    noteworthy,
    origin_of,
    platform_of,
)
from monitor.detect.risk import Assessment, assess
from monitor.detect.rules import RiskRules
from monitor.detect.story import Story
from monitor.detect.telling import Act, Known, telling
from monitor.evaluation.county import GoldArticle
from monitor.text.reading import Reader, Reading
from monitor.words import Reason

BATCH = 200
"""Articles read at once; what a text gets does not depend on the others."""


@dataclass(frozen=True, slots=True)
class Push:
    """People were told: when, about which event, how, why, and of which articles it consisted."""

    moment: datetime
    event: int
    act: Act
    reasons: tuple[Reason, ...]
    verdict: Assessment
    articles: frozenset[int]
    newest: frozenset[int]


@dataclass(slots=True)
class Run:
    """What was decided, by number of article and of event. `verdicts` are the last ones; an event
    that nothing noteworthy was found in has none, as in the product."""

    readings: dict[int, Reading] = field(default_factory=dict)
    placements: dict[int, Placement] = field(default_factory=dict)
    events: dict[int, int] = field(default_factory=dict)
    pushes: list[Push] = field(default_factory=list)
    verdicts: dict[int, Assessment] = field(default_factory=dict)
    views: dict[int, EventView] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    """An article as the pipeline's tables keep it, in an event."""

    id: int
    source: str
    published: datetime
    noteworthy: bool


def reader_of(values: Values) -> Reader:
    """The reader of an office with this catalogue and the shipped model."""
    return Reader.shipped(
        list(values.matters.values()),
        list(values.places.values()),
        list(values.units.values()),
        "evaluation",
        values.weights,
    )


def run(
    articles: Sequence[GoldArticle],
    values: Values,
    reader: Reader,
    show: Callable[[int, int], None] = lambda _done, _total: None,
    begin: datetime | None = None,
) -> Run:
    """Let the articles arrive, in the order of their publication; `show` is told of so many of so
    many. What is older than `begin`, when the office begins to look, arrives then."""
    show(0, len(articles))
    stream = _Stream(values, Run(readings=_read(articles, values, reader)))

    def arrival(article: GoldArticle) -> datetime:
        return max(article.published, begin or article.published)

    for moment, arrivals in groupby(articles, key=arrival):
        stream.arrive(list(arrivals), moment)
        show(len(stream.run.events), len(articles))
    return stream.run


def _read(articles: Sequence[GoldArticle], values: Values, reader: Reader) -> dict[int, Reading]:
    readings: dict[int, Reading] = {}
    for start in range(0, len(articles), BATCH):
        some = articles[start : start + BATCH]
        # No source tells an author's IP 属地 yet, so the product reads without it.
        origins = [origin_of(values.sources[a.source], a.published) for a in some]
        read = reader.read([(a.title, a.body) for a in some], origins)
        readings.update(zip((a.number for a in some), read, strict=True))
    return readings


class _Stream:
    """The tables of the pipeline, as far as decisions look at them."""

    def __init__(self, values: Values, run: Run) -> None:
        self.run = run
        self._values = values
        self._rules = RiskRules(**values.levels.risk())
        self._official = frozenset(s for s, source in values.sources.items() if source.official)
        self._window = Window()
        self._members: dict[int, Member] = {}
        self._facts: dict[int, ArticleFacts] = {}
        self._rows: dict[int, list[_Row]] = defaultdict(list)
        self._answers: list[_Row] = []
        self._alerts: dict[int, Known] = {}

    def arrive(self, arrivals: Sequence[GoldArticle], now: datetime) -> None:
        newcomers = [self._member(article) for article in arrivals]
        for stretch in self._window.expect(newcomers, now=now):
            self._window.add(self._published(stretch), now=now, covers=stretch)
        placements = self._window.place(newcomers, now=now)
        events = self._settle(placements)
        self._window.remember(events)
        for member in newcomers:
            self._members[member.article] = replace(member, event=events[member.article])
        for article, placement in zip(arrivals, placements, strict=True):
            self._keep(article, events[article.number], placement)
        for event in dict.fromkeys(events.values()):
            self._judge(event, frozenset(a for a, e in events.items() if e == event), now)

    def _member(self, article: GoldArticle) -> Member:
        reading = self.run.readings[article.number]
        return Member(
            article.number,
            None,
            reading.signature,
            article.published,
            article.title,
            letters(article.title, article.body),
            marks_of(article.title, article.body),
            Story.of(reading).to_line(),
        )

    def _published(self, stretch: Stretch) -> list[Member]:
        return [m for m in self._members.values() if stretch.since <= m.published <= stretch.until]

    def _settle(self, placements: Iterable[Placement]) -> dict[int, int]:
        """Every newcomer's event; new ones are numbered on, as the group lane does."""
        events: dict[int, int] = {}
        for placement in placements:
            if placement.event is not None:
                event = placement.event
            elif placement.with_article is not None:
                event = events[placement.with_article]
            else:
                event = len(self._rows) + 1
                self._rows[event] = []
            events[placement.article] = event
        return events

    def _keep(self, article: GoldArticle, event: int, placement: Placement) -> None:
        reading = self.run.readings[article.number]
        row = _Row(article.number, article.source, article.published, noteworthy(reading))
        self._rows[event].append(row)
        if row.noteworthy and row.source in self._official:
            self._answers.append(row)
        self._facts[article.number] = facts_of(
            article.number,
            article.source,
            self._values.sources.get(article.source),
            article.published,
            article.title,
            reading.score.negative,
            reading.to_json(),
            self._values.matters,
            placement.nearest,
        )
        self.run.placements[article.number] = placement
        self.run.events[article.number] = event

    def _judge(self, event: int, newest: frozenset[int], now: datetime) -> None:
        if not any(row.noteworthy for row in self._rows[event]):
            return
        view = self._view(event, now)
        verdict = assess(view, self._rules, now)
        self.run.verdicts[event], self.run.views[event] = verdict, view
        levels = self._values.levels
        what = telling(
            self._alerts.get(event),
            view,
            verdict,
            now,
            growth_factor=levels.growth_factor,
            quiet=timedelta(hours=levels.quiet_hours),
        )
        if what.act is Act.NOTHING:
            return
        self._alerts[event] = Known(what.told, what.act is not Act.RECORD)
        members = frozenset(row.id for row in self._rows[event])
        self.run.pushes.append(Push(now, event, what.act, what.reasons, verdict, members, newest))

    def _view(self, event: int, now: datetime) -> EventView:
        newest = sorted(self._rows[event], key=lambda row: (row.published, row.id), reverse=True)
        first = newest[-1].published
        chosen = looked_at(newest, self._official)
        answers = [
            row.id
            for row in self._answers
            if first <= row.published <= first + ANSWER_WINDOW and self.run.events[row.id] != event
        ][:ANSWERS]
        sources = {row.source for row in newest}
        return EventView(
            event=event,
            articles=tuple(self._facts[row.id] for row in reversed(newest) if row.id in chosen),
            total=len(newest),
            sources=len(sources),
            platforms=tuple(
                sorted({platform_of(self._values.sources.get(slug)) for slug in sources})
            ),
            first=first,
            last=newest[0].published,
            growth=sum(now - timedelta(hours=1) < row.published <= now for row in newest),
            answers=tuple(self._facts[number] for number in answers),
        )
