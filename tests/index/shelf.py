"""Articles of an invented county for the index's tests."""

from datetime import UTC, datetime, timedelta

from monitor.query import Document

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


def article(number: int, *, minutes: float = 0, **more: object) -> Document:
    """A document `minutes` after noon of 2026-11-20 in Shanghai."""
    plain = {"title": "", "body": "城关镇停水", "source": "forum"}
    return Document(id=number, published=NOON + timedelta(minutes=minutes), **{**plain, **more})
