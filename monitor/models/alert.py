"""Alerts and what was told about them: the state of a matter and of its telling are two rows."""

from django.db import models
from django.db.models import Q

from monitor.models.claims import Claimable
from monitor.words import Level


class Alert(models.Model):
    """预警, at most one per event. Reasons and evidence are kept as they stood.

    `told` is the snapshot people were last told about; news is what differs from it. A person said
    of a `false_alarm` that it was none: only what cannot wait is told, and then it is none no more.
    """

    event = models.OneToOneField("Event", on_delete=models.PROTECT)
    number = models.CharField(max_length=16, unique=True)
    created = models.DateTimeField()
    level = models.PositiveSmallIntegerField(choices=[(level, level.label) for level in Level])
    score = models.FloatField()
    headline = models.CharField(max_length=500)
    reasons = models.JSONField()
    told = models.JSONField()
    pushed = models.BooleanField(default=True)
    false_alarm = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["-created", "-id"]

    def __str__(self) -> str:
        return f"{self.number} {self.headline}"


class Notice(models.Model):
    """通知: one thing that people are to be told, once. (subject, kind, n) is unique."""

    subject = models.CharField(max_length=64)
    kind = models.CharField(max_length=24)
    n = models.PositiveIntegerField(default=1)
    alert = models.ForeignKey(
        Alert, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    created = models.DateTimeField()
    words = models.JSONField(default=list)

    class Meta:
        ordering = ["-created", "-id"]
        constraints = [models.UniqueConstraint(fields=["subject", "kind", "n"], name="notice_once")]

    def __str__(self) -> str:
        return f"{self.subject} {self.kind} {self.n}"


class Delivery(Claimable):
    """送达: one part of one notice to one recipient of one channel, with its own receipt.

    queued → sending → sent, or failed; a temporary failure goes back to queued with `due`.
    The ledger says "sending" before the send and the outcome after it.
    """

    QUEUED, SENDING, SENT, FAILED = "queued", "sending", "sent", "failed"
    STATES = [(QUEUED, "待发送"), (SENDING, "发送中"), (SENT, "已送达"), (FAILED, "失败")]

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=64)
    recipient = models.CharField(max_length=200, default="", blank=True)
    part = models.PositiveSmallIntegerField()
    parts = models.PositiveSmallIntegerField()
    body = models.TextField()
    state = models.CharField(max_length=8, choices=STATES, default=QUEUED)
    due = models.DateTimeField()
    created = models.DateTimeField()
    sent = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=64, default="", blank=True)
    words = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel", "recipient", "part"], name="delivery_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["due", "id"],
                name="delivery_due",
                condition=Q(state__in=["queued", "sending"], quarantined=""),
            ),
            models.Index(fields=["due"], name="delivery_failed", condition=Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.part}/{self.parts} {self.state}"


class Sending(models.Model):
    """One attempt to send a delivery; without `ended` the process died between send and commit."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="sendings")
    token = models.PositiveIntegerField()
    began = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, default="", blank=True)
    code = models.CharField(max_length=64, default="", blank=True)
    words = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["delivery", "token"], name="sending_once")]


class ChannelState(models.Model):
    """The moving part of a channel: its token bucket, and why it is stopped if it is."""

    slug = models.CharField(max_length=64, primary_key=True)
    tokens = models.FloatField(default=0)
    updated = models.DateTimeField()
    stopped = models.DateTimeField(null=True, blank=True)
    code = models.CharField(max_length=64, default="", blank=True)
    words = models.CharField(max_length=500, default="", blank=True)
