"""Reprints can be found by what they reprint (to let go of it), and PostgreSQL keeps room beside
each article for the versions it goes through on its way."""

from django.db import migrations, models
from django.db.models import Q

from monitor.models.quietly import AddIndexQuietly, OnPostgreSQL


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("monitor", "0006_failed_deliveries")]

    operations = [
        AddIndexQuietly(
            model_name="article",
            index=models.Index(
                condition=Q(reprint_of__isnull=False), fields=["reprint_of"], name="article_reprints"
            ),
        ),
        # Five updates make an article; where the page has room a claim touches no index, and the
        # table ends up half as large. The indexes on what is due want sweeping more often than
        # once a fifth of all articles has changed.
        OnPostgreSQL(
            "ALTER TABLE monitor_article SET"
            " (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05)",
            "ALTER TABLE monitor_article RESET (fillfactor, autovacuum_vacuum_scale_factor)",
        ),
    ]
