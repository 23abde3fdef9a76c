"""Samples as a scrape gives them: which labels and values each metric has."""

from collections import defaultdict
from collections.abc import Iterable

from prometheus_client.parser import text_string_to_metric_families

Seen = dict[str, dict[str, set[str]]]
"""Name of a sample → label → its values."""


def samples(*texts: str) -> Seen:
    """What these answers of /metrics hold."""
    seen: Seen = defaultdict(lambda: defaultdict(set))
    for text in texts:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = seen[sample.name]
                for label, value in sample.labels.items():
                    labels[label].add(value)
    return seen


def families(*texts: str) -> set[str]:
    """Names of the metrics, a histogram being one."""
    found = (family for text in texts for family in text_string_to_metric_families(text))
    return {f"{family.name}_total" if family.type == "counter" else family.name for family in found}


def family_of(name: str, known: Iterable[str]) -> str:
    """The metric that a series belongs to: x_seconds for x_seconds_bucket."""
    for ending in ("_bucket", "_count", "_sum"):
        if name.endswith(ending) and name.removesuffix(ending) in known:
            return name.removesuffix(ending)
    return name
