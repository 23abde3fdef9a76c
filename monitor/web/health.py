"""What machines ask the console: is it alive, can it work, and how do things stand.

/healthz  the process answers; no database is asked. For whoever restarts it.
/readyz   200, or 503 with what is missing in words. For whoever sends people to it.
/metrics  figures for Prometheus, only for loopback, private networks or a token.
"""

from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from monitor.pipeline import gauges, readiness, watch
from monitor.stack.callers import refusal

PLAIN = "text/plain; charset=utf-8"


@login_not_required
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("正常\n", content_type=PLAIN)


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Every part on a line. A backlog is told to those who may read the figures, but is no
    reason to send people elsewhere."""
    parts = readiness.parts()
    missing = [part for part in parts if not part.ok]
    lines = ["未就绪" if missing else "就绪"]
    lines += [f"{part.name}　{part.words or '正常'}" for part in parts]
    if not missing and not _refused(request):
        lines += [f"注意　{words}" for words in _incidents()]
    status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN, status=status)


def _incidents() -> list[str]:
    try:
        return [incident.words for incident in watch.standing()]
    except DatabaseError:  # it went away in this moment; the next question will tell
        return []


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Names and labels: docs/watching.md."""
    if words := _refused(request):
        return HttpResponse(f"{words}\n", content_type=PLAIN, status=HTTPStatus.FORBIDDEN)
    return HttpResponse(gauges.exposition(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _refused(request: HttpRequest) -> str:
    """Why this caller may not read how things stand; "" when it may."""
    token = settings.YUQING.metrics_token
    asked = request.headers.get("Authorization", "")
    words = refusal(request.META.get("REMOTE_ADDR", ""), asked, token)
    if not words and not token and _public(request):
        return "指标不经对外网址提供；要从那里读取，请设置 YUQING_METRICS_TOKEN 并出示它"
    return words


def _public(request: HttpRequest) -> bool:
    """Asked by the public address: a proxy passes that on, and makes everybody look near."""
    public = urlsplit(settings.YUQING.public_url).netloc
    return bool(public) and request.get_host().lower() == public
