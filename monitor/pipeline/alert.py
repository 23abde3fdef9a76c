"""alert: an event that changed → risk with reasons → Alert, Notice and Deliveries.

One event, one alert. Alert, notice and one delivery row a part are written in one transaction
with the event's assessment, so that either all of it happened or none. What people were told
is kept as a snapshot; a call for rescue, a higher figure or a new place is told at once, mere
growth when it has reached the factor since the last telling. A person's word stands above the
score: what they say was missed is raised, what they say was a false alarm is quiet, but for what
is told at once.
"""

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from monitor.detect.facts import EventView
from monitor.detect.heat import heat
from monitor.detect.news import Snapshot
from monitor.detect.risk import Assessment, assess
from monitor.detect.telling import Act, Known, Telling, telling
from monitor.models import Alert, Article, Correction, Event, bulk
from monitor.models.claims import Claim, Lane
from monitor.models.correction import missed
from monitor.pipeline import facts, knowledge, wake
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.notices import PERSON, notify
from monitor.pipeline.step import LEASE_SLACK, Step, Waiting, attempt, waiting
from monitor.words import SHANGHAI, Level, Reason

log = logging.getLogger(__name__)

LIMIT = timedelta(seconds=10)
BATCH = 50
NUMBER_TRIES = 10
"""As many processes may raise alerts at the same moment."""
RECORDED = "存"
"""Before the number of an alert that is only recorded."""
NOTICES = {Act.RAISE: "alert", Act.PUSH: "alert", Act.NEWS: "news", Act.GROWTH: "growth"}
"""The kind of notice that people are sent."""

LANE = Lane(Event, "alert", "assessed_rev < rev", "id", LIMIT + LEASE_SLACK)


@dataclass(frozen=True, slots=True)
class Judgement:
    """An event as it was seen and judged, without a transaction; `view` is None for an event
    that has lost all its articles. `asked`: a person says that it needs a response."""

    claim: Claim
    rev: int
    now: datetime
    view: EventView | None
    verdict: Assessment | None
    asked: bool = False


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
    asked = missed(revs)
    judged = []
    for claim in claims:
        with attempt(LANE, [claim]):
            judged.append(_judge(claim, revs[claim.key], lore, asked.get(claim.key)))
    # One commit, but each event in a savepoint of its own: one that cannot be told must not keep
    # its neighbours from being told.
    with attempt(LANE, [judgement.claim for judgement in judged]), transaction.atomic():
        for judgement in judged:
            with attempt(LANE, [judgement.claim]), transaction.atomic():
                _write(judgement, lore)
        _show_levels(judgement.claim.key for judgement in judged)
    return len(claims)


def _judge(claim: Claim, rev: int, lore: Lore, said: Correction | None = None) -> Judgement:
    now = timezone.now()
    view = facts.view(claim.key, lore, now)
    verdict = assess(view, lore.rules, now) if view else None
    if verdict and said:
        verdict = _by_word(verdict, said)
    return Judgement(claim, rev, now, view, verdict, asked=said is not None)


def _by_word(verdict: Assessment, said: Correction) -> Assessment:
    """The verdict when a person says that the event needs a response: theirs comes first."""
    why = f"（{said.remark}）" if said.remark else ""
    word = Reason(PERSON, f"人工判定：{said.by}认为需要回应{why}", 0)
    return replace(
        verdict,
        needs_response=True,
        level=verdict.level or Level.IV,
        reasons=(word, *verdict.reasons),
    )


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
        _tell(view, verdict, lore, judged.now, asked=judged.asked)


def _tell(view: EventView, verdict: Assessment, lore: Lore, now: datetime, *, asked: bool) -> None:
    """Raise the event's alert, or tell what is new about the one it has."""
    alert = Alert.objects.filter(event_id=view.event).first()
    known = (
        Known(Snapshot.from_json(alert.told), alert.pushed, alert.false_alarm) if alert else None
    )
    levels = lore.values.levels
    what = telling(
        known,
        view,
        verdict,
        now,
        growth_factor=levels.growth_factor,
        quiet=timedelta(hours=levels.quiet_hours),
        fresh=asked or None,
    )
    if what.act is Act.NOTHING:
        return
    if alert is None:
        alert = _raise(view, verdict, what, now)
    else:
        _tell_on(alert, verdict, what, now)
    if what.act is not Act.RECORD:
        notify(alert, NOTICES[what.act], what.reasons, view, lore, now)


def _tell_on(alert: Alert, verdict: Assessment, what: Telling, now: datetime) -> None:
    """The row of an alert about which people are told once more."""
    alert.told, alert.false_alarm = what.told.to_json(), False
    if what.act is Act.PUSH:
        alert.pushed = True
        alert.reasons = [as_json(reason) for reason in verdict.reasons]
    _graver(alert, verdict)
    if what.act is Act.PUSH:
        _number(alert, now)
    else:
        alert.save(update_fields=["told", "false_alarm", "level", "score"])


def _graver(alert: Alert, verdict: Assessment) -> None:
    """Level and score of an alert only ever rise by themselves."""
    alert.score = max(alert.score, verdict.score)
    if verdict.level and verdict.level < alert.level:
        alert.level = verdict.level


def _raise(view: EventView, verdict: Assessment, what: Telling, now: datetime) -> Alert:
    alert = Alert(
        event_id=view.event,
        created=now,
        level=verdict.level or Level.IV,
        score=verdict.score,
        headline=Event.objects.values_list("title", flat=True).get(pk=view.event),
        reasons=[as_json(reason) for reason in what.reasons],
        told=what.told.to_json(),
        pushed=what.act is Act.RAISE,
    )
    _number(alert, now)
    log.warning(
        "预警 %s%s：%s",
        alert.number,
        "" if alert.pushed else "（只记录）",
        alert.headline,
        extra={"alert": alert.number, "event": view.event},
    )
    return alert


def _number(alert: Alert, now: datetime) -> None:
    """Save under the year's next number. Where another process takes that number first, its commit
    is waited for, and the one after it is ours."""
    for _ in range(NUMBER_TRIES - 1):
        alert.number = _next_number(now, alert.pushed)
        with suppress(IntegrityError), transaction.atomic():
            alert.save()
            return
    alert.number = _next_number(now, alert.pushed)
    alert.save()


def _next_number(now: datetime, pushed: bool) -> str:
    """2026-0001, counted within the Shanghai year; what is only recorded counts apart (存2026-0001)
    and leaves no gap in the numbers that people are told."""
    year = f"{'' if pushed else RECORDED}{now.astimezone(SHANGHAI).year}-"
    numbers = Alert.objects.filter(number__startswith=year).values_list("number", flat=True)
    last = numbers.order_by(Length("number").desc(), "-number").first()
    return f"{year}{int(last.removeprefix(year)) + 1 if last else 1:04d}"


def _show_levels(events: Iterable[int]) -> None:
    """The index shows an article's level, that of its alert unless this was a false one: those of
    these events that show another are indexed again.

    Last in the transaction and in the order of their ids: other writers of articles hold some
    of them already, and wait for no event.
    """
    alerts = Alert.objects.filter(event__in=list(events))
    false = Q(false_alarm=True)
    levels = dict(alerts.exclude(false).values_list("event", "level"))
    levels |= dict.fromkeys(alerts.filter(false).values_list("event", flat=True))
    shown = Article.objects.filter(event__in=list(levels)).order_by()
    late = shown.exclude(event__alert__false_alarm=True).exclude(level=F("event__alert__level"))
    void = shown.filter(event__alert__false_alarm=True, level__isnull=False)
    rows = [
        (levels[event], pk)
        for articles in (late, void)
        for pk, event in articles.values_list("pk", "event")
    ]
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
