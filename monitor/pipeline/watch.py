"""watch: the pipeline looks at itself every minute, and tells when something is wrong with it.

An incident is told of once it has stood for YUQING_STALL_MINUTES and was seen at every look for
PATIENCE, again after growing intervals, and once more when it is over. Both the chores of a worker
(`duty`) and the console (pipeline.lookout) look, for either may be dead; the rows see to it that
only one of them tells.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from monitor.models import Incident
from monitor.pipeline import knowledge, readiness, services, shift
from monitor.pipeline.chores import Duty
from monitor.pipeline.findings import Finding, State, findings, name_of
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.notices import announce
from monitor.pipeline.readiness import Part
from monitor.pipeline.step import Step
from monitor.words import to_the_minute

EVERY = timedelta(minutes=1)
PATIENCE = timedelta(minutes=2)
"""What waited while everything was off is worked off within minutes of a start, unannounced."""
GAP = timedelta(minutes=5)
"""After so long without a look nothing is known of the time between."""
REMIND = timedelta(minutes=30)
REMIND_MOST = timedelta(hours=8)
KEPT = timedelta(days=365)
EVERYBODY = frozenset({"duty", "admin"})


def duty(steps: Mapping[str, Step]) -> Duty:
    """The watch as one of the chores."""
    return Duty("watch", lambda: look(steps, readiness.parts), lambda now: now + EVERY)


def look(steps: Mapping[str, Step], parts: Callable[[], Sequence[Part]]) -> str:
    """One look: incidents begin, are told of and end; at a shift's hour the duty channels hear
    how things stand. Returns what was found, in words."""
    now = timezone.now()
    before = services.last_look()
    if before is None or not now - GAP <= before <= now + services.AHEAD:
        Incident.objects.filter(ended=None).update(noticed=now)
    found = findings(_state(steps, parts(), now))
    lore = knowledge.current()
    for finding in found:
        _note(finding, lore, now)
    over = Incident.objects.filter(ended=None).exclude(
        subject__in=[finding.subject for finding in found]
    )
    for incident in over:
        _end(incident, lore, now)
    shift.report(before, steps, lore, now)
    # Last: whoever dies before this line has not looked.
    services.looked(now)
    return "；".join(finding.words for finding in found) or "正常"


def standing() -> list[Incident]:
    """What people have been told of and is not over, oldest first."""
    return list(Incident.objects.filter(ended=None, tellings__gt=0).order_by("began"))


def _state(steps: Mapping[str, Step], parts: Sequence[Part], now: datetime) -> State:
    return State(
        now=now,
        stall=timedelta(minutes=settings.YUQING.stall_minutes),
        waiting={name: step.waiting(now) for name, step in steps.items()},
        queues={name: step.queue for name, step in steps.items()},
        alive=services.newest(now),
        parts=parts,
        open=set(Incident.objects.filter(ended=None).values_list("subject", flat=True)),
    )


def _note(finding: Finding, lore: Lore, now: datetime) -> None:
    """Open the finding's incident, or go on with it and tell if it is time."""
    incident = Incident.objects.filter(subject=finding.subject, ended=None).first()
    # By a clock that was set back since, it began in time to come.
    began = min(now, finding.since or now, incident.began if incident else now)
    said = {"began": began, "words": finding.words[:500], "cure": finding.cure[:500]}
    if incident is None:
        if finding.told:
            # Another process may be just opening it: there is at most one, and either will do.
            Incident.objects.bulk_create(
                [Incident(subject=finding.subject, noticed=now, **said)], ignore_conflicts=True
            )
        return
    incident.began = began
    rows = Incident.objects.filter(pk=incident.pk, ended=None, tellings=incident.tellings)
    if not (finding.told and due(incident, timedelta(minutes=settings.YUQING.stall_minutes), now)):
        rows.update(**said)
        return
    with transaction.atomic():
        if rows.update(**said, tellings=incident.tellings + 1, told=now):
            again = f"（第 {incident.tellings + 1} 次提醒）" if incident.tellings else ""
            headline, cure = f"{finding.words}{again}", [finding.cure]
            announce(finding.subject, "stalled", headline, cure, EVERYBODY, lore, now)


def due(incident: Incident, stall: timedelta, now: datetime) -> bool:
    """Whether people are to be told of an incident now."""
    if now - incident.noticed < PATIENCE or now - incident.began < stall:
        return False
    if incident.told is None or incident.told > now:
        return True
    # The exponent is bounded: an incident of a year would make a number of a thousand digits.
    wait = min(REMIND * 2 ** min(incident.tellings - 1, 10), REMIND_MOST)
    return now - incident.told >= wait


def _end(incident: Incident, lore: Lore, now: datetime) -> None:
    """Close an incident; one that nobody was told of leaves no trace."""
    with transaction.atomic():
        rows = Incident.objects.filter(pk=incident.pk, ended=None)
        if not incident.tellings:
            rows.filter(tellings=0).delete()
        elif rows.update(ended=now):
            lasted = to_the_minute(now - incident.began)
            headline = f"{name_of(incident.subject)}恢复正常，历时 {lasted}"
            announce(incident.subject, "recovered", headline, [], EVERYBODY, lore, now)
            Incident.objects.filter(ended__lt=now - KEPT).delete()
