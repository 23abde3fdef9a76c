"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from monitor.pipeline.accounts import ROLES
from monitor.web import system

PLACES = {
    "alerts": "alerts",
    "alert": "alerts",
    "search": "search",
    "event": "search",
    "article": "search",
    "exports": "search",
    "export-ask": "search",
    "corrections": "corrections",
    "sources": "sources",
    "system": "system",
}
"""Which entry of the navigation a page belongs to."""


def office(request: HttpRequest) -> dict[str, Any]:
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
        "may_see_system": user is not None and system.may_see(user),
    }
