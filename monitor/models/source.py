"""Sources: where we look, and how they are doing. What a source *is* stands in the catalogue."""

from django.db import models
from django.db.models import Q

from monitor.models.claims import Claimable


class Source(Claimable):
    """信源 health. A failing source backs off with its reason on record and is never given up."""

    slug = models.CharField(max_length=64, primary_key=True)
    active = models.BooleanField(default=True)
    due = models.DateTimeField()
    etag = models.CharField(max_length=500, default="", blank=True)
    last_modified = models.CharField(max_length=100, default="", blank=True)
    polled = models.DateTimeField(null=True, blank=True)
    succeeded = models.DateTimeField(null=True, blank=True)
    gained = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=64, default="", blank=True)
    words = models.CharField(max_length=500, default="", blank=True)
    notes = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["slug"]
        indexes = [models.Index(fields=["due"], name="source_due", condition=Q(active=True))]

    def __str__(self) -> str:
        return self.slug

    @property
    def state(self) -> str:
        """ "off", "new", "failing" or "ok"."""
        if not self.active:
            return "off"
        if self.failures:
            return "failing"
        return "ok" if self.succeeded else "new"
