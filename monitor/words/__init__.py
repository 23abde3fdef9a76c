"""The vocabulary of the house as values: no I/O, no Django, no clock of its own."""

from monitor.words.days import SHANGHAI, day_bounds, day_of, month_of, week_of
from monitor.words.kinds import SOURCE_WORDS, STEP_WORDS, Fate, Level, Sentiment
from monitor.words.reasons import Evidence, Reason, Span

__all__ = [
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
    "week_of",
]
