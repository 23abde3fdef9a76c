"""Tables, one file per aggregate."""

from django.apps import apps

from monitor.models.access import SignInLink
from monitor.models.alert import Alert, ChannelState, Delivery, Notice, Sending
from monitor.models.article import Analysis, Article, ArticleText, Sighting, fate_counts
from monitor.models.catalogue import CatalogItem, Knowledge
from monitor.models.chore import Chore, Reconciliation
from monitor.models.claims import Claimable
from monitor.models.correction import Correction
from monitor.models.event import Event, GroupCursor
from monitor.models.export import Export
from monitor.models.generation import IndexState
from monitor.models.learned import Learned
from monitor.models.source import Source
from monitor.models.watch import Heartbeat, Incident

__all__ = [
    "Alert",
    "Analysis",
    "Article",
    "ArticleText",
    "CatalogItem",
    "ChannelState",
    "Chore",
    "Correction",
    "Delivery",
    "Event",
    "Export",
    "GroupCursor",
    "Heartbeat",
    "Incident",
    "IndexState",
    "Knowledge",
    "Learned",
    "Notice",
    "Reconciliation",
    "Sending",
    "Sighting",
    "SignInLink",
    "Source",
    "claimable_models",
    "fate_counts",
]


def claimable_models() -> list[type[Claimable]]:
    """Every table whose rows are jobs."""
    return [model for model in apps.get_models() if issubclass(model, Claimable)]
