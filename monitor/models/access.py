"""One-time sign-in links, for the first visit to a fresh installation."""

from django.conf import settings
from django.db import models


class SignInLink(models.Model):
    """Good once and until `expires`; only the hash of its token is kept."""

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)
