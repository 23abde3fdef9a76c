"""Every article gets the month it is shelved under, in batches, while the office works."""

from datetime import timedelta
from typing import Any

from django.db import migrations, models, transaction

from monitor.models.quietly import AddIndexQuietly
from monitor.words import month_of

BATCH = 2000
SHELVED = timedelta(days=3 * 366)
"""What was older when it was first seen stands with the month in which it was seen."""


def shelve(apps: Any, schema_editor: Any) -> None:
    """The month of publication, as intake has it, for rows that an older version wrote."""
    articles = apps.get_model("monitor", "Article").objects.using(schema_editor.connection.alias)
    last = 0
    while rows := list(
        articles.filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", "published", "seen", "month")[:BATCH]
    ):
        by_month: dict[str, list[int]] = {}
        for pk, published, seen, month in rows:
            if not month:
                recent = seen - published < SHELVED
                by_month.setdefault(month_of(published if recent else seen), []).append(pk)
        with transaction.atomic(using=schema_editor.connection.alias):
            for month, ids in by_month.items():
                articles.filter(pk__in=ids, month="").update(month=month)
        last = rows[-1][0]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("monitor", "0002_production")]

    operations = [
        migrations.RunPython(shelve, migrations.RunPython.noop, elidable=True),
        AddIndexQuietly(
            model_name="article",
            index=models.Index(fields=["month", "id"], name="article_of_month"),
        ),
    ]
