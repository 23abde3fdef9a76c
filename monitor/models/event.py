"""Events: what several articles tell of. Only the `group` lane assigns articles to them."""

from django.db import models
from django.db.models import F, Q

from monitor.models.claims import Claimable


class Event(Claimable):
    """事件. `rev` grows with its articles, last at `touched`; assessment is due while
    assessed_rev < rev."""

    title = models.CharField(max_length=500)
    first_published = models.DateTimeField()
    last_published = models.DateTimeField()
    articles_count = models.PositiveIntegerField(default=0)
    sources_count = models.PositiveIntegerField(default=0)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    touched = models.DateTimeField(null=True, blank=True)
    rev = models.PositiveIntegerField(default=0)
    assessed_rev = models.PositiveIntegerField(default=0)
    score = models.FloatField(default=0)
    reasons = models.JSONField(default=list, blank=True)
    heat = models.FloatField(default=0)

    class Meta:
        ordering = ["-last_published", "-id"]
        indexes = [
            models.Index(fields=["-last_published"], name="event_newest"),
            models.Index(
                fields=["id"],
                name="event_to_assess",
                condition=Q(assessed_rev__lt=F("rev"), quarantined=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class GroupCursor(Claimable):
    """One row, the lane of `group`: who holds it, and a `version` that moves with every
    assignment, so that two lanes can never both write."""

    version = models.PositiveBigIntegerField(default=0)
