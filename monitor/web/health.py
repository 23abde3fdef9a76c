"""Whether the console's process answers; it says nothing about the other parts."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("正常\n", content_type="text/plain; charset=utf-8")
