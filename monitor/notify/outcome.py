"""How a send ended: a receipt, or a failure that says whether trying again can help."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.notify.safe import clean, clip

SHORTEST_SECRET = 4
"""Shorter values are not scrubbed: replacing "a" everywhere would hide the message itself."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The channel's own yes. `refused` pairs a recipient with the reason in Chinese when a
    mail server took the message for some recipients only."""

    code: str
    words: str
    refused: tuple[tuple[str, str], ...] = ()


class DeliveryFailure(Exception):  # noqa: N818 - 送达 fails; "Error" is for mistakes
    """A send that did not arrive: `code` is stable, `words` is Chinese for the console."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code, words)
        self.code = code
        self.words = words

    def __str__(self) -> str:
        return f"{self.code}：{self.words}"


class TemporaryFailure(DeliveryFailure):
    """Trying again may help; `retry_after` is what the channel asked for, in seconds."""

    def __init__(self, code: str, words: str, retry_after: float | None = None) -> None:
        super().__init__(code, words)
        self.retry_after = retry_after


class PermanentFailure(DeliveryFailure):
    """Trying again cannot help until a person acts.

    `stops_channel` is True when every further message would fail alike (a revoked key, a
    wrong password), False when only this message or this recipient is at fault.
    """

    def __init__(self, code: str, words: str, stops_channel: bool = True) -> None:
        super().__init__(code, words)
        self.stops_channel = stops_channel


def scrub(text: str, secrets: Iterable[str]) -> str:
    """`text` with each secret replaced by ＊＊＊: servers like to echo what they were sent."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "＊＊＊")
    return text


def remark(text: str | bytes, secrets: Iterable[str], longest: int = 120) -> str:
    """What the other side said, fit to stand inside a Chinese sentence; "" when nothing.

    Scrubbed before it is cut, for half a key is still half a key.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    said = clip(clean(scrub(text, secrets)), longest)
    return f"（对方原话：{said}）" if said else ""
