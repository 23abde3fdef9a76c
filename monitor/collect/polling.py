"""What is asked of a source and what comes back, the same for every kind of source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.collect.entry import Entry


@dataclass(frozen=True, slots=True)
class PollRequest:
    """One source to look at. `etag` and `last_modified` are what its last Polled carried."""

    slug: str
    url: str
    etag: str = ""
    last_modified: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    kind: str = "feed"


@dataclass(frozen=True, slots=True)
class Polled:
    """A source that answered. `retry_after` is in seconds, `notes` are Chinese sentences."""

    entries: list[Entry]
    etag: str = ""
    last_modified: str = ""
    not_modified: bool = False
    retry_after: float | None = None
    notes: list[str] = field(default_factory=list)
    title: str = ""


@dataclass(frozen=True, slots=True)
class PollFailure:
    """A source that did not: a stable code, the Chinese reason with its cure, seconds to wait.

    Code `late` means that the batch's time was up before the source's turn ended, `internal`
    a fault of ours; both say nothing about the source.
    """

    code: str
    words: str
    retry_after: float | None = None
