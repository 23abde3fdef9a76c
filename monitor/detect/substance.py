"""What the axioms of risk ask about an event, found once: place, matters, calls, tone, answer."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.detect.facts import ANSWER, PETITION, ArticleFacts, EventView, MatterFact, hurt
from monitor.detect.rules import RiskRules


@dataclass(frozen=True, slots=True)
class Substance:
    """What was found in the articles of ours (oldest first).

    `matters` are distinct, gravest first. `counted`: a figure of people hurt is stated; `hurt`
    holds also for a casualty matter without figure, unless only officials speak. `negative` is
    the mean of the most negative few, `answer` the first official answer to the complaint.
    """

    ours: tuple[ArticleFacts, ...]
    matters: tuple[MatterFact, ...]
    calls: tuple[ArticleFacts, ...]
    hurt: bool
    counted: bool
    negative: float
    petitions: tuple[ArticleFacts, ...]
    answer: ArticleFacts | None
    official_only: bool

    @property
    def urgent(self) -> bool:
        return bool(self.calls) or self.hurt


def whereabouts(view: EventView) -> bool | None:
    """True: ours. None: no place named, but a source of ours. False: elsewhere, or nothing known.

    The articles that name a place decide by majority; a draw is ours.
    """
    verdicts = [article.home for article in view.articles if article.home is not None]
    if verdicts:
        return sum(verdicts) * 2 >= len(verdicts)
    return None if any(article.home_source for article in view.articles) else False


def substance_of(view: EventView, rules: RiskRules) -> Substance:
    ours = tuple(sorted(view.ours, key=lambda article: (article.published, article.article)))
    gravest: dict[str, MatterFact] = {}
    for article in ours:
        for matter in article.matters:
            gravest.setdefault(matter.slug, matter)
    matters = tuple(sorted(gravest.values(), key=lambda matter: -matter.weight))
    counted = hurt(view.toll) > 0
    official_only = all(article.official for article in ours)
    return Substance(
        ours=ours,
        matters=matters,
        calls=tuple(article for article in ours if article.calls_for_rescue),
        hurt=counted or (not official_only and any(matter.casualty for matter in matters)),
        counted=counted,
        negative=_mean(article.negative for article in most_negative(ours, rules)),
        petitions=tuple(a for a in ours if not a.official and a.cued(PETITION)),
        answer=_answer(view, ours),
        official_only=official_only,
    )


def _answer(view: EventView, ours: tuple[ArticleFacts, ...]) -> ArticleFacts | None:
    """The first official answer to the first complaint, on the same matter."""
    complaints = [a for a in ours if not a.official and (a.matters or a.cued(PETITION))]
    if not complaints:
        return None
    first = complaints[0].published
    matters = {matter.slug for article in complaints for matter in article.matters}
    places = {place for article in complaints for place in article.places}
    inside = [a for a in ours if not matters or not a.matters or _slugs(a) & matters]
    outside = [
        a
        for a in view.answers
        if a.home is not False
        and _slugs(a) & matters
        and (not places or not a.places or places & set(a.places))
    ]
    answers = [
        a for a in (*inside, *outside) if a.official and a.published > first and a.cued(ANSWER)
    ]
    return min(answers, key=lambda article: article.published, default=None)


def _slugs(article: ArticleFacts) -> set[str]:
    return {matter.slug for matter in article.matters}


def most_negative(articles: tuple[ArticleFacts, ...], rules: RiskRules) -> list[ArticleFacts]:
    """The public's most negative texts; government's calm replies do not soften the tone."""
    public = [article for article in articles if not article.official] or list(articles)
    return sorted(public, key=lambda article: -article.negative)[: rules.negative_articles]


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else 0.0
