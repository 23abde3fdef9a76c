"""What the steps do, counted where they do it: `Step.run`, `attempt`, and the door of deliver.

How the tables stand is not counted but asked when somebody looks: monitor.pipeline.gauges.
Names and labels: docs/watching.md.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

from monitor.index import IndexUnavailable
from monitor.models.illness import ILL

disable_created_metrics()  # a process's start is no news; the series would be doubled

REGISTRY = CollectorRegistry()
"""This process's own; a worker's processes count in files (monitor.stack.counts)."""

_BATCH_S = Histogram(
    "yuqing_step_batch_duration_seconds",
    "一批用时",
    ["step"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
_ROWS = Counter("yuqing_step_rows", "做完的行数", ["step"], registry=REGISTRY)
_FAILURES = Counter(
    "yuqing_step_failures", "没有做成的批数，按缘由", ["step", "cause"], registry=REGISTRY
)
_SEND_S = Histogram(
    "yuqing_channel_send_duration_seconds",
    "一次发送用时，按结果",
    ["channel", "outcome"],
    registry=REGISTRY,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20),
)

UNAVAILABLE, ERROR = "unavailable", "error"
"""Causes: the database or the index was away; or something that nobody foresaw."""


class Batch:
    """What one batch took; a batch that found nothing is not counted."""

    rows = 0


@contextmanager
def batch(step: str) -> Iterator[Batch]:
    """Time a batch; the caller writes how many rows it took."""
    taken, began = Batch(), time.perf_counter()
    try:
        yield taken
    except (*ILL, IndexUnavailable):
        failed(step, UNAVAILABLE)
        raise
    except Exception:
        failed(step, ERROR)
        raise
    if taken.rows:
        _BATCH_S.labels(step).observe(time.perf_counter() - began)
        _ROWS.labels(step).inc(taken.rows)


def failed(step: str, cause: str) -> None:
    """A batch was given back."""
    _FAILURES.labels(step, cause).inc()


def sent(channel: str, outcome: str, seconds: float) -> None:
    """A send ended: "sent", "temporary" or "permanent"."""
    _SEND_S.labels(channel, outcome).observe(seconds)
