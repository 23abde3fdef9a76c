"""What an export's format must know to go on, and that its owner deleted it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitor", "0003_months")]

    operations = [
        migrations.AddField(
            model_name="export",
            name="mark",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="export",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "导出中"),
                    ("done", "可下载"),
                    ("failed", "失败"),
                    ("expired", "已过期"),
                    ("deleted", "已删除"),
                ],
                default="queued",
                max_length=8,
            ),
        ),
    ]
