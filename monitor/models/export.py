"""Exports: what a search finds, written to a file bit by bit."""

from django.conf import settings
from django.db import models

from monitor.models.claims import Claimable


class Export(Claimable):
    """导出: a query's articles as a file, newest first, as far as `done` of `total`.

    `position` (an index cursor), `size` (bytes of the file that belong to it) and `mark` (what
    its format must know) say where a killed export goes on. The file is gone after `expires`;
    the row stays, also when its owner deletes the file: it is the record of who took what.
    """

    QUEUED, DONE, FAILED, EXPIRED, DELETED = "queued", "done", "failed", "expired", "deleted"
    STATES = [
        (QUEUED, "导出中"),
        (DONE, "可下载"),
        (FAILED, "失败"),
        (EXPIRED, "已过期"),
        (DELETED, "已删除"),
    ]

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    query = models.CharField(max_length=2000)
    format = models.CharField(max_length=8)
    state = models.CharField(max_length=8, choices=STATES, default=QUEUED)
    created = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)
    expires = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    position = models.CharField(max_length=64, default="", blank=True)
    size = models.PositiveBigIntegerField(default=0)
    mark = models.JSONField(default=dict, blank=True)
    words = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        ordering = ["-created", "-id"]
        indexes = [
            models.Index(
                fields=["id"],
                name="export_to_write",
                condition=models.Q(state="queued", quarantined=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.query}"
