"""Some alerts and the nearest misses of a run, as a duty officer would read them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from monitor.detect.risk import Assessment, explain
from monitor.evaluation.county import County, GoldArticle
from monitor.evaluation.figures import ALERTS, owner
from monitor.evaluation.mistakes import cite
from monitor.evaluation.stream import Run

MOST = 10
ARTICLES = 3
"""Of each event that are shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An event with its verdict and, for the reader who checks it, what the label says."""

    articles: tuple[GoldArticle, ...]
    count: int
    verdict: Assessment
    label: str

    def lines(self) -> Iterator[str]:
        """The verdict first, then the first articles, then the label."""
        yield from explain(self.verdict)
        yield from (cite(article) for article in self.articles)
        if self.count > len(self.articles):
            yield f"……共 {self.count} 篇"
        yield f"标注：{self.label}"


def alerts_of(
    county: County, articles: Sequence[GoldArticle], run: Run, most: int = MOST
) -> list[Shown]:
    """At most so many of the alerts that these articles raised, taken evenly over the time."""
    numbers = {article.number for article in articles}
    raised = [push for push in run.pushes if push.act in ALERTS and push.newest & numbers]
    count = min(most, len(raised))
    evenly = [raised[at * len(raised) // count] for at in range(count)]
    gold = {article.number: article.event for article in county.articles}
    return [_shown(county, push.articles, push.verdict, owner(push, gold)) for push in evenly]


def near_misses(
    county: County, articles: Sequence[GoldArticle], run: Run, most: int = MOST
) -> list[Shown]:
    """The events of these articles that were never pushed, those with the highest score first."""
    members: dict[int, list[int]] = {}
    for number, event in run.events.items():
        members.setdefault(event, []).append(number)
    told = {push.event for push in run.pushes}
    met = {run.events[article.number] for article in articles} - told
    judged = [(run.verdicts[event], event) for event in met if event in run.verdicts]
    judged.sort(key=lambda pair: (-pair[0].score, pair[1]))
    return [
        _shown(county, members[event], verdict, county.articles[members[event][0] - 1].event)
        for verdict, event in judged[:most]
    ]


def _shown(county: County, numbers: Collection[int], verdict: Assessment, event: str) -> Shown:
    known = sorted(numbers)
    gold = county.events[event]
    return Shown(
        tuple(county.articles[number - 1] for number in known[:ARTICLES]),
        len(known),
        verdict,
        f"{'需要回应' if gold.needs else '不需要回应'}，{gold.title}（{gold.why}）",
    )
