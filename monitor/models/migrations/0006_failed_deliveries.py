"""Failed deliveries are asked for at every look at the console; sent ones pile up around them."""

from django.db import migrations, models
from django.db.models import Q

from monitor.models.quietly import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("monitor", "0005_watch")]

    operations = [
        AddIndexQuietly(
            model_name="delivery",
            index=models.Index(condition=Q(state="failed"), fields=["due"], name="delivery_failed"),
        ),
    ]
