"""Every article gets the month it is shelved under, in batches, while the office works."""

from typing import Any

from django.db import migrations, models, transaction

from monitor.models.quietly import AddIndexQuietly
from monitor.words import month_of

BATCH = 2000


def shelve(apps: Any, schema_editor: Any) -> None:
    """The month of publication, for rows that an older version wrote."""
    articles = apps.get_model("monitor", "Article").objects.using(schema_editor.connection.alias)
    last = 0
    while rows := list(
        articles.filter(pk__gt=last).order_by("pk").values_list("pk", "published", "month")[:BATCH]
    ):
        by_month: dict[str, list[int]] = {}
        for pk, published, month in rows:
            if not month:
                by_month.setdefault(month_of(published), []).append(pk)
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
