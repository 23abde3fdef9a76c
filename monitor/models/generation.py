"""Which generation of the index is read and which one is being built."""

from django.db import models

from monitor.models.claims import Claimable


class IndexState(Claimable):
    """One row. Every index batch reads it, writes to both and re-checks before it commits.

    Whoever rebuilds holds its claim. `cursor` is the highest id copied so far.
    """

    active = models.CharField(max_length=64, default="", blank=True)
    building = models.CharField(max_length=64, default="", blank=True)
    cursor = models.PositiveBigIntegerField(default=0)
    started = models.DateTimeField(null=True, blank=True)
