"""The console's addresses."""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from monitor.web import (
    alerts,
    articles,
    channels,
    corrections,
    deliveries,
    exports,
    health,
    hot,
    search,
    sign_in,
    sources,
    system,
)


def _page(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    """A page is never kept by browser or proxy: after signing out, Back shows nothing."""
    return path(route, never_cache(view), name=name)


urlpatterns: list[URLPattern] = [
    _page("", alerts.listing, "alerts"),
    _page("alerts", RedirectView.as_view(pattern_name="alerts"), "alerts-list"),
    _page("alerts/<str:number>", alerts.page, "alert"),
    _page("search", search.page, "search"),
    _page("search/events/<int:event>", search.event, "event"),
    _page("search/hot", hot.page, "hot"),
    _page("articles/<int:pk>", articles.page, "article"),
    _page("articles/<int:pk>/correct", corrections.article, "correct-article"),
    _page("events/<int:pk>/correct", corrections.event, "correct-event"),
    _page("corrections", corrections.listing, "corrections"),
    _page("corrections/<int:pk>/undo", corrections.undo, "correction-undo"),
    _page("models/activate", corrections.activate, "model-activate"),
    _page("sources", sources.page, "sources"),
    _page("system", system.page, "system"),
    _page("channels/<slug:slug>/resume", channels.resume, "resume"),
    _page("deliveries/<int:pk>/resend", deliveries.resend, "resend"),
    _page("exports", exports.listing, "exports"),
    _page("exports/ask", exports.ask, "export-ask"),
    _page("exports/<int:pk>/file", exports.file, "export-file"),
    _page("exports/<int:pk>/delete", exports.delete, "export-delete"),
    _page("sign-in", sign_in.by_password, "sign-in"),
    _page("enter/<str:token>", sign_in.by_link, "enter"),
    _page("sign-out", sign_in.out, "sign-out"),
    _page("healthz", health.alive, "health"),
    _page("readyz", health.ready, "ready"),
    _page("metrics", health.metrics, "metrics"),
]
