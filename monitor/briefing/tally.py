"""From rows to figures: pure counting, so that what a briefing says can be proved without tables.

A change is counted over the sources that were alive in both periods, and only over those.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from monitor.briefing.material import Life, Material, prominent
from monitor.briefing.queries import Asker, during, named, over, told_in, toned
from monitor.briefing.values import (
    ALERTS,
    ARTICLES,
    EVENTS,
    SOURCES,
    AlertLine,
    Briefing,
    Change,
    Coverage,
    EventLine,
    Figure,
    Measure,
    Period,
    Row,
    TopicLine,
)
from monitor.words import Sentiment


def tally(material: Material, lives: Mapping[int, Life]) -> Briefing:
    """Count everything; `lives` holds the events that `prominent` names."""
    return _Tally(material, lives).briefing()


class _Tally:
    """One run of counting; figures get their codes in the order in which they are made."""

    def __init__(self, material: Material, lives: Mapping[int, Life]) -> None:
        self.m = material
        self.lives = lives
        self.period = material.period
        first = self.period.first
        self.now = [row for row in material.rows if row.day >= first]
        self.then = [row for row in material.rows if row.day < first]
        self.common = material.alive & material.alive_before
        delivered = {row.source for row in material.rows}
        self.left_out = sorted((material.alive | material.alive_before | delivered) - self.common)
        self.asker = Asker(material.rows, material.names)
        self.figures: list[Figure] = []

    def figure(
        self,
        group: str,
        name: str,
        rows: Sequence[Row],
        proposals: Iterable[str],
        *,
        value: int | None = None,
        unit: str = ARTICLES,
    ) -> Figure:
        ids = tuple(row.id for row in rows)
        query, surplus = self.asker.ask(ids, proposals)
        figure = Figure(
            code=f"F{len(self.figures) + 1:03d}",
            group=group,
            name=name,
            value=len(ids) if value is None else value,
            unit=unit,
            articles=ids,
            query=query,
            surplus=surplus,
        )
        self.figures.append(figure)
        return figure

    def measure(
        self,
        group: str,
        name: str,
        now: Sequence[Row],
        then: Sequence[Row],
        condition: str,
        on: tuple[date, date] | None = None,
    ) -> Measure:
        """The number over all sources, and its change over the common ones if there are any.

        `on` narrows it to one day and its counterpart in the period before.
        """
        this, previous = f"{self.period.this}{name}", f"{self.period.previous}{name}"
        days, before = self.period, self.period.before
        if on:
            days, before = Period(on[0], on[0]), Period(on[1], on[1])
            this, previous = f"{this} {on[0]:%m-%d}", f"{previous} {on[1]:%m-%d}"
        all_ = self.figure(group, this, now, [during(days) + condition])
        if not self.common:
            return Measure(all_, None)
        kept = self._common(now)
        scopes = over(self._spelled(self.common), self._spelled(self.left_out))
        comparable = all_
        if len(kept) < len(now):
            asked = [during(days) + condition + scope for scope in scopes]
            comparable = self.figure(group, f"{this}（可比信源）", kept, asked)
        asked = [during(before) + condition + scope for scope in scopes]
        earlier = self.figure(group, f"{previous}（可比信源）", self._common(then), asked)
        return Measure(all_, Change(comparable, earlier))

    def _spelled(self, sources: Iterable[str]) -> list[str]:
        return [self._spell(slug) for slug in sorted(sources)]

    def _spell(self, slug: str) -> str:
        """A source as a query names it."""
        return named(slug, self._source_name(slug), self.m.names.sources)

    def _common(self, rows: Sequence[Row]) -> list[Row]:
        return [row for row in rows if row.source in self.common]

    def briefing(self) -> Briefing:
        total = self.measure("总体", "文章总数", self.now, self.then, "")
        tones = {
            tone: self.measure(
                "情感",
                f"{tone.label}文章",
                [row for row in self.now if row.sentiment is tone],
                [row for row in self.then if row.sentiment is tone],
                f" {toned(tone)}",
            )
            for tone in Sentiment
        }
        sources, events, alerts = self._counts()
        days, sensitive = self._days(), self._sensitive_days()
        topics, top, raised = self._topics(), self._top(), self._raised()
        return Briefing(
            office=self.m.office,
            period=self.period,
            counting=self.m.counting,
            coverage=self._coverage(),
            total=total,
            tones=tones,
            days=days,
            sensitive_days=sensitive,
            sources=sources,
            events=events,
            alerts=alerts,
            topics=topics,
            top=top,
            raised=raised,
            figures=tuple(self.figures),
            rows=self.m.rows,
            source_names=dict(self.m.source_names),
            numbers={event: number for event, (number, _) in self.m.alerted.items()},
        )

    def _counts(self) -> tuple[Figure, Figure, Figure]:
        """How many sources, events and alerts the period's articles come from and lead to."""
        days, this = [during(self.period)], self.period.this
        sources = {row.source for row in self.now}
        events = {row.event for row in self.now if row.event is not None}
        raised = {alert.event for alert in self.m.raised}
        belonging = [row for row in self.now if row.event is not None]
        alerting = [row for row in self.now if row.event in raised]
        return (
            self.figure(
                "总体", f"{this}有文章的信源", self.now, days, value=len(sources), unit=SOURCES
            ),
            self.figure("总体", f"{this}涉及事件", belonging, days, value=len(events), unit=EVENTS),
            self.figure(
                "总体",
                f"{this}新发预警",
                alerting,
                self._told_in(alerting) if alerting else days,
                value=len(self.m.raised),
                unit=ALERTS,
            ),
        )

    def _days(self) -> dict[date, Measure]:
        return self._by_day("文章", "", self.now, self.then)

    def _sensitive_days(self) -> dict[date, Measure]:
        negative = Sentiment.NEGATIVE
        return self._by_day(
            "敏感文章",
            f" {toned(negative)}",
            [row for row in self.now if row.sentiment is negative],
            [row for row in self.then if row.sentiment is negative],
        )

    def _by_day(
        self, name: str, condition: str, now: Sequence[Row], then: Sequence[Row]
    ) -> dict[date, Measure]:
        on, on_before = _grouped(now), _grouped(then)
        return {
            day: self.measure("走势", name, on[day], on_before[before], condition, (day, before))
            for day, before in zip(self.period.days, self.period.before.days, strict=True)
        }

    def _topics(self) -> tuple[TopicLine, ...]:
        lines = [
            line
            for slug, name in self.m.topic_names.items()
            if (line := self._topic(slug, name)) is not None
        ]
        lines.sort(key=lambda line: -line.total.all.value)
        return tuple(lines)

    def _topic(self, slug: str, name: str) -> TopicLine | None:
        """A topic's line, or None where neither period has an article of it."""
        now = [row for row in self.now if slug in row.topics]
        then = [row for row in self.then if slug in row.topics]
        if not now and not then:
            return None
        condition = f" 专题：{named(slug, name, self.m.names.topics)}"
        total = self.measure("专题", f"专题 {name}", now, then, condition)
        tones = {
            tone: self.figure(
                "专题",
                f"{self.period.this}专题 {name} {tone.label}",
                [row for row in now if row.sentiment is tone],
                [f"{during(self.period)}{condition} {toned(tone)}"],
            )
            for tone in Sentiment
        }
        return TopicLine(name, total, tones)

    def _top(self) -> tuple[EventLine, ...]:
        chosen = prominent(self.now, self.m.alerted)
        return tuple(self._event(n, event) for n, event in enumerate(chosen, 1))

    def _event(self, n: int, event: int) -> EventLine:
        rows = [row for row in self.now if row.event == event]
        total = self._event_figure(f"重点事件{n} 文章", rows)
        tone = Sentiment.NEGATIVE
        negative = self.figure(
            "事件",
            f"{self.period.this}重点事件{n} 敏感文章",
            [row for row in rows if row.sentiment is tone],
            [f"{total.query} {toned(tone)}"] if total.query else [],
        )
        life = self.lives[event]
        number, level = self.m.alerted.get(event, ("", None))
        counts = Counter(self._source_name(row.source) for row in rows)
        return EventLine(
            title=life.title,
            began=life.began,
            first_source=self._source_name(life.first_source),
            total=total,
            negative=negative,
            sources=tuple(counts.most_common()),
            alert=number,
            level=level,
        )

    def _event_figure(self, name: str, rows: Sequence[Row]) -> Figure:
        proposals = self._told_in(rows) if rows else ()
        return self.figure("事件", f"{self.period.this}{name}", rows, proposals)

    def _told_in(self, rows: Sequence[Row]) -> Iterable[str]:
        return told_in(self.period, rows, self._others(rows), self._spell)

    def _others(self, rows: Sequence[Row]) -> list[Row]:
        ids = {row.id for row in rows}
        return [row for row in self.now if row.id not in ids]

    def _raised(self) -> tuple[AlertLine, ...]:
        lines = []
        for alert in self.m.raised:
            rows = [row for row in self.now if row.event == alert.event]
            lines.append(
                AlertLine(
                    number=alert.number,
                    level=alert.level,
                    headline=alert.headline,
                    created=alert.created,
                    state=alert.state,
                    articles=self._event_figure(f"预警 {alert.number} 文章", rows),
                )
            )
        return tuple(lines)

    def _coverage(self) -> Coverage:
        before = self.m.alive_before
        return Coverage(
            common=tuple(self._source_name(slug) for slug in sorted(self.common)),
            gained=tuple(self._source_name(slug) for slug in self.left_out if slug not in before),
            silent=tuple(self._source_name(slug) for slug in self.left_out if slug in before),
        )

    def _source_name(self, slug: str) -> str:
        return self.m.source_names.get(slug, slug)


def _grouped(rows: Iterable[Row]) -> dict[date, list[Row]]:
    found: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.day].append(row)
    return found
