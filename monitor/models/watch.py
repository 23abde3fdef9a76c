"""Who was last seen alive, and what is wrong with the installation itself."""

from django.db import models
from django.db.models import Q


class Heartbeat(models.Model):
    """动静: `name` ("collect@host", "web@host", "watch") was last alive at `seen`.

    `kind` is a queue whose worker did a task, "web" for a console, "watch" for whoever looked.
    """

    name = models.CharField(max_length=128, primary_key=True)
    kind = models.CharField(max_length=16)
    host = models.CharField(max_length=64)
    seen = models.DateTimeField()

    class Meta:
        ordering = ["kind", "host"]

    def __str__(self) -> str:
        return self.name


class Incident(models.Model):
    """系统故障: one thing that stands in the way of the pipeline, from its beginning to its end.

    It began at `began`; it has been seen at every look since `noticed`. `tellings` counts how
    often people were told, last at `told`; what became of the telling is in the notices of the
    same subject. At most one incident of a subject is open.
    """

    subject = models.CharField(max_length=32)
    began = models.DateTimeField()
    noticed = models.DateTimeField()
    words = models.CharField(max_length=500)
    cure = models.CharField(max_length=500, default="", blank=True)
    tellings = models.PositiveSmallIntegerField(default=0)
    told = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-began", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], name="incident_open_once", condition=Q(ended__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.words}"
