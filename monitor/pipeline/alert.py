"""alert: an event that changed → risk with reasons → Alert, Notice and Deliveries.

One event, one alert. Alert, notice and one delivery row a part are written in one transaction
with the event's assessment, so that either all of it happened or none. What people were told
is kept as a snapshot; a call for rescue, a higher figure or a new place is told at once, mere
growth when it has reached the factor since the last telling.
"""

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from monitor.detect.facts import EventView
from monitor.detect.heat import heat
from monitor.detect.news import AT_ONCE, Snapshot, news
from monitor.detect.risk import Assessment, assess
from monitor.models import Alert, Article, Event, bulk
from monitor.models.claims import Claim, Lane
from monitor.pipeline import facts, knowledge, wake
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.notices import notify
from monitor.pipeline.step import LEASE_SLACK, Step, Waiting, attempt, waiting
from monitor.words import SHANGHAI, Level, Reason

log = logging.getLogger(__name__)

LIMIT = timedelta(seconds=10)
BATCH = 50
NUMBER_TRIES = 10
"""As many processes may raise alerts at the same moment."""

LANE = Lane(Event, "alert", "assessed_rev < rev", "id", LIMIT + LEASE_SLACK)


@dataclass(frozen=True, slots=True)
class Judgement:
    """An event as it was seen and judged, without a transaction; `view` is None for an event
    that has lost all its articles."""

    claim: Claim
    rev: int
    now: datetime
    view: EventView | None
    verdict: Assessment | None


def batch() -> int:
    """Assess events whose articles changed; returns how many were claimed."""
    lore = knowledge.current()  # before the claim: what cannot be loaded is no event's fault
    claims = LANE.claim(timezone.now(), BATCH)
    if not claims:
        return 0
    # Read before the articles are: what changes in between makes the event due again.
    revs = dict(
        Event.objects.filter(pk__in=[claim.key for claim in claims]).values_list("pk", "rev")
    )
    judged = []
    for claim in claims:
        with attempt(LANE, [claim]):
            judged.append(_judge(claim, revs[claim.key], lore))
    # One commit, but each event in a savepoint of its own: one that cannot be told must not keep
    # its neighbours from being told.
    with attempt(LANE, [judgement.claim for judgement in judged]), transaction.atomic():
        for judgement in judged:
            with attempt(LANE, [judgement.claim]), transaction.atomic():
                _write(judgement, lore)
        _show_levels(judgement.claim.key for judgement in judged)
    return len(claims)


def _judge(claim: Claim, rev: int, lore: Lore) -> Judgement:
    now = timezone.now()
    view = facts.view(claim.key, lore, now)
    return Judgement(claim, rev, now, view, assess(view, lore.rules, now) if view else None)


def _write(judged: Judgement, lore: Lore) -> None:
    if not LANE.mine([judged.claim]):
        return
    change = {
        "assessed_rev": judged.rev,
        "owner": "",
        "until": None,
        "attempts": 0,
        "failure": "",
    }
    view, verdict = judged.view, judged.verdict
    if view and verdict:
        change |= {
            "score": verdict.score,
            "reasons": [as_json(reason) for reason in verdict.reasons],
            "heat": heat(view.articles, judged.now),
        }
    Event.objects.filter(pk=judged.claim.key).update(**change)
    if view and verdict:
        _tell(view, verdict, lore, judged.now)


def _tell(view: EventView, verdict: Assessment, lore: Lore, now: datetime) -> None:
    """Raise the event's alert, or tell what is new about the one it has."""
    alert = Alert.objects.filter(event_id=view.event).first()
    after = Snapshot.of(view)
    if alert is None:
        if verdict.needs_response and verdict.level:
            _raise(view, verdict, after, lore, now)
        return
    if not alert.pushed:
        if verdict.needs_response and not verdict.stale:
            _push_recorded(alert, view, verdict, after, lore, now)
        return
    before = Snapshot.from_json(alert.told)
    new = news(before, after, lore.values.levels.growth_factor, view=view)
    at_once = any(reason.code in AT_ONCE for reason in new)
    if not new or verdict.stale or (_quiet(verdict, view, lore, now) and not at_once):
        return
    alert.told = after.told(before).to_json()
    _graver(alert, verdict)
    alert.save(update_fields=["told", "level", "score"])
    notify(alert, "news" if at_once else "growth", new, view, lore, now)


def _push_recorded(
    alert: Alert,
    view: EventView,
    verdict: Assessment,
    after: Snapshot,
    lore: Lore,
    now: datetime,
) -> None:
    """An alert that was only recorded, the event being old, is pushed once the event goes on."""
    alert.told, alert.pushed = after.to_json(), True
    alert.reasons = [as_json(reason) for reason in verdict.reasons]
    _graver(alert, verdict)
    alert.save(update_fields=["told", "pushed", "reasons", "level", "score"])
    notify(alert, "alert", verdict.reasons, view, lore, now)


def _graver(alert: Alert, verdict: Assessment) -> None:
    """Level and score of an alert only ever rise by themselves."""
    alert.score = max(alert.score, verdict.score)
    if verdict.level and verdict.level < alert.level:
        alert.level = verdict.level


def _quiet(verdict: Assessment, view: EventView, lore: Lore, now: datetime) -> bool:
    """For some hours after an official answer mere growth is no news: reprints of the answer."""
    answers = {
        quote.article
        for reason in verdict.reasons
        if reason.code == "answered"
        for quote in reason.evidence
    }
    known = (*view.articles, *view.answers)
    answered = [article.published for article in known if article.article in answers]
    hours = timedelta(hours=lore.values.levels.quiet_hours)
    return bool(answered) and now - min(answered) < hours


def _raise(
    view: EventView, verdict: Assessment, after: Snapshot, lore: Lore, now: datetime
) -> None:
    alert = _numbered(
        now,
        event_id=view.event,
        level=verdict.level or Level.IV,
        score=verdict.score,
        headline=Event.objects.values_list("title", flat=True).get(pk=view.event),
        reasons=[as_json(reason) for reason in verdict.reasons],
        told=after.to_json(),
        pushed=not verdict.stale,
    )
    log.warning(
        "预警 %s%s：%s",
        alert.number,
        "" if alert.pushed else "（只记录）",
        alert.headline,
        extra={"alert": alert.number, "event": view.event},
    )
    if alert.pushed:
        notify(alert, "alert", verdict.reasons, view, lore, now)


def _numbered(now: datetime, **fields: object) -> Alert:
    """A new alert under the year's next number. Where another process takes that number first,
    its commit is waited for, and the one after it is ours."""
    for _ in range(NUMBER_TRIES - 1):
        with suppress(IntegrityError), transaction.atomic():
            return Alert.objects.create(number=_next_number(now), created=now, **fields)
    return Alert.objects.create(number=_next_number(now), created=now, **fields)


def _next_number(now: datetime) -> str:
    """2026-0001, counted within the Shanghai year."""
    year = now.astimezone(SHANGHAI).year
    last = Alert.objects.filter(number__startswith=f"{year}-").order_by("-id").first()
    return f"{year}-{int(last.number.split('-')[1]) + 1 if last else 1:04d}"


def _show_levels(events: Iterable[int]) -> None:
    """The index shows an article's level: those of these events that do not have their alert's
    are indexed again.

    Last in the transaction and in the order of their ids: other writers of articles hold some
    of them already, and wait for no event.
    """
    levels = dict(Alert.objects.filter(event__in=list(events)).values_list("event", "level"))
    late = Article.objects.filter(event__in=list(levels)).exclude(level=F("event__alert__level"))
    rows = [(levels[event], pk) for pk, event in late.order_by().values_list("pk", "event")]
    if rows:
        bulk.update(Article, ("level = %s", "rev = rev + 1"), rows, where=("id",))
        wake.hint("index")


def as_json(reason: Reason) -> dict[str, object]:
    """A reason as rows keep it."""
    return asdict(reason)


def due(_now: datetime) -> QuerySet[Event]:
    return Event.objects.filter(assessed_rev__lt=F("rev"), quarantined="").order_by("id")


def look(now: datetime) -> Waiting:
    return waiting(due(now), "touched", now)


STEP = Step("alert", "notify", LIMIT, batch, look, due)
