"""What a PromQL expression asks for: names, the labels that it needs of them, and their values.

Enough of the language for our own dashboard and rules: selectors, aggregations by labels, ranges.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SELECTOR = re.compile(r"\b(?P<name>(?:yuqing|process)_[a-z_]+|up\b)(?:\{(?P<matchers>[^}]*)\})?")
MATCHER = re.compile(r"(?P<label>\w+)\s*(?P<how>=~|!~|!=|=)\s*\"(?P<value>[^\"]*)\"")
GROUPED = re.compile(r"\b(?:by|on)\s*\((?P<labels>[^)]*)\)\s*(?:group_left\s*\(\s*\)\s*)?")
TARGET = frozenset({"instance", "job"})
"""Labels that Prometheus itself gives to everything it reads."""
COMMON = {"up": frozenset[str]()}
"""Series that Prometheus makes of every scrape."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One metric as an expression uses it; `values` are those that a label must equal."""

    name: str
    labels: frozenset[str]
    values: frozenset[tuple[str, str]]


def wanted(expression: str) -> Iterator[Wanted]:
    """Every metric of an expression; labels of an aggregation are wanted of all inside it."""
    groups = list(_groups(expression))
    for found in SELECTOR.finditer(expression):
        matchers = list(MATCHER.finditer(found["matchers"] or ""))
        labels = {matcher["label"] for matcher in matchers}
        for start, end, names in groups:
            if start <= found.start() < end:
                labels |= names
        values = {
            (matcher["label"], value)
            for matcher in matchers
            if matcher["how"] in ("=", "=~")
            for value in matcher["value"].split("|")
        }
        yield Wanted(
            found["name"],
            frozenset(labels - TARGET),
            frozenset((label, value) for label, value in values if label not in TARGET),
        )


def results(expression: str) -> frozenset[str]:
    """Labels that the outcome may carry: those of its outermost aggregations."""
    groups = list(_groups(expression))
    outer = [
        names
        for start, _, names in groups
        if not any(first < start < last for first, last, _ in groups)
    ]
    return frozenset[str]().union(*outer)


def _groups(expression: str) -> Iterator[tuple[int, int, set[str]]]:
    """Where the body of each `by (…) (…)` begins and ends, and its labels."""
    for found in GROUPED.finditer(expression):
        names = {name.strip() for name in found["labels"].split(",") if name.strip()}
        start = found.end()
        if start < len(expression) and expression[start] == "(":
            yield start + 1, _closing(expression, start), names


def _closing(expression: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(expression)):
        depth += {"(": 1, ")": -1}.get(expression[place], 0)
        if depth == 0:
            return place
    raise ValueError(f"a parenthesis is not closed: {expression}")
