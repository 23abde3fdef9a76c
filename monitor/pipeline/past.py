"""The past: months old enough to be let go of, and what of them is evidence and stays.

Evidence is every article of an event that has an alert, every article that an alert quotes, and
whatever a person corrected.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, When

from monitor.models import Alert, Article, Correction
from monitor.words import SHANGHAI

LEAST_MONTHS = 3
"""What is newer is still compared with, counted and answered."""
ROW_BYTES = 3300
"""What an article takes beside its text, with its analysis and its part of all indexes."""
PART = 500


@dataclass(frozen=True, slots=True)
class Month:
    """One month (yyyymm) of the plan: its articles, how many of them are evidence, and about how
    many bytes of database the others take."""

    month: str
    articles: int
    kept: int
    size: int

    @property
    def going(self) -> int:
        return self.articles - self.kept


def older_than(months: int, now: datetime) -> str:
    """The first month (yyyymm) that stays; all of those before are older."""
    today = now.astimezone(SHANGHAI)
    count = today.year * 12 + today.month - 1 - months
    return f"{count // 12:04}{count % 12 + 1:02}"


def plan(first_kept: str) -> list[Month]:
    """What a prune would do, by month; nothing is changed."""
    kept = evidence(first_kept)
    rows = (
        Article.objects.filter(month__lt=first_kept)
        .exclude(month="")
        .order_by()
        .values("month")
        .annotate(
            articles=Count("id"),
            kept=Count("id", filter=kept),
            characters=Sum(
                Case(When(kept, then=0), default=F("size"), output_field=IntegerField())
            ),
        )
        .order_by("month")
    )
    return [
        Month(
            row["month"],
            row["articles"],
            row["kept"],
            3 * row["characters"] + ROW_BYTES * (row["articles"] - row["kept"]),
        )
        for row in rows
    ]


def evidence(first_kept: str) -> Q:
    """Articles that an alert rests on (of its event, of one merged into that, or quoted), and those
    that a person corrected, or whose event."""
    alerted = (
        Q(event__alert__isnull=False)
        | Q(event__merged_into__alert__isnull=False)
        | Q(pk__in=corrected("article"))
        | Q(event__in=corrected("event"))
    )
    old = Article.objects.filter(month__lt=first_kept).exclude(alerted).order_by()
    numbers = sorted(quoted())
    outside: list[int] = []
    for start in range(0, len(numbers), PART):
        part = old.filter(pk__in=numbers[start : start + PART])
        outside += part.values_list("pk", flat=True)
    return alerted | Q(pk__in=outside)


def corrected(of: str) -> QuerySet:
    """Articles or events that a person corrected; corrections are kept for ever."""
    return Correction.objects.filter(**{f"{of}__isnull": False}).order_by().values(of)


def quoted(above: int = 0) -> set[int]:
    """Articles that alerts quote; with `above`, only alerts raised after that one."""
    alerts = Alert.objects.filter(pk__gt=above)
    return {
        quote["article"]
        for reasons in alerts.values_list("reasons", flat=True).iterator(500)
        for reason in reasons
        for quote in reason["evidence"]
    }
