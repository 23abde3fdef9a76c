"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest

from monitor.pipeline.accounts import ROLES

PLACES = {
    "alerts": "alerts",
    "alert": "alerts",
    "search": "search",
    "event": "search",
    "article": "search",
    "sources": "sources",
}
"""Which entry of the navigation a page belongs to."""


def office(request: HttpRequest) -> dict[str, str]:
    """The office's name, who is signed in and in which part of the console they are."""
    match = request.resolver_match
    user = getattr(request, "user", None)
    role = ""
    if user is not None and user.is_authenticated:
        names = user.groups.values_list("name", flat=True)
        role = "、".join(ROLES[name] for name in names if name in ROLES)
    return {
        "office": settings.YUQING.office,
        "place": PLACES.get(match.url_name or "", "") if match else "",
        "role": role,
    }
