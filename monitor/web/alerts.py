"""预警: the list that the duty officer keeps open, and the page of one alert."""

import hashlib

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from monitor.models import Alert
from monitor.web import dossier, tidings, trouble
from monitor.web.channels import may_resume
from monitor.words import Level

PAGE = 30
REFRESH_S = 15


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The list; what asks for it again says what it shows, and gets nothing while that holds."""
    chosen = _level(request.GET.get("level", ""))
    alerts = Alert.objects.select_related("event")
    if chosen:
        alerts = alerts.filter(level=chosen)
    page = Paginator(alerts, PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": tidings.rows(page.object_list),
        "page": page,
        "level_chosen": chosen,
        "levels": _levels(),
        "all_count": Alert.objects.count(),
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


def _levels() -> list[tuple[Level, int]]:
    numbers = list(Alert.objects.order_by().values_list("level", flat=True))
    return [(level, numbers.count(level)) for level in Level]


@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    alert = Alert.objects.select_related("event").filter(number=number).first()
    if alert is None:
        raise Http404(f"没有编号为 {number[:20]} 的预警")
    return render(request, "alert.html", dossier.of(alert))
