"""What decisions on the gold county have to beat: simpler ways, on the same readings."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from monitor.detect.risk import Assessment
from monitor.detect.telling import Act
from monitor.evaluation.county import County, GoldArticle
from monitor.evaluation.stream import Push, Run
from monitor.text.reading import Reading
from monitor.words import Evidence, Reason

NEGATIVE_FROM = 0.5
_NO_VERDICT = Assessment(0.0, (), True, None, False, False)

Rule = Callable[[GoldArticle, Reading], bool]


def each_alone(run: Run) -> Run:
    """Every article is an event of its own, and no copy of another."""
    return replace(
        run,
        events={number: number for number in run.events},
        placements={n: replace(one, nearest=None) for n, one in run.placements.items()},
    )


def near_duplicates(run: Run) -> Run:
    """Only what resembles an earlier article (its reprint_of) joins its event."""
    events: dict[int, int] = {}
    for number, placement in run.placements.items():  # in the order of arrival
        near = placement.nearest
        events[number] = number if near is None else events[near]
    return replace(run, events=events)


def tone_alone(run: Run, county: County) -> Run:
    """An alert for every event with a negative article about the county."""

    def rule(article: GoldArticle, reading: Reading) -> bool:
        here = reading.where.verdict
        if here is None:
            here = county.values.sources[article.source].region == "home"
        return here and reading.score.negative >= NEGATIVE_FROM

    return _alerting(run, county, rule)


def matter_alone(run: Run, county: County) -> Run:
    """An alert for every event with an article that names a matter, wherever and however."""
    return _alerting(run, county, lambda _article, reading: bool(reading.matters))


def all_here(run: Run) -> Mapping[int, bool | None]:
    """Every article is taken to be about the county."""
    return dict.fromkeys(run.readings, True)


def named_here(run: Run) -> Mapping[int, bool | None]:
    """Who names a place of the county is about it, who names others alone is not."""
    return {
        number: True if reading.places else False if reading.elsewhere else None
        for number, reading in run.readings.items()
    }


def _alerting(run: Run, county: County, rule: Rule) -> Run:
    """One alert an event, by its first article that the rule holds for."""
    pushes: list[Push] = []
    members: dict[int, frozenset[int]] = {}
    alerted: set[int] = set()
    for number, event in run.events.items():
        article = county.articles[number - 1]
        members[event] = members.get(event, frozenset()) | {number}
        if event in alerted or not rule(article, run.readings[number]):
            continue
        alerted.add(event)
        # Quoted as a call: if it is one, people see it.
        told = Reason("rescue", "", 0, (Evidence(number, "title", article.title),))
        newest = frozenset({number})
        pushes.append(
            Push(article.published, event, Act.RAISE, (told,), _NO_VERDICT, members[event], newest)
        )
    return replace(run, pushes=pushes)
