"""Who was last seen alive, and what is wrong with the installation itself."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("monitor", "0004_exports")]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=128, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                ("host", models.CharField(max_length=64)),
                ("seen", models.DateTimeField()),
            ],
            options={"ordering": ["kind", "host"]},
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=32)),
                ("began", models.DateTimeField()),
                ("noticed", models.DateTimeField()),
                ("words", models.CharField(max_length=500)),
                ("cure", models.CharField(blank=True, default="", max_length=500)),
                ("tellings", models.PositiveSmallIntegerField(default=0)),
                ("told", models.DateTimeField(blank=True, null=True)),
                ("ended", models.DateTimeField(blank=True, null=True)),
            ],
            options={"ordering": ["-began", "-id"]},
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                condition=Q(ended__isnull=True), fields=("subject",), name="incident_open_once"
            ),
        ),
    ]
