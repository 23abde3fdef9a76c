"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def office(request: HttpRequest) -> dict[str, str]:
    """The office's name, for titles and the header."""
    return {"office": settings.YUQING.office}
