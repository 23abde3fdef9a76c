"""What people correct, the models learned from it, and alerts that were judged false."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("monitor", "0007_room")]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="false_alarm",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="Learned",
            fields=[
                ("slug", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("made", models.DateTimeField()),
                ("made_by", models.CharField(max_length=150)),
                ("figures", models.JSONField(default=dict)),
                ("held_out", models.JSONField(default=dict)),
                ("content", models.BinaryField()),
                ("active", models.BooleanField(default=False)),
                ("activated", models.DateTimeField(blank=True, null=True)),
                ("activated_by", models.CharField(blank=True, default="", max_length=150)),
            ],
            options={
                "ordering": ["-made", "slug"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(active=True), fields=["active"], name="learned_one_active"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("false_alarm", "误报"),
                            ("missed", "漏报"),
                            ("sentiment", "情感"),
                            ("place", "地点"),
                            ("units", "责任单位"),
                            ("merge", "合并"),
                            ("split", "拆分"),
                        ],
                        max_length=16,
                    ),
                ),
                ("edition", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("was", models.JSONField(blank=True, null=True)),
                ("now", models.JSONField(blank=True, null=True)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                ("remark", models.CharField(blank=True, default="", max_length=500)),
                (
                    "article",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="monitor.article",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="monitor.event",
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="monitor.correction",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            Q(("article__isnull", False), ("event__isnull", True)),
                            Q(("article__isnull", True), ("event__isnull", False)),
                            _connector="OR",
                        ),
                        name="correction_of_one_thing",
                    )
                ],
            },
        ),
    ]
