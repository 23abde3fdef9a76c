"""What went wrong on the gold county, by kind, in words that lead to the article and the rule."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.detect.risk import explain
from monitor.evaluation.county import County, GoldArticle
from monitor.evaluation.figures import (
    ALERTS,
    call_told,
    copy_found,
    needed_in,
    owner,
    told_of,
    units_of,
)
from monitor.evaluation.report import shown
from monitor.evaluation.stream import Run
from monitor.words import SHANGHAI

KINDS = {
    "false": "误报",
    "double": "一事多报",
    "missed": "漏报",
    "call": "求救未推送",
    "place": "地点判错",
    "unit": "责任单位不符",
    "torn": "一事拆成几件",
    "mixed": "几事并成一件",
    "copy": "转载没认出",
    "link": "不同事件连成转载",
}
"""Kinds of mistakes with their names, in the order of a report."""

_WHERE = {True: "本地", False: "外地", None: "不明"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake; `lines` say what was decided and why."""

    kind: str
    about: str
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        return KINDS[self.kind]


def mistakes(county: County, articles: Sequence[GoldArticle], run: Run) -> list[Mistake]:
    """All of them, in the order of `KINDS`."""
    found = [
        *_alerts(county, articles, run),
        *_missed(county, articles, run),
        *_calls(articles, county, run),
        *_places(articles, run),
        *_units(county, articles, run),
        *_events(county, articles, run),
        *_copies(county, articles, run),
    ]
    order = list(KINDS)
    return sorted(found, key=lambda mistake: order.index(mistake.kind))


def cite(article: GoldArticle) -> str:
    """An article in one line."""
    when = article.published.astimezone(SHANGHAI)
    text = (
        article.body
        if article.body.startswith(article.title[:-1])
        else (f"{article.title} {article.body}".strip())
    )
    return f"{article.id} {when:%m-%d %H:%M} {article.source} {shown(text)}"


def _alerts(county: County, articles: Sequence[GoldArticle], run: Run) -> Iterator[Mistake]:
    numbers = {article.number for article in articles}
    gold = {article.number: article.event for article in county.articles}
    seen: Counter[str] = Counter()
    for push in run.pushes:
        if push.act not in ALERTS or not push.newest & numbers:
            continue
        event = county.events[owner(push, gold)]
        seen[event.id] += 1
        lines = (
            *(cite(county.articles[number - 1]) for number in sorted(push.newest)),
            *explain(push.verdict),
        )
        if not event.needs:
            yield Mistake("false", f"{event.id} {event.title}（{event.why}）", lines)
        elif seen[event.id] > 1:
            yield Mistake("double", f"{event.id} {event.title}", lines)


def _missed(county: County, articles: Sequence[GoldArticle], run: Run) -> Iterator[Mistake]:
    gold = {article.number: article.event for article in county.articles}
    told = {event for push in run.pushes for event in told_of(push, gold)}
    needed = needed_in(county, articles)
    for event, own in _by_event(articles):
        if event not in needed or event in told:
            continue
        lines: list[str] = []
        for mine in dict.fromkeys(run.events[article.number] for article in own):
            some = [article for article in own if run.events[article.number] == mine]
            lines += [cite(article) for article in some[:3]]
            verdict = run.verdicts.get(mine)
            lines += explain(verdict) if verdict else ["没有认出任何事项，未评分"]
        gold_event = county.events[event]
        yield Mistake("missed", f"{event} {gold_event.title}（{gold_event.matter}）", tuple(lines))


def _calls(articles: Iterable[GoldArticle], county: County, run: Run) -> Iterator[Mistake]:
    for article in articles:
        ours = article.role == "call" and county.events[article.event].needs
        if ours and not call_told(article, county, run):
            reading = run.readings[article.number]
            cues = "、".join(f"{cue.name}“{cue.text}”" for cue in reading.cues) or "无"
            yield Mistake("call", article.id, (f"{cite(article)}", f"表达：{cues}"))


def _places(articles: Iterable[GoldArticle], run: Run) -> Iterator[Mistake]:
    for article in articles:
        where = run.readings[article.number].where
        if where.verdict is not article.where:
            why = "；".join(f"{found.why}“{found.text}”" for found in where.reasons)
            said = f"判为{_WHERE[where.verdict]}，应为{_WHERE[article.where]}：{why}"
            yield Mistake("place", article.id, (cite(article), said))


def _units(county: County, articles: Sequence[GoldArticle], run: Run) -> Iterator[Mistake]:
    names = {slug: unit.name for slug, unit in county.values.units.items()}
    for event, said in units_of(county, articles, run).items():
        true = set(county.events[event].units)
        if said != true:
            lines = [
                f"{words}：{'、'.join(names.get(slug, slug) for slug in sorted(slugs))}"
                for words, slugs in (("缺", true - said), ("多", said - true))
                if slugs
            ]
            yield Mistake("unit", f"{event} {county.events[event].title}", tuple(lines))


def _events(county: County, articles: Sequence[GoldArticle], run: Run) -> Iterator[Mistake]:
    for event, own in _by_event(articles):
        parts = defaultdict(list)
        for article in own:
            parts[run.events[article.number]].append(article)
        if len(parts) > 1:
            lines = [
                f"[{mine}] {len(some)}篇，首篇 {cite(some[0])}" for mine, some in parts.items()
            ]
            yield Mistake("torn", f"{event} {county.events[event].title}", tuple(lines))
    mixed: defaultdict[int, defaultdict[str, list[GoldArticle]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for article in articles:
        mixed[run.events[article.number]][article.event].append(article)
    for mine, stories in mixed.items():
        if len(stories) > 1:
            lines = [
                f"{event} {len(some)}篇，首篇 {cite(some[0])}；{run.placements[some[0].number].why}"
                for event, some in stories.items()
            ]
            yield Mistake("mixed", f"[{mine}]", tuple(lines))


def _copies(county: County, articles: Iterable[GoldArticle], run: Run) -> Iterator[Mistake]:
    for article in articles:
        near = run.placements[article.number].nearest
        why = run.placements[article.number].why
        if article.copy_of is not None and not copy_found(article, county, run):
            before = county.articles[article.copy_of - 1]
            yield Mistake("copy", article.id, (cite(article), f"原文 {cite(before)}", why))
        if near is not None and county.articles[near - 1].event != article.event:
            other = county.articles[near - 1]
            yield Mistake("link", article.id, (cite(article), f"连到 {cite(other)}", why))


def _by_event(articles: Iterable[GoldArticle]) -> Iterable[tuple[str, list[GoldArticle]]]:
    parts: defaultdict[str, list[GoldArticle]] = defaultdict(list)
    for article in articles:
        parts[article.event].append(article)
    return parts.items()
