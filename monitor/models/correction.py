"""Corrections: what people say against the machine, kept for ever with who and when.

A row is never changed and never deleted: what is taken back is taken back by another row. What a
person said last, and nobody took back, is in force.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from django.db import models
from django.db.models import Q

from monitor.words import Sentiment

HOME, ELSEWHERE = "home", "elsewhere"


class Permanent(TypeError):  # noqa: N818 - reads as what it is
    """Somebody tried to change or delete a correction."""


class CorrectionRows(models.QuerySet["Correction"]):
    """Rows that can be read and added."""

    def update(self, **_: Any) -> NoReturn:
        raise Permanent("a correction is never changed; what is taken back gets a row of its own")

    def delete(self) -> NoReturn:
        raise Permanent("a correction is never deleted; what is taken back gets a row of its own")

    def standing(self) -> "CorrectionRows":
        """Those that nobody took back, oldest first."""
        return self.filter(undoes=None, undone_by=None).order_by("id")


class Correction(models.Model):
    """纠正 of an article (sentiment, place, units) or of an event (the others).

    `was` and `now` are plain values: a sentiment's slug; `HOME`, `ELSEWHERE` or null where the
    machine does not know; units' slugs; of an event what the kind needs (an alert's number, the
    events that were merged). `now` of a sentiment that equals `was` confirms the machine.
    `edition` is the text that the person had before them; `by` is a user's name, or how somebody
    at the command line is called.
    """

    class Kind(models.TextChoices):
        FALSE_ALARM = "false_alarm", "误报"
        MISSED = "missed", "漏报"
        SENTIMENT = "sentiment", "情感"
        PLACE = "place", "地点"
        UNITS = "units", "责任单位"
        MERGE = "merge", "合并"
        SPLIT = "split", "拆分"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    article = models.ForeignKey(
        "Article", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    event = models.ForeignKey(
        "Event", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    edition = models.PositiveSmallIntegerField(null=True, blank=True)
    was = models.JSONField(null=True, blank=True)
    now = models.JSONField(null=True, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    remark = models.CharField(max_length=500, default="", blank=True)
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )

    objects = CorrectionRows.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(article__isnull=False, event__isnull=True)
                | Q(article__isnull=True, event__isnull=False),
                name="correction_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Permanent("a correction is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise Permanent("a correction is never deleted")


Kind = Correction.Kind
OF_ARTICLES = (Kind.SENTIMENT, Kind.PLACE, Kind.UNITS)
RESPONSES = (Kind.FALSE_ALARM, Kind.MISSED)
"""The two that answer whether an event needs a response."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What people say of one article; None is where they say nothing and the machine's holds."""

    sentiment: Sentiment | None = None
    home: bool | None = None
    units: tuple[str, ...] | None = None

    def tone(self, sentiment: Sentiment, negative: float) -> tuple[Sentiment, float]:
        """The sentiment in force and its P(negative), given the machine's."""
        if self.sentiment is None:
            return sentiment, negative
        return self.sentiment, float(self.sentiment is Sentiment.NEGATIVE)

    def concerned(self, units: Iterable[str]) -> tuple[str, ...]:
        """The units in force, each once, given the machine's."""
        return self.units if self.units is not None else tuple(dict.fromkeys(units))

    def at_home(self, home: bool | None) -> bool | None:
        """The place in force, given the machine's."""
        return home if self.home is None else self.home

    def said(self) -> dict[Kind, Any]:
        """What people say, as corrections say it."""
        said: dict[Kind, Any] = {}
        if self.sentiment is not None:
            said[Kind.SENTIMENT] = self.sentiment.value
        if self.home is not None:
            said[Kind.PLACE] = HOME if self.home else ELSEWHERE
        if self.units is not None:
            said[Kind.UNITS] = list(self.units)
        return said


SILENCE = Verdict()


def verdicts(articles: Iterable[int]) -> defaultdict[int, Verdict]:
    """What is in force about these articles; `SILENCE` about those that nobody corrected."""
    found: defaultdict[int, Verdict] = defaultdict(lambda: SILENCE)
    rows = Correction.objects.standing().filter(article__in=list(articles))
    for article, kind, now in rows.values_list("article", "kind", "now"):
        found[article] = _told(found[article], Kind(kind), now)
    return found


def _told(verdict: Verdict, kind: Kind, now: Any) -> Verdict:
    if kind is Kind.SENTIMENT:
        return replace(verdict, sentiment=Sentiment(now))
    if kind is Kind.PLACE:
        return replace(verdict, home=now == HOME)
    return replace(verdict, units=tuple(now))


def missed(events: Iterable[int]) -> dict[int, Correction]:
    """Of these events those of which a person said last, of them or of one that was merged into
    them, that they need a response."""
    wanted = list(events)
    rows = Correction.objects.standing().filter(
        Q(event__in=wanted) | Q(event__merged_into__in=wanted), kind__in=RESPONSES
    )
    last = {row.event_id: row for row in rows.select_related("event__merged_into")}
    said = sorted(last.values(), key=lambda row: row.pk)
    asked = [row for row in said if row.kind == Kind.MISSED]
    found = {row.event.merged_into_id or row.event_id: row for row in asked}
    return {
        event: row
        for event, row in found.items()
        if event not in last or last[event].kind == Kind.MISSED or last[event].pk < row.pk
    }
