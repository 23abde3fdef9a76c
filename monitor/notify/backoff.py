"""When a delivery that failed for a passing reason is tried again, and when no more."""

from datetime import datetime, timedelta

from monitor.notify.outcome import PermanentFailure

WAITS_S = (10, 30, 120, 600, 1800)
"""Seconds after the 1st, 2nd … failure; the last one repeats. The first two cover a robot's
rate limit and a restarted router, the last keeps a dead exit line from filling the log."""

GIVE_UP = timedelta(hours=24)
"""A push that is a day late informs nobody; by then it must be visible as failed. The alert
itself stays on the console, and the failed delivery can be sent again by hand."""


def next_try(
    failures: int, queued: datetime, now: datetime, asked_s: float | None = None
) -> datetime | None:
    """The instant of the next attempt after `failures` (≥ 1) failed ones, or None when the
    delivery is older than GIVE_UP and has to be shown as failed (`given_up`).

    `asked_s` is the channel's Retry-After; it can lengthen a wait, up to the longest one.
    """
    if failures < 1:
        raise ValueError("失败次数至少为 1")
    if now - queued >= GIVE_UP:
        return None
    wait = float(WAITS_S[min(failures, len(WAITS_S)) - 1])
    if asked_s is not None:
        wait = max(wait, min(asked_s, float(WAITS_S[-1])))
    return now + timedelta(seconds=wait)


def given_up(failures: int, last_words: str) -> PermanentFailure:
    """What is recorded and shown when `next_try` says None; the channel is not stopped, for
    the network and not its settings may be at fault."""
    hours = int(GIVE_UP.total_seconds() // 3600)
    words = (
        f"{hours} 小时内试了 {failures} 次都没有送出，已停止重试。最后一次：{last_words} "
        "请用其他方式通知，排除故障后在控制台重新发送。"
    )
    return PermanentFailure("given_up", words, stops_channel=False)
