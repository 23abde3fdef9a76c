"""What grouping compares beside signatures: the story of each article."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitor", "0008_learning")]

    operations = [
        migrations.AddField(
            model_name="analysis",
            name="story",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
