"""What a run over the gold county is worth, measured on some of its articles."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from monitor.detect.telling import Act
from monitor.evaluation.clustering import Togetherness, adjusted_mutual_information, b_cubed
from monitor.evaluation.county import County, GoldArticle
from monitor.evaluation.metrics import Rates, auc
from monitor.evaluation.stream import Push, Run
from monitor.words import Sentiment

ALERTS = frozenset({Act.RAISE, Act.PUSH})
"""What puts an event before people for the first time."""
CALL_CODES = frozenset({"rescue", "new_rescue"})


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """Alerts against the events that need a response.

    An alert belongs to the labelled event of most of its articles (at the moment of the push).
    `right` alerts belong to an event that needs a response, `found` events got at least one, or
    were told of inside another event's news. `calls` are articles in which somebody calls for
    rescue in an event that needs a response (a repost counts as pushed with its original), `rises`
    those that state a higher toll or a new place within such an event.
    """

    alerts: int
    right: int
    needed: int
    found: int
    alerted: int
    calls: int
    calls_pushed: int
    rises: int
    rises_pushed: int

    @property
    def precision(self) -> float:
        return self.right / self.alerts if self.alerts else 0.0

    @property
    def recall(self) -> float:
        return self.found / self.needed if self.needed else 0.0

    @property
    def per_event(self) -> float:
        """Right alerts for each event that got one."""
        return self.right / self.alerted if self.alerted else 0.0

    def to_json(self) -> dict[str, float]:
        shares = {"precision": self.precision, "recall": self.recall, "per_event": self.per_event}
        return {**asdict(self), **shares}


@dataclass(frozen=True, slots=True)
class EventFigures:
    """Events against labelled ones, and near-duplicates against those that are marked.

    `copies_found` of `copies` are linked to the text they copy or to another copy of it;
    `false_links` link texts of two labelled events.
    """

    articles: int
    truth: int
    said: int
    together: Togetherness
    mutual: float
    copies: int
    copies_found: int
    false_links: int

    @property
    def copy_recall(self) -> float:
        return self.copies_found / self.copies if self.copies else 0.0

    def to_json(self) -> dict[str, float]:
        return {
            "articles": self.articles,
            "truth": self.truth,
            "said": self.said,
            "precision": self.together.precision,
            "recall": self.together.recall,
            "f1": self.together.f1,
            "mutual": self.mutual,
            "copies": self.copies,
            "copy_recall": self.copy_recall,
            "false_links": self.false_links,
        }


@dataclass(frozen=True, slots=True)
class ReadingFigures:
    """What single texts say: where they play, their tone, and the units of events that need a
    response (`units`: each pair of event and unit)."""

    places: int
    places_right: int
    units: Rates
    negative_auc: float
    negative: Rates

    @property
    def place_accuracy(self) -> float:
        return self.places_right / self.places if self.places else 0.0

    def to_json(self) -> dict[str, float]:
        return {
            "articles": self.places,
            "place_accuracy": self.place_accuracy,
            "unit_precision": self.units.precision,
            "unit_recall": self.units.recall,
            "unit_f1": self.units.f1,
            "negative_auc": self.negative_auc,
            "negative_f1": self.negative.f1,
        }


def alert_figures(county: County, articles: Sequence[GoldArticle], run: Run) -> AlertFigures:
    """Of the alerts raised by these articles."""
    numbers = {article.number for article in articles}
    gold = {article.number: article.event for article in county.articles}
    needed = needed_in(county, articles)
    raised = [push for push in run.pushes if push.act in ALERTS and push.newest & numbers]
    owners = [owner(push, gold) for push in raised]
    right = [event for event in owners if county.events[event].needs]
    told = {event for push in run.pushes for event in told_of(push, gold)}
    calls = [a for a in articles if a.role == "call" and county.events[a.event].needs]
    rises = [a for a in articles if a.role in ("rise", "newplace") and county.events[a.event].needs]
    return AlertFigures(
        alerts=len(raised),
        right=len(right),
        needed=len(needed),
        found=len(needed & told),
        alerted=len(set(right)),
        calls=len(calls),
        calls_pushed=sum(call_told(a, county, run) for a in calls),
        rises=len(rises),
        rises_pushed=sum(any(a.number in p.newest for p in run.pushes) for a in rises),
    )


def owner(push: Push, gold: Mapping[int, str]) -> str:
    """The labelled event of most articles of a push, of equals that of the newest."""
    count = Counter(gold[number] for number in push.articles)
    newest = Counter(gold[number] for number in push.newest)
    return max(count, key=lambda event: (count[event], newest[event], event))


def needed_in(county: County, articles: Iterable[GoldArticle]) -> set[str]:
    """The labelled events that need a response and begin with one of these articles."""
    first: dict[str, int] = {}
    for article in county.articles:
        first.setdefault(article.event, article.number)
    begun = {article.event for article in articles if first[article.event] == article.number}
    return {event for event in begun if county.events[event].needs}


def told_of(push: Push, gold: Mapping[int, str]) -> set[str]:
    """Labelled events of which a push tells: an alert of its own, news of what is quoted."""
    if push.act in ALERTS:
        return {owner(push, gold)}
    if push.act is not Act.NEWS:
        return set()
    quoted = {quote.article for reason in push.reasons for quote in reason.evidence}
    return {gold[number] for number in quoted & push.newest}


def call_told(article: GoldArticle, county: County, run: Run) -> bool:
    """Whether people know of a call: it was pushed, or it copies one that was pushed before it."""
    known = {one.number: one for one in county.articles}
    at: GoldArticle | None = article
    while at is not None:  # A copy is always later than what it copies, so this ends.
        if call_pushed(at, run):
            return True
        at = known[at.copy_of] if at.copy_of is not None else None
    return False


def call_pushed(article: GoldArticle, run: Run) -> bool:
    """Whether people were told of a call when it came: the message quotes it as a call."""
    return any(
        article.number in push.newest
        and any(
            quote.article == article.number
            for reason in push.reasons
            if reason.code in CALL_CODES
            for quote in reason.evidence
        )
        for push in run.pushes
    )


def event_figures(county: County, articles: Sequence[GoldArticle], run: Run) -> EventFigures:
    """Of the events of these articles."""
    truth = [article.event for article in articles]
    said = [run.events[article.number] for article in articles]
    gold = {article.number: article.event for article in county.articles}
    copies = [article for article in articles if article.copy_of is not None]
    links = {a.number: run.placements[a.number].nearest for a in articles}
    return EventFigures(
        articles=len(articles),
        truth=len(set(truth)),
        said=len(set(said)),
        together=b_cubed(truth, said),
        mutual=adjusted_mutual_information(truth, said),
        copies=len(copies),
        copies_found=sum(copy_found(a, county, run) for a in copies),
        false_links=sum(near is not None and gold[near] != gold[n] for n, near in links.items()),
    )


def copy_found(article: GoldArticle, county: County, run: Run) -> bool:
    """Whether a copy is linked to its original or another copy of that one."""
    near = run.placements[article.number].nearest
    return near is not None and original(near, county) == original(article.number, county)


def original(number: int, county: County) -> int:
    """The article at the end of the chain of copies; itself if it is none."""
    for _ in county.articles:
        before = county.articles[number - 1].copy_of
        if before is None:
            return number
        number = before
    return number


def reading_figures(county: County, articles: Sequence[GoldArticle], run: Run) -> ReadingFigures:
    """Of what was read in these articles."""
    readings = [run.readings[article.number] for article in articles]
    bad = [article.mood is Sentiment.NEGATIVE for article in articles]
    said = [reading.score.sentiment is Sentiment.NEGATIVE for reading in readings]
    return ReadingFigures(
        places=len(articles),
        places_right=places_right(
            articles, {number: reading.where.verdict for number, reading in run.readings.items()}
        ),
        units=_units(county, articles, run),
        negative_auc=auc([reading.score.negative for reading in readings], bad),
        negative=Rates.of(bad, said),
    )


def places_right(articles: Iterable[GoldArticle], said: Mapping[int, bool | None]) -> int:
    """Of how many articles it was told where they play."""
    return sum(said[article.number] is article.where for article in articles)


def _units(county: County, articles: Sequence[GoldArticle], run: Run) -> Rates:
    hits = false = missed = 0
    for event, said in units_of(county, articles, run).items():
        true = set(county.events[event].units)
        hits += len(true & said)
        false += len(said - true)
        missed += len(true - said)
    return Rates(hits, false, missed)


def units_of(county: County, articles: Iterable[GoldArticle], run: Run) -> Mapping[str, set[str]]:
    """The units recognised in the articles of each labelled event that needs a response."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for article in articles:
        if county.events[article.event].needs:
            units = run.readings[article.number].units
            found[article.event] |= {unit.slug for unit in units}
    return found
