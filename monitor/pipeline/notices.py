"""Notices: what people are told, composed once and laid out as deliveries that wait."""

from collections.abc import Sequence, Set
from datetime import datetime

from django.conf import settings
from django.db.models import F

from monitor.detect.facts import EventView
from monitor.models import Alert, Article, ArticleText, Delivery, Notice
from monitor.notify import Channel, Item, Message, PermanentFailure, recipients, render
from monitor.pipeline import wake
from monitor.pipeline.knowledge import Lore
from monitor.words import Level, Reason

ITEMS = 20
URGENT = frozenset({"rescue", "casualties", "new_rescue", "higher_toll"})
PERSON = "person"
"""Code of the reason that a person gave: it has no points, and is told before all that have."""
EXCERPT = 90
"""Characters of an urgent text that stand in the push itself."""


def notify(
    alert: Alert,
    kind: str,
    reasons: Sequence[Reason],
    view: EventView,
    lore: Lore,
    now: datetime,
) -> None:
    """One notice, and for every duty channel one delivery row a part, ready to leave."""
    subject = f"alert:{alert.pk}"
    earlier = Notice.objects.filter(subject=subject, kind=kind).count()
    notice = Notice.objects.create(
        subject=subject,
        kind=kind,
        n=earlier + 1,
        alert=alert,
        created=now,
        words=[reason.words for reason in reasons],
    )
    _lay_out(notice, _message(alert, kind, reasons, view, now), {"duty"}, lore, now)


def announce(
    subject: str,
    kind: str,
    headline: str,
    reasons: Sequence[str],
    audience: Set[str],
    lore: Lore,
    now: datetime,
    *,
    once: bool = False,
) -> None:
    """One notice about the installation itself, for every channel of one of these audiences.

    With `once` a subject that was told of already raises IntegrityError.
    """
    url = settings.YUQING.public_url
    message = Message(
        kind=kind,
        number="",
        headline=headline,
        level=None,
        reasons=tuple(reasons),
        items=(),
        score=None,
        link=url or None,
        now=now,
    )
    earlier = 0 if once else Notice.objects.filter(subject=subject, kind=kind).count()
    notice = Notice.objects.create(
        subject=subject, kind=kind, n=earlier + 1, created=now, words=[headline, *reasons]
    )
    _lay_out(notice, message, audience, lore, now)


def _lay_out(
    notice: Notice, message: Message, audience: Set[str], lore: Lore, now: datetime
) -> None:
    for channel in lore.channels.values():
        if audience & set(channel.audience):
            queue_parts(notice, channel, message, now)
    wake.hint("deliver")


def _message(
    alert: Alert, kind: str, reasons: Sequence[Reason], view: EventView, now: datetime
) -> Message:
    shown = view.articles[:ITEMS] if kind == "alert" else view.articles[-ITEMS:]
    links = dict(
        Article.objects.filter(pk__in=[article.article for article in shown]).values_list(
            "id", "link"
        )
    )
    url = settings.YUQING.public_url
    return Message(
        kind=kind,
        number=alert.number,
        headline=alert.headline,
        level=Level(alert.level),
        reasons=tuple(
            _told(reason)
            for reason in reasons
            if reason.points > 0 or kind != "alert" or reason.code == PERSON
        ),
        items=tuple(
            Item(
                title=article.title,
                source=article.source,
                published=article.published,
                url=links.get(article.article, ""),
            )
            for article in shown
        ),
        score=alert.score,
        link=f"{url}/alerts/{alert.number}" if url else None,
        now=now,
        total=view.total,
    )


def _told(reason: Reason) -> str:
    """The reason's words; for a call for rescue or for casualties with what was written itself:
    whoever gets the push must not have to open anything to know where to send a boat."""
    if reason.code not in URGENT or not reason.evidence:
        return reason.words
    texts = ArticleText.objects.filter(
        article=reason.evidence[0].article, edition=F("article__analysed_edition")
    ).values_list("body", flat=True)
    body = " ".join(next(iter(texts), "").split())
    if not body:
        return reason.words
    return f"{reason.words}：“{body[:EXCERPT]}{'…' if len(body) > EXCERPT else ''}”"


def queue_parts(notice: Notice, channel: Channel, message: Message, now: datetime) -> int:
    """Write the delivery rows of one notice for one channel; returns the number of parts."""
    try:
        parts, people = render(message, channel), recipients(channel)
    except PermanentFailure as failure:
        _record_faulty(notice, channel.slug, failure.words, now)
        return 0
    Delivery.objects.bulk_create(
        Delivery(
            notice=notice,
            channel=channel.slug,
            recipient=person,
            part=part.n,
            parts=part.of,
            body=part.body,
            due=now,
            created=now,
        )
        for person in people
        for part in parts
    )
    return len(parts)


def _record_faulty(notice: Notice, channel: str, words: str, now: datetime) -> None:
    """A channel whose settings are wrong gets a failed delivery, so that the gap is seen."""
    Delivery.objects.create(
        notice=notice,
        channel=channel,
        part=1,
        parts=1,
        body="",
        state=Delivery.FAILED,
        code="settings",
        words=words[:500],
        due=now,
        created=now,
    )
