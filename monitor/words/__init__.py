"""The vocabulary of the house as values: no I/O, no Django, no clock of its own."""

from monitor.words.days import (
    SHANGHAI,
    day_bounds,
    day_of,
    month_of,
    to_the_minute,
    week_of,
)
from monitor.words.kinds import CHORE_WORDS, SOURCE_WORDS, STEP_WORDS, Fate, Level, Sentiment
from monitor.words.reasons import Evidence, Reason, Span

__all__ = [
    "CHORE_WORDS",
    "SHANGHAI",
    "SOURCE_WORDS",
    "STEP_WORDS",
    "Evidence",
    "Fate",
    "Level",
    "Reason",
    "Sentiment",
    "Span",
    "day_bounds",
    "day_of",
    "month_of",
    "to_the_minute",
    "week_of",
]
