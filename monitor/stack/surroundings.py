"""What can go wrong around a running installation without any process noticing."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from monitor.stack.folder import room

STEP_SECONDS = 5.0  # leases are a few seconds longer than their work: a smaller step harms nobody


class Surroundings:
    """Looked at once a minute: the disk that holds the data, and the system clock."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now
        self._full = False
        self._seen: tuple[datetime, float] | None = None

    def look(self, monotonic: float) -> list[str]:
        """What has changed for the worse since the last look, in words with the cure."""
        return [*self._disk(), *self._clock(monotonic)]

    def _disk(self) -> list[str]:
        left = room(self._folder)
        was, self._full = self._full, not left.enough
        if left.enough or was:
            return []
        return [f"磁盘快满了：{left.words}。请尽快清理，否则新文章无法写入"]

    def _clock(self, monotonic: float) -> list[str]:
        before, self._seen = self._seen, (self._now(), monotonic)
        if before is None:
            return []
        moved = (self._seen[0] - before[0]).total_seconds() - (monotonic - before[1])
        if abs(moved) < STEP_SECONDS:
            return []
        return [f"系统时间被调整了 {moved:+.0f} 秒，请检查时钟同步（timedatectl status）"]
