"""What is done by the clock and not because of a row: the nightly comparison, the watch."""

from django.db import models

from monitor.models.claims import Claimable


class Chore(Claimable):
    """值守 duties, one row each; `due` moves forward when one was done. Never given up."""

    slug = models.CharField(max_length=32, primary_key=True)
    due = models.DateTimeField()
    began = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    words = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class Reconciliation(models.Model):
    """对账: one comparison of the rows with the index, and what it mended.

    Days are Shanghai days of publication. `missing` were not in the index, `stale` were there
    with another rev than the row says, `strange` had no row; all of them were mended.
    """

    began = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)
    generation = models.CharField(max_length=64)
    articles = models.PositiveIntegerField(default=0)
    days = models.PositiveIntegerField(default=0)
    days_differing = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    stale = models.PositiveIntegerField(default=0)
    strange = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-began", "-id"]

    @property
    def rewritten(self) -> int:
        """Articles that the index had to be given anew."""
        return self.missing + self.stale
