from django.apps import AppConfig


class MonitorConfig(AppConfig):
    """The product is one Django app."""

    name = "monitor"
    verbose_name = "舆情监测"
    default_auto_field = "django.db.models.BigAutoField"
