"""热词: the words commoner in what a query finds than elsewhere, each a link that narrows to it.

They take the index longer than a page of hits, so the search page asks for them once it stands.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from monitor.index import IndexUnavailable
from monitor.pipeline import knowledge
from monitor.pipeline.search import hot_words
from monitor.query import QueryError
from monitor.web import refine

SHOWN = 20


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The hot words of a query: a part of the search page, or a page of its own."""
    text = request.GET.get("q", "").strip()
    part = bool(request.headers.get("HX-Request"))
    context: dict[str, object] = {"q": text}
    status = 200
    try:
        room = refine.room_for(text, "", knowledge.current().names)
        context["words"] = [
            (one.word, f"{reverse('search')}?{urlencode({'q': f'{room} {one.word}'.strip()})}")
            for one in hot_words(text, size=SHOWN)
        ]
    except QueryError as error:
        context["trouble"], status = f"检索式有误：{error.words}", 400
    except IndexUnavailable as error:
        context["trouble"], status = f"检索库暂时不可用：{error.words}", 503
    # What asks for a part shows nothing of an answer that failed.
    name = "parts/hot_words.html" if part else "hot.html"
    return render(request, name, context, status=200 if part else status)
