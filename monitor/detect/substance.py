"""What the axioms of risk ask about an event, found once: place, matters, calls, tone, answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from monitor.detect.facts import ANSWER, PETITION, ArticleFacts, EventView, MatterFact, hurt
from monitor.detect.rules import RiskRules


@dataclass(frozen=True, slots=True)
class Substance:
    """What was found in the articles of ours (oldest first).

    `matters` are distinct, gravest first. `counted`: a figure of people hurt is stated; `hurt`
    holds also for a casualty matter without figure, unless only officials speak or nobody sounds
    concerned. `worst` are the public's most negative few (government's calm replies do not soften
    the tone), `negative` their mean; `gravest` and `concern` the same of P(concern), None when it
    was not asked; `asked` are messages to government that sound like more than thanks or a reply;
    `answer` is the first official answer to the public's complaint.
    """

    ours: tuple[ArticleFacts, ...]
    matters: tuple[MatterFact, ...]
    calls: tuple[ArticleFacts, ...]
    hurt: bool
    counted: bool
    worst: tuple[ArticleFacts, ...]
    negative: float
    gravest: tuple[ArticleFacts, ...]
    concern: float | None
    petitions: tuple[ArticleFacts, ...]
    asked: tuple[ArticleFacts, ...]
    answer: ArticleFacts | None
    official_only: bool

    @property
    def urgent(self) -> bool:
        return bool(self.calls) or self.hurt


def whereabouts(view: EventView) -> bool | None:
    """True: ours. None: no place named, but a source of ours. False: elsewhere, or nothing known.

    The articles that name a place decide by majority; a draw is ours, and so is whatever holds a
    call for rescue from here. Who calls for rescue and
    names no place may well be one of ours: somebody must ask.
    """
    if any(article.home and article.pleads for article in view.articles):
        return True
    verdicts = [article.home for article in view.articles if article.home is not None]
    if verdicts:
        return sum(verdicts) * 2 >= len(verdicts)
    maybe = any(article.home_source or article.pleads for article in view.articles)
    return None if maybe else False


def substance_of(view: EventView, rules: RiskRules) -> Substance:
    ours = tuple(sorted(view.ours, key=lambda article: (article.published, article.article)))
    by_slug: dict[str, MatterFact] = {}
    for article in ours:
        for matter in article.matters:
            if matter.weight > by_slug.setdefault(matter.slug, matter).weight:
                by_slug[matter.slug] = matter
    matters = tuple(sorted(by_slug.values(), key=lambda matter: -matter.weight))
    counted = hurt(view.toll) > 0
    public = _public(ours)
    official_only = not public
    worst = _most(public or ours, rules.negative_articles, lambda article: article.negative)
    heard = [a for a in public or ours if a.concern is not None]
    gravest = _most(heard, rules.concern_articles, _concern)
    concern = sum(map(_concern, gravest)) / len(gravest) if gravest else None
    asked = tuple(a for a in public if a.addressed and _asks(a, rules))
    calm = official_only or (concern is not None and concern < rules.concern_from)
    return Substance(
        ours=ours,
        matters=matters,
        calls=tuple(article for article in ours if article.calls_for_rescue),
        hurt=counted or (not calm and any(matter.casualty for matter in matters)),
        counted=counted,
        worst=worst,
        negative=sum(a.negative for a in worst) / len(worst) if worst else 0.0,
        gravest=gravest,
        concern=concern,
        petitions=tuple(a for a in public if a.cued(PETITION) or a in asked),
        asked=asked,
        answer=_answer(view, ours, public),
        official_only=official_only,
    )


def _most(
    articles: Iterable[ArticleFacts], most: int, key: Callable[[ArticleFacts], float]
) -> tuple[ArticleFacts, ...]:
    return tuple(sorted(articles, key=key, reverse=True)[:most])


def _concern(article: ArticleFacts) -> float:
    return article.concern or 0.0


def _asks(article: ArticleFacts, rules: RiskRules) -> bool:
    """Whether a message to government wants an answer: it has a matter, and is no thanks."""
    return bool(article.matters) and _concern(article) >= rules.concern_least


def _public(ours: tuple[ArticleFacts, ...]) -> tuple[ArticleFacts, ...]:
    """Those who speak for themselves: not officials, and not who merely reprints them.

    A reprint that adds a complaint of its own speaks for itself.
    """
    known = {article.article: article for article in ours}

    def voice_of_officials(article: ArticleFacts) -> bool:
        seen: set[int] = set()
        at: ArticleFacts | None = article
        while at is not None and at.article not in seen:
            if at.official:
                return True
            if at.cued(PETITION) or at.calls_for_rescue:
                return False
            seen.add(at.article)
            at = known.get(at.reprint_of) if at.reprint_of is not None else None
        return False

    return tuple(article for article in ours if not voice_of_officials(article))


def _answer(
    view: EventView, ours: tuple[ArticleFacts, ...], public: tuple[ArticleFacts, ...]
) -> ArticleFacts | None:
    """The first official answer to the first complaint, on the same matter."""
    complaints = [article for article in public if article.matters or article.cued(PETITION)]
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
