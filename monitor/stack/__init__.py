"""Processes: supervisor, broker launcher, is-it-there probes (no Django, no Celery)."""
