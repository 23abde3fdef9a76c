"""Documents in bulk: each has an outcome of its own.

written, or late (a higher rev is there)        fine
its month has gone                              made, and sent again
the cluster is busy                             sent again after a moment, a few times
poison                                          refused for ever, with the reason
"""

import json
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch import ApiError

from monitor.index.elastic import mapping
from monitor.index.elastic.connection import Cluster
from monitor.index.elastic.faults import NO_INDEX, TOO_LARGE, Busy, fault_of
from monitor.index.elastic.generations import Generations
from monitor.index.protocol import IndexUnavailable, Refusal, Removal
from monitor.index.tokens import terms
from monitor.query import Document

# What Elasticsearch's manual calls a good bulk; a gazette may be longer than that by itself.
_BYTES = 5 << 20
_COUNT = 500
# All bulks of a call with their pauses must leave half of a step's 10 s to the other generation.
LIMIT_S = 4.5
# What is left of that to a last try must suffice for one.
_LEAST_S = 1.0
# Each half as long to half as long again, lest all workers come back at once.
_PAUSES_S = (0.1, 0.3, 0.9)
_REASON_CHARACTERS = 300
# How long the server waits for a shard that is just starting.
_SHARD = "2s"
_LATE = 409
_ANSWER = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Operation:
    """One or two lines of a bulk; `creates` tells whether they need their month's index."""

    id: int
    month: str
    lines: bytes
    creates: bool


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of some operations: those not named here are done.

    `busy` is set if any of `again` should wait before it is sent again.
    """

    again: list[_Operation]
    refused: list[Refusal]
    busy: Busy | None = None

    def __add__(self, other: "_Outcome") -> "_Outcome":
        return _Outcome(
            self.again + other.again, self.refused + other.refused, self.busy or other.busy
        )


class Writer:
    """Writes to one generation."""

    def __init__(self, cluster: Cluster, generations: Generations, generation: str) -> None:
        self._cluster = cluster
        self._generations = generations
        self._generation = generation

    def write(self, documents: Sequence[Document]) -> list[Refusal]:
        """Insert or replace by id; returns what the server will never take."""
        refusals: list[Refusal] = []
        refusals += self._send(self._insertions(documents, refusals))
        return refusals

    def remove(self, removals: Sequence[Removal]) -> None:
        """Take documents out; a month that is not there holds none of them."""
        months: list[str] = []
        if not all(removal.month for removal in removals):
            months = self._generations.months(self._generation)
        self._send(
            self._removal(removal, month)
            for removal in removals
            for month in ([removal.month] if removal.month else months)
        )

    def _insertions(
        self, documents: Iterable[Document], refusals: list[Refusal]
    ) -> Iterator[_Operation]:
        """Those that have a place; why others have none is put to the refusals."""
        for document in documents:
            try:
                yield self._insertion(document)
            except ValueError as error:
                refusals.append(Refusal(document.id, str(error)))

    def _insertion(self, document: Document) -> _Operation:
        # With `external` an equal rev loses too: what a rev says never changes.
        action = {"index": self._target(document.id, document.month, document.rev, "external")}
        return _Operation(document.id, document.month, _lines(action, fields(document)), True)

    def _removal(self, removal: Removal, month: str) -> _Operation:
        # A removal's rev may be the stored one's.
        action = {"delete": self._target(removal.id, month, removal.rev, "external_gte")}
        return _Operation(removal.id, month, _lines(action), False)

    def _target(self, number: int, month: str, rev: int, kind: str) -> dict[str, Any]:
        index = self._cluster.names.month(self._generation, month)
        return {"_index": index, "_id": str(number), "version": rev, "version_type": kind}

    def _send(self, operations: Iterable[_Operation]) -> list[Refusal]:
        """Send all of them; what is not done after LIMIT_S is left to another call."""
        end = time.monotonic() + LIMIT_S
        refusals: list[Refusal] = []
        try:
            for chunk in _chunks(operations):
                for month in sorted({operation.month for operation in chunk if operation.creates}):
                    _in_time(end)
                    self._generations.require_month(self._generation, month)
                _in_time(end)
                refusals += self._deliver(chunk, end)
            self._generations.survived(self._generation)
        except ApiError as error:
            # Each document has an outcome of its own: what fails as a whole is no fault of theirs.
            raise IndexUnavailable(
                f"Elasticsearch 不接受整批写入（{error.meta.status}，{error.error}），"
                "请核对它的版本、模板和它前面的代理"
            ) from error
        return refusals

    def _deliver(self, operations: list[_Operation], end: float) -> list[Refusal]:
        """Send until each is done or refused; raises Busy when tries or time are used up."""
        refusals: list[Refusal] = []
        busy = Busy("检索库的月份索引建了又被删除，请稍后再试")
        for pause in (*_PAUSES_S, 0.0):
            outcome = self._attempt(operations, end)
            refusals += outcome.refused
            operations = outcome.again
            if not operations:
                return refusals
            busy = outcome.busy or busy
            if time.monotonic() + pause > end:
                break
            if outcome.busy:
                time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        raise busy

    def _attempt(self, operations: list[_Operation], end: float) -> _Outcome:
        body = b"".join(operation.lines for operation in operations)
        limit_s = max(end - time.monotonic(), _LEAST_S)
        try:
            said = self._cluster.request(
                "POST", "/_bulk", body, limit_s=limit_s, timeout=_SHARD, filter_path=_ANSWER
            )
        except Busy as busy:
            return _Outcome(operations, [], busy)
        except ApiError as error:
            if error.meta.status != TOO_LARGE:
                raise
            return self._halved(operations, end)
        if not said["errors"]:
            return _Outcome([], [])
        results = [next(iter(item.values())) for item in said["items"]]
        return self._sorted(zip(operations, results, strict=True))

    def _halved(self, operations: list[_Operation], end: float) -> _Outcome:
        """A proxy before the cluster may take less in one request than the cluster would."""
        if len(operations) == 1:
            size = len(operations[0].lines)
            words = f"文章太长（{size:,} 字节），Elasticsearch 或它前面的代理不收"
            return _Outcome([], [Refusal(operations[0].id, words)])
        if time.monotonic() > end:
            return _Outcome(operations, [], Busy("检索库前面的代理限制请求大小，写得太慢，请调高"))
        middle = len(operations) // 2
        return self._attempt(operations[:middle], end) + self._attempt(operations[middle:], end)

    def _sorted(self, results: Iterable[tuple[_Operation, Mapping[str, Any]]]) -> _Outcome:
        """Each item by its own status; raises IndexUnavailable for what no soon try heals."""
        again: list[_Operation] = []
        refused: list[Refusal] = []
        months: set[str] = set()
        busy: Busy | None = None
        for operation, result in results:
            fault = result.get("error")
            if fault is None or result["status"] == _LATE:
                continue
            if fault["type"] == NO_INDEX:
                if operation.creates:
                    months.add(operation.month)
                    again.append(operation)
                continue
            unavailable = fault_of(result["status"], fault)
            if unavailable is None:
                refused.append(Refusal(operation.id, _reason(fault)))
            elif isinstance(unavailable, Busy):
                busy = unavailable
                again.append(operation)
            else:
                raise unavailable
        for month in sorted(months):
            self._generations.create_month(self._generation, month)
        return _Outcome(again, refused, busy)


def fields(document: Document) -> dict[str, Any]:
    """What the index keeps of a document."""
    return {
        mapping.TITLE: terms(document.title_stream),
        mapping.BODY: terms(document.body_stream),
        mapping.SOURCE: document.source,
        mapping.SENTIMENT: str(document.sentiment),
        mapping.UNITS: document.units,
        mapping.TOPICS: document.topics,
        mapping.WORDS: document.words,
        mapping.LEVEL: document.level,
        mapping.PUBLISHED: (document.published - _EPOCH) // _SECOND * 1000,
        mapping.DAY: document.day.isoformat(),
        mapping.ID: document.id,
        mapping.REV: document.rev,
        mapping.EVENT: document.event,
        mapping.STORY: -1 - document.id if document.event is None else document.event,
    }


def _in_time(end: float) -> None:
    if time.monotonic() > end:
        raise Busy("检索库写得太慢，没写完的稍后再写；经常如此请查看 Elasticsearch 的负载和磁盘")


def _lines(*values: Mapping[str, Any]) -> bytes:
    # Half a surrogate pair, which a feed may hold, is no character of UTF-8.
    return b"".join(
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        + b"\n"
        for value in values
    )


def _chunks(operations: Iterable[_Operation]) -> Iterator[list[_Operation]]:
    chunk: list[_Operation] = []
    size = 0
    for operation in operations:
        if chunk and (size + len(operation.lines) > _BYTES or len(chunk) == _COUNT):
            yield chunk
            chunk, size = [], 0
        chunk.append(operation)
        size += len(operation.lines)
    if chunk:
        yield chunk


def _reason(fault: Mapping[str, Any]) -> str:
    """Why the server will not have it; its own words name the field."""
    said = [str(fault.get("reason", fault["type"]))[:_REASON_CHARACTERS]]
    cause = fault.get("caused_by")
    if isinstance(cause, Mapping):
        said.append(str(cause.get("reason", ""))[:_REASON_CHARACTERS])
    return "检索库拒收：" + "；".join(filter(None, said))
