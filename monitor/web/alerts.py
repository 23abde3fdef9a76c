"""预警: the list that the duty officer keeps open, and the page of one alert."""

import hashlib
from collections import Counter
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from monitor.models import Alert
from monitor.web import dossier, tidings, trouble
from monitor.web.channels import may_resume
from monitor.web.deliveries import may_resend
from monitor.words import Level

PAGE = 30
REFRESH_S = 15


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The list, what was told of last on top.

    Alerts that were only recorded (met when already old) stand apart, so that a fresh
    installation's backlog does not bury what is going on now. A page that asks again says what it
    shows, and gets nothing while that holds.
    """
    chosen = _level(request.GET.get("level", ""))
    recorded = request.GET.get("told") == "0"
    alerts = Alert.objects.filter(pushed=not recorded).select_related("event")
    if chosen:
        alerts = alerts.filter(level=chosen)
    told_last = Coalesce(Max("notices__created"), "created")
    alerts = alerts.annotate(told_last=told_last).order_by("-told_last", "-id")
    page = Paginator(alerts, PAGE).get_page(request.GET.get("page"))
    counts = _counts()
    context = {
        "rows": tidings.rows(page.object_list),
        "page": page,
        "level_chosen": chosen,
        "recorded": recorded,
        "levels": [(level, counts[True, int(level)]) for level in Level],
        "pushed_count": sum(n for (pushed, _), n in counts.items() if pushed),
        "recorded_count": sum(n for (pushed, _), n in counts.items() if not pushed),
        "asked": urlencode(_asked(chosen, recorded)),
        "troubles": trouble.troubles(timezone.now()),
        "may_resume": may_resume(request.user),
        "refresh_s": REFRESH_S,
    }
    inside = render_to_string("parts/alerts.html", context, request)
    # The CSRF token in it changes at every rendering, what it tells does not.
    told = render_to_string("parts/alerts.html", context)
    print_ = hashlib.sha256(told.encode()).hexdigest()[:32]
    if request.GET.get("shown") == print_:
        return HttpResponse(status=204)
    return render(request, "alerts.html", {**context, "inside": inside, "shown": print_})


def _level(text: str) -> Level | None:
    return Level(int(text)) if text in {str(int(level)) for level in Level} else None


def _counts() -> Counter[tuple[bool, int]]:
    """How many alerts there are, by whether they were pushed and by level."""
    return Counter(Alert.objects.order_by().values_list("pushed", "level"))


def _asked(chosen: Level | None, recorded: bool) -> dict[str, str]:
    asked = {"level": str(int(chosen))} if chosen else {}
    return asked | ({"told": "0"} if recorded else {})


@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    alert = Alert.objects.select_related("event").filter(number=number).first()
    if alert is None:
        raise Http404(f"没有编号为 {number[:20]} 的预警")
    context = {**dossier.of(alert), "may_resend": may_resend(request.user)}
    return render(request, "alert.html", context)
