"""What is wrong with the installation, decided from what was read: no table, no clock.

One cause is told once: while a queue's workers are silent, the steps that they would do are not
told of beside it, and while the broker is away nobody is silent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.pipeline.readiness import Part
from monitor.pipeline.step import Waiting
from monitor.words import STEP_WORDS, to_the_minute

QUEUE_WORDS = {"collect": "采集", "text": "研读", "index": "入库检索", "notify": "通知"}
EVERYBODY = "watch:beat"
PARTS = {
    "broker": "watch:broker",
    "index": "watch:store",
    "tables": "watch:tables",
}
"""Parts of pipeline.readiness; without the database there is nowhere to write an incident."""

BUSY = "运行 yuqing check 看原因。确实忙不过来时，可增加处理进程（YUQING_WORKERS 或多开几份服务）。"
SILENT = (
    "请到服务器上看它是否在运行，并看它的日志；yuqing up 会自己重启它，容器看 docker compose ps。"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `since` is None where nobody can know since when.

    With `told` False its cause is told of already: it is no news, and no reason to call what is
    open over.
    """

    subject: str
    name: str
    words: str
    cure: str
    since: datetime | None = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class State:
    """Everything that the watch looks at.

    `waiting` by step, `queues` the queue of each step, `alive` when each queue's workers were
    last heard of, `open` the subjects that were wrong at the last look.
    """

    now: datetime
    stall: timedelta
    waiting: Mapping[str, Waiting]
    queues: Mapping[str, str]
    alive: Mapping[str, datetime]
    parts: Sequence[Part]
    open: Set[str]


def findings(state: State) -> list[Finding]:
    """Gravest first; empty when all is well."""
    parts = list(_parts(state.parts))
    down = {finding.subject for finding in parts}
    silent = list(_silent(state, told=PARTS["broker"] not in down))
    return [*parts, *silent, *_stalled(state, _covered(state, down, silent))]


def name_of(subject: str) -> str:
    """What an incident is about, for whoever is told that it is over."""
    kind, _, slug = subject.removeprefix("watch:").rpartition(":")
    if kind == "queue":
        return f"{QUEUE_WORDS.get(slug, slug)}服务"
    names = {EVERYBODY: "定时与处理服务", "watch:broker": "消息服务", "watch:store": "检索库"}
    names |= {"watch:tables": "数据表"}
    return names.get(subject) or STEP_WORDS.get(slug, slug)


def _parts(parts: Iterable[Part]) -> Iterator[Finding]:
    for part in parts:
        if not part.ok and part.slug in PARTS:
            yield Finding(PARTS[part.slug], part.name, f"{part.name}不可用", part.words)


def _silent(state: State, *, told: bool) -> Iterator[Finding]:
    queues = sorted(set(state.queues.values()))
    last = {queue: state.alive.get(queue) for queue in queues}
    silent = [q for q, at in last.items() if at is None or state.now - at >= state.stall]
    if len(silent) == len(queues):
        heard = [at for at in last.values() if at]
        since = max(heard) if heard else None
        words = f"定时服务或全部处理服务{_long(state.now, since)}没有动静"
        yield Finding(EVERYBODY, name_of(EVERYBODY), words, SILENT, since, told)
        return
    for queue in silent:
        subject = f"watch:queue:{queue}"
        waits = [
            f"{STEP_WORDS.get(step, step)} {state.waiting[step].rows} 条"
            for step, own in state.queues.items()
            if own == queue and state.waiting[step].rows
        ]
        name, since = name_of(subject), last[queue]
        words = f"{name}{_long(state.now, since)}没有动静"
        if waits:
            words += f"，等着它的有：{'、'.join(waits)}"
        yield Finding(subject, name, words, SILENT, since, told)


def _long(now: datetime, since: datetime | None) -> str:
    return f"已 {to_the_minute(now - since)}" if since else "一直"


def _covered(state: State, down: Set[str], silent: Sequence[Finding]) -> frozenset[str]:
    """The steps that wait for a cause which is told of already."""
    if down - {PARTS["index"]} or any(finding.subject == EVERYBODY for finding in silent):
        return frozenset(state.queues)
    mute = {finding.subject.removeprefix("watch:queue:") for finding in silent}
    covered = {step for step, queue in state.queues.items() if queue in mute}
    return frozenset(covered | ({"index"} if PARTS["index"] in down else set()))


def _stalled(state: State, covered: Set[str]) -> Iterator[Finding]:
    for step, waiting in state.waiting.items():
        subject = f"watch:{step}"
        age = timedelta(seconds=waiting.oldest_s)
        # Over only when half the threshold is reached, or a queue at the edge would be told of
        # every few minutes.
        if age < (state.stall / 2 if subject in state.open else state.stall):
            continue
        name = STEP_WORDS.get(step, step)
        words = f"{name}积压 {waiting.rows:,} 条，最久的已等 {to_the_minute(age)}"
        yield Finding(subject, name, words, BUSY, state.now - age, step not in covered)
