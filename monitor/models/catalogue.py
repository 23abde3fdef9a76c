"""The catalogue as the office has it, and the revision by which workers see that it moved."""

from django.db import models
from django.db.models import F


class CatalogItem(models.Model):
    """One item of the catalogue. `base` is what was last applied from files, `value` what is
    in force (null: removed); they differ where a person edited it in the console."""

    kind = models.CharField(max_length=16)
    slug = models.CharField(max_length=200)
    base = models.JSONField(null=True, blank=True)
    value = models.JSONField(null=True, blank=True)
    edited_by = models.CharField(max_length=150, default="", blank=True)
    edited = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "slug"]
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="catalog_item_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"


class Knowledge(models.Model):
    """One row: the revision of catalogue, lexicon and model. Each batch compares it."""

    revision = models.PositiveIntegerField(default=0)

    @classmethod
    def current(cls) -> int:
        return cls.objects.values_list("revision", flat=True).filter(pk=1).first() or 0

    @classmethod
    def hold(cls) -> None:
        """To be called first in a transaction that changes what workers know: one at a time."""
        cls.objects.bulk_create([cls(pk=1)], ignore_conflicts=True)
        cls.objects.select_for_update().get(pk=1)

    @classmethod
    def moved(cls) -> None:
        """To be called in the transaction that changes what workers know."""
        cls.hold()
        cls.objects.filter(pk=1).update(revision=F("revision") + 1)
