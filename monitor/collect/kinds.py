"""The kinds of source, and how a batch of sources is polled at once.

A new kind is one file with `async poll(PollRequest, Fetcher, now) -> Polled` and one line here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from monitor.collect import feeds
from monitor.collect.entry import FeedError
from monitor.collect.failures import FetchError
from monitor.collect.fetch import Fetcher
from monitor.collect.polling import Polled, PollFailure, PollRequest

__all__ = ["KINDS", "PollFailure", "PollRequest", "Polled", "poll_many"]

log = logging.getLogger(__name__)

Poll = Callable[[PollRequest, Fetcher, datetime], Awaitable[Polled]]

KINDS: Mapping[str, Poll] = {
    "feed": feeds.poll,
}

GRACE = 1.0
"""Seconds that cancelled polls get to close their connections."""


async def poll_many(
    requests: Sequence[PollRequest],
    fetcher: Fetcher,
    now: datetime,
    concurrency: int = 50,
    deadline: float = 30.0,
    kinds: Mapping[str, Poll] = KINDS,
    tell: Callable[[PollRequest, Polled | PollFailure], object] = lambda *_: None,
) -> list[Polled | PollFailure]:
    """Poll the sources, `concurrency` at a time; answers stand in the order of the requests.

    Never raises for a source: whatever goes wrong with one is its PollFailure. After `deadline`
    seconds the unfinished are PollFailure("late"). `tell` is called with each outcome as soon as
    it is there, on the event loop's thread.
    """
    if not requests:
        return []
    turns = asyncio.Semaphore(concurrency)

    async def one(request: PollRequest) -> Polled | PollFailure:
        async with turns:
            outcome = await _polled(request, fetcher, now, kinds)
        tell(request, outcome)
        return outcome

    tasks = [asyncio.create_task(one(request)) for request in requests]
    try:
        await asyncio.wait(tasks, timeout=deadline)
    finally:
        late = {task for task in tasks if not task.done()}
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=GRACE)
    outcomes = [_outcome(task, task in late, deadline) for task in tasks]
    for request, task, outcome in zip(requests, tasks, outcomes, strict=True):
        if task in late:
            tell(request, outcome)
    return outcomes


def _outcome(
    task: "asyncio.Task[Polled | PollFailure]", late: bool, deadline: float
) -> Polled | PollFailure:
    if not late and not task.cancelled():
        return task.result()
    return PollFailure(
        "late", f"本轮采集的 {deadline:g} 秒已用完，该信源没有轮到或没有读完，下轮再采。"
    )


async def _polled(
    request: PollRequest, fetcher: Fetcher, now: datetime, kinds: Mapping[str, Poll]
) -> Polled | PollFailure:
    poll = kinds.get(request.kind)
    if poll is None:
        return PollFailure(
            "kind",
            f"不认识的信源类型“{request.kind}”：可用的有 {'、'.join(kinds)}，请改正信源目录。",
        )
    try:
        return await poll(request, fetcher, now)
    except FetchError as error:
        return PollFailure(error.code, error.words, error.retry_after)
    except FeedError as error:
        return PollFailure(error.code, error.words)
    except TimeoutError:
        return PollFailure("timeout", "读取超时：系统会自动再试；若常常如此，请停用或更换该信源。")
    except Exception:
        log.exception("polling source %s failed by a fault of ours", request.slug)
        return PollFailure(
            "internal", "系统自身出错，没能读取该信源：请把日志中该信源的报错交给系统管理员。"
        )
