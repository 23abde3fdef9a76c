"""Celery tasks and nothing else: each is two lines over a step of monitor.pipeline."""
