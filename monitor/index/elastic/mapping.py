"""The layout of the indexes: their fields, their settings, and the template that gives them.

A change of anything that documents or queries depend on takes a new LAYOUT.
"""

from collections.abc import Mapping
from typing import Any

LAYOUT = 1
"""Kept in each index; another number means another layout, which only reindexing cures."""

TITLE = "title"
BODY = "body"
SOURCE = "source"
SENTIMENT = "sentiment"
UNITS = "units"
TOPICS = "topics"
WORDS = "words"
LEVEL = "level"
PUBLISHED = "published"
"""In milliseconds since 1970, whole seconds only; the first key of the order."""
DAY = "day"
"""The Shanghai day of publication, so that no time zone rule of the server's is asked."""
ID = "id"
"""The second key of the order."""
REV = "rev"
EVENT = "event"
STORY = "story"
"""What hits fold by: the event, or -1 - id, which names none."""

# Above the templates that catch everything; a later layout above an earlier one.
_PRIORITY = 500
# How long a shard knows that a document was deleted and at which rev: longer than any claim.
_TOMBSTONES = "1h"

# Blanks separate the terms, which are made by monitor.index.tokens; nothing is ever ranked.
_TEXT = {"type": "text", "analyzer": "whitespace", "norms": False}
_KEYWORD = {"type": "keyword"}
# Sorted and summed up, never searched for.
_COLUMN = {"type": "long", "index": False}

_PROPERTIES: Mapping[str, Any] = {
    TITLE: _TEXT,
    BODY: _TEXT,
    SOURCE: _KEYWORD,
    SENTIMENT: _KEYWORD,
    UNITS: _KEYWORD,
    TOPICS: _KEYWORD,
    WORDS: _KEYWORD,
    LEVEL: {"type": "byte"},
    PUBLISHED: {"type": "date", "format": "epoch_millis"},
    DAY: {"type": "date", "format": "strict_date"},
    ID: _COLUMN,
    REV: _COLUMN,
    EVENT: _COLUMN,
    STORY: {"type": "long"},
}


def template(pattern: str, replicas: int) -> dict[str, Any]:
    """The index template of this layout for the indexes of a pattern."""
    return {
        "index_patterns": [pattern],
        "priority": _PRIORITY + LAYOUT,
        # A misspelt name must be an error, not an index with a mapping made up from a document.
        "allow_auto_create": False,
        "version": LAYOUT,
        "template": {
            "settings": {
                "index.number_of_shards": 1,
                "index.number_of_replicas": replicas,
                "index.sort.field": [PUBLISHED, ID],
                "index.sort.order": ["desc", "desc"],
                "index.gc_deletes": _TOMBSTONES,
            },
            "mappings": {
                "_meta": {"layout": LAYOUT},
                "dynamic": "strict",
                # The texts live in the database; what is left is for people with Kibana.
                "_source": {"excludes": [TITLE, BODY]},
                "properties": dict(_PROPERTIES),
            },
        },
    }
