"""Stretches of publication time: which of them a window holds completely, and which it lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `since` to `until`, both included; by default without end."""

    since: datetime
    until: datetime = _LAST


def around(moment: datetime, span: timedelta) -> Stretch:
    """From `span` before the moment to `span` after it."""
    return Stretch(before(moment, span), min(moment, _LAST - span) + span)


def before(moment: datetime, span: timedelta) -> datetime:
    """`span` before the moment, within the calendar: an article may be stamped with year 1."""
    return max(moment, _FIRST + span) - span


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in ascending stretches that do not touch each other."""
    whole: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda stretch: stretch.since):
        if whole and stretch.since <= whole[-1].until:
            last = whole.pop()
            whole.append(Stretch(last.since, max(last.until, stretch.until)))
        else:
            whole.append(stretch)
    return whole


def lacking(needed: Iterable[Stretch], held: Iterable[Stretch]) -> list[Stretch]:
    """What of the needed time is not held, ascending; ends that touch count as held."""
    lacks: list[Stretch] = []
    have = joined(held)
    for need in joined(needed):
        since = need.since
        for stretch in have:
            if stretch.until < since or stretch.since > need.until:
                continue
            if since < stretch.since:
                lacks.append(Stretch(since, stretch.since))
            since = stretch.until
        if since < need.until or since == need.since == need.until:
            lacks.append(Stretch(since, need.until))
    return lacks


def within(held: Iterable[Stretch], kept: Iterable[Stretch]) -> list[Stretch]:
    """The time that is in both, ascending."""
    kept = joined(kept)
    return [
        Stretch(max(one.since, other.since), min(one.until, other.until))
        for one in joined(held)
        for other in kept
        if one.since <= other.until and other.since <= one.until
    ]
