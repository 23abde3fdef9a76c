"""系统: whether the index agrees with the rows, what waits, what is done by the clock."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from monitor.models import Chore, Reconciliation
from monitor.pipeline.shelf import shelf
from monitor.pipeline.status import status
from monitor.web.sources import BEHIND_S
from monitor.web.vitals import vitals
from monitor.words import CHORE_WORDS, STEP_WORDS

SHOWN = 7
"""Comparisons that the page lists."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing done by the clock."""

    row: Chore
    name: str

    @property
    def state(self) -> tuple[str, str]:
        """What became of it the last time, in a word and as a colour."""
        if self.row.ended is None:
            return "还没做过", "quiet"
        return ("没做成", "bad") if self.row.failure else ("已做", "good")


def may_see(user: User | AnonymousUser) -> bool:
    """The machine's state is for those who look after it and those who count with it."""
    return user.is_superuser or user.groups.filter(name__in=("admin", "analyst")).exists()


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    if not may_see(request.user):
        raise PermissionDenied("系统页供管理员和分析员查看")
    waiting = status()["waiting"]
    context = {
        "shelf": shelf(),
        "steps": [
            (words, waiting[step]["rows"], waiting[step]["oldest_s"])
            for step, words in STEP_WORDS.items()
        ],
        "behind_s": BEHIND_S,
        "comparisons": Reconciliation.objects.all()[:SHOWN],
        "vitals": vitals(timezone.now()),
        "duties": [Duty(row, CHORE_WORDS.get(row.slug, row.slug)) for row in Chore.objects.all()],
    }
    return render(request, "system.html", context)
