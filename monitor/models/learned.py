"""Sentiment models that the office has taught, with the figures that spoke for or against them."""

from django.db import models
from django.db.models import Q


class Learned(models.Model):
    """一次训练的模型. `content` is the model as `SentimentModel.to_bytes` writes it, empty where
    it is kept no more; `figures` are those of its trial (evaluation.trial); `held_out` has for each
    article that taught it the three probabilities that a model gave it which it had not taught.
    Where no row is active the shipped model is in force."""

    slug = models.CharField(max_length=64, primary_key=True)
    made = models.DateTimeField()
    made_by = models.CharField(max_length=150)
    figures = models.JSONField(default=dict)
    held_out = models.JSONField(default=dict)
    content = models.BinaryField()
    active = models.BooleanField(default=False)
    activated = models.DateTimeField(null=True, blank=True)
    activated_by = models.CharField(max_length=150, default="", blank=True)

    class Meta:
        ordering = ["-made", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["active"], condition=Q(active=True), name="learned_one_active"
            )
        ]

    def __str__(self) -> str:
        return self.slug

    @classmethod
    def in_force(cls) -> "Learned | None":
        """The active one; None: the shipped model."""
        return cls.objects.filter(active=True).first()
