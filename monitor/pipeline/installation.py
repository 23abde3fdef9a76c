"""Bringing an installation to where its services can start."""

from django.core.management import call_command
from django.db import connection, connections

from monitor.pipeline import catalogue
from monitor.pipeline.index import state


def is_new() -> bool:
    """Whether the database has never been used; OperationalError when it does not answer."""
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


def prepare() -> None:
    """Tables, catalogue and index as this version wants them; what is so already is left alone.

    Raises OperationalError, CatalogErrors or IndexUnavailable. No connection stays open.
    """
    try:
        call_command("migrate", verbosity=0, interactive=False)
        catalogue.apply()
        state()
    finally:
        connections.close_all()
