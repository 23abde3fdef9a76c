"""An office whose sources deliver and fall silent, written straight into the tables."""

from datetime import UTC, datetime, timedelta
from itertools import count

from monitor.models import (
    Alert,
    Analysis,
    Article,
    ArticleText,
    CatalogItem,
    Delivery,
    Event,
    Knowledge,
    Notice,
    Sighting,
    Source,
)
from monitor.words import SHANGHAI, Level, Sentiment

NEGATIVE, NEUTRAL, POSITIVE = Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE
MODEL = "lexicon+bayes-1"


def at(text: str) -> datetime:
    """`11-16 08:30` in 2026 on Shanghai's clock, as an instant in UTC."""
    found = datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    return found.astimezone(UTC)


class Newsroom:
    """Articles arrive here already read and indexed, unless told otherwise."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def opens_source(self, slug: str, name: str, succeeded: datetime | None = None) -> None:
        value = {"name": name, "url": f"https://{slug}.example/feed"}
        CatalogItem.objects.create(kind="source", slug=slug, base=value, value=value)
        Source.objects.create(slug=slug, due=at("11-23 09:00"), succeeded=succeeded)
        Knowledge.moved()

    def opens_topic(self, slug: str, name: str, query: str) -> None:
        value = {"name": name, "query": query}
        CatalogItem.objects.create(kind="topic", slug=slug, base=value, value=value)
        Knowledge.moved()

    def event(self, title: str, first: datetime) -> Event:
        return Event.objects.create(title=title, first_published=first, last_published=first, rev=1)

    def article(
        self,
        source: str,
        published: datetime,
        title: str = "青溪县城关镇召开工作例会",
        tone: Sentiment = NEUTRAL,
        *,
        event: Event | None = None,
        topics: str = "",
        seen: datetime | None = None,
        indexed: bool = True,
        link: str = "",
    ) -> Article:
        n = next(self._numbers)
        seen = seen or published + timedelta(minutes=5)
        article = Article.objects.create(
            identity=f"{n:032x}",
            source=source,
            link=link or f"https://{source}.example/{n}",
            title=title,
            text_hash=f"{n:032x}",
            seen=seen,
            published=published,
            analysed_edition=1,
            grouped_edition=1,
            rev=3,
            indexed_rev=3 if indexed else 0,
            sentiment=tone.value,
            negative=0.5,
            event=event or self.event(title, published),
        )
        ArticleText.objects.create(article=article, edition=1, title=title, body="正文", seen=seen)
        Sighting.objects.create(article=article, source=source, seen=seen)
        Analysis.objects.create(
            article=article,
            edition=1,
            reading='{"keywords": []}',
            signature=b"",
            topics=topics,
            model=MODEL,
            knowledge=1,
        )
        return article

    def seen_again(self, article: Article, source: str, seen: datetime) -> None:
        Sighting.objects.create(article=article, source=source, seen=seen)

    def raises_alert(
        self,
        event: Event,
        created: datetime,
        level: Level = Level.III,
        *,
        pushed: bool = True,
        deliveries: tuple[str, ...] = (),
    ) -> Alert:
        n = Alert.objects.count() + 1
        alert = Alert.objects.create(
            event=event,
            number=f"2026-{n:04d}",
            created=created,
            level=level,
            score=72,
            headline=event.title,
            reasons=[],
            told={},
            pushed=pushed,
        )
        notice = Notice.objects.create(
            subject=f"alert:{n}", kind="alert", alert=alert, created=created
        )
        for part, state in enumerate(deliveries, 1):
            Delivery.objects.create(
                notice=notice,
                channel="duty",
                part=part,
                parts=len(deliveries),
                body="",
                state=state,
                due=created,
                created=created,
            )
        return alert
