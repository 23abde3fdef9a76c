"""导出: asking for a file of what a search finds, watching it grow, fetching it."""

import hashlib
import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from monitor.export import WORDS
from monitor.index import IndexUnavailable
from monitor.models import Export
from monitor.pipeline import export
from monitor.query import QueryError

log = logging.getLogger(__name__)

PAGE = 20
REFRESH_S = 2
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl; charset=utf-8",
}


def sees_all(user: User | AnonymousUser) -> bool:
    """Administrators answer for what leaves the house."""
    return user.is_superuser or user.groups.filter(name="admin").exists()


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """One's own exports (an administrator's: everybody's), the newest first.

    While one is being written the page asks for itself, says what it shows, and gets nothing
    while that holds.
    """
    context = _context(request)
    if request.GET.get("shown") == context["shown"]:
        return HttpResponse(status=204)
    return render(request, "exports.html", context)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Begin an export, or say at once why not."""
    query = request.POST.get("q", "").strip()
    try:
        export.ask(request.user, query, request.POST.get("format", ""))
    except QueryError as error:
        words = f"检索式第 {error.start + 1} 个字符处：{error.words}"
        return _refused(request, query, words, status=400)
    except export.Refused as refusal:
        return _refused(request, query, str(refusal), status=409)
    except IndexUnavailable as error:
        words = f"检索库暂时不可用：{error.words}。请稍后再导出"
        return _refused(request, query, words, status=503)
    return redirect("exports")


def _refused(request: HttpRequest, query: str, words: str, status: int) -> HttpResponse:
    context = _context(request) | {"refusal": words, "refused": query[: export.MOST_QUERY]}
    return render(request, "exports.html", context, status=status)


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, to whoever asked for it and to administrators."""
    row = get_object_or_404(_visible(request.user), pk=pk)
    try:
        if row.state != Export.DONE:
            raise Http404("这个导出还没有完成，或文件已不在")
        content = export.file(row).open("rb")
    except FileNotFoundError as error:
        raise Http404("导出的文件已不在，请重新导出") from error
    log.info("%s 下载导出 %d", request.user, row.pk)
    return FileResponse(
        content,
        as_attachment=True,
        filename=export.file_name(row.query, row.format, row.created),
        content_type=TYPES[row.format],
    )


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Break one off, or remove its file."""
    row = get_object_or_404(_visible(request.user), pk=pk)
    running = row.state == Export.QUEUED
    export.delete(row, request.user)
    messages.success(request, "已取消导出。" if running else "已删除导出的文件。")
    return redirect("exports")


def _visible(user: User | AnonymousUser) -> QuerySet[Export]:
    """What a person may see and act on: deleted ones stay as a record only."""
    rows = Export.objects.exclude(state=Export.DELETED)
    return rows if sees_all(user) else rows.filter(asked_by=user)


def _context(request: HttpRequest) -> dict[str, Any]:
    all_ = sees_all(request.user)
    rows = _visible(request.user).select_related("asked_by")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": page.object_list,
        "all": all_,
        "words": WORDS,
        "busy": any(row.state == Export.QUEUED for row in page.object_list),
        "refresh_s": REFRESH_S,
        "keep_days": settings.YUQING.export_days,
    }
    inside = render_to_string("parts/exports.html", context, request)
    # The CSRF token in it changes at every rendering, what it tells does not.
    told = render_to_string("parts/exports.html", context)
    shown = hashlib.sha256(told.encode()).hexdigest()[:32]
    return {**context, "inside": inside, "shown": shown}
