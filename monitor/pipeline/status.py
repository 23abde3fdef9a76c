"""How the whole system is doing, in numbers that add up."""

from collections import Counter
from typing import Any

from django.utils import timezone

from monitor.models import Alert, Delivery, Source, fate_counts
from monitor.pipeline.steps import STEPS


def status() -> dict[str, Any]:
    """`{"articles": {fate: n}, "waiting": {step: {"rows", "oldest_s"}}, "sources": {state: n},
    "alerts": n, "deliveries": {state: n}}`."""
    now = timezone.now()
    waiting = {name: step.waiting(now) for name, step in STEPS.items()}
    deliveries = Counter(Delivery.objects.order_by().values_list("state", flat=True))
    return {
        "articles": fate_counts(),
        "waiting": {
            name: {"rows": found.rows, "oldest_s": round(found.oldest_s, 1)}
            for name, found in waiting.items()
        },
        "sources": dict(Counter(source.state for source in Source.objects.all())),
        "alerts": Alert.objects.count(),
        "deliveries": {state: deliveries.get(state, 0) for state, _ in Delivery.STATES},
    }
