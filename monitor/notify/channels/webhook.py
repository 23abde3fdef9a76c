"""通用 webhook: signed JSON for an office's own system.

A receiver recomputes HMAC-SHA256 with the shared secret over `timestamp + "." + body` and
compares it with X-Yuqing-Signature (`sha256=` and lower-case hex); the timestamp is seconds
since 1970 in X-Yuqing-Timestamp, and a request older than some minutes is to be refused.
X-Yuqing-Delivery stays the same when a send is repeated.
"""

import hashlib
import hmac
import json
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, field_validator

from monitor.notify.kind import ChannelKind, Delivery, Settings, parse_http_url
from monitor.notify.layout import PLAIN, lay_out
from monitor.notify.message import Message, Part
from monitor.notify.outcome import PermanentFailure, Receipt, TemporaryFailure, remark
from monitor.notify.post import Answer, post, refuse_redirect, retry_after
from monitor.notify.split import split

TEXT_LIMIT = 64 * 1024
MOST_ITEMS = 50

_PERMANENT = {
    400: "对方认为请求不合规定，请核对接口约定。",
    401: "对方不接受签名或凭据，请核对两边的 secret。",
    403: "对方拒绝访问，请核对两边的 secret 和来源 IP 名单。",
    404: "网址不存在，请检查渠道的 url。",
    405: "对方不接受 POST，请检查渠道的 url。",
    410: "对方已停用这个网址，请向对方索取新网址。",
    413: "对方认为消息太大，可把内容级别调低。",
}
_ABOUT_ONE_MESSAGE = frozenset({400, 413, 422})
_PASSING = frozenset({408, 425, 429})


class WebhookSettings(Settings):
    """The whole URL counts as secret: many systems put their token into it."""

    url: SecretStr = Field(min_length=1, description="接收方的网址，以 https:// 开头")
    secret: SecretStr = Field(
        min_length=8, description="与接收方约定的签名密钥，至少 8 个字符，两边一致"
    )
    ca_file: str | None = Field(default=None, description="接收方内网 CA 证书文件（PEM）路径")

    @field_validator("url")
    @classmethod
    def _is_url(cls, url: SecretStr) -> SecretStr:
        parse_http_url(url.get_secret_value())
        return url

    def secrets(self) -> tuple[str, ...]:
        """Also what a receiver sees of the URL: its path, its query and their long pieces."""
        split = urlsplit(self.url.get_secret_value())
        tokens = [piece for piece in split.path.split("/") if len(piece) >= 8]
        tokens += [value for values in parse_qs(split.query).values() for value in values]
        seen = [f"{split.path}?{split.query}"] if split.query else []
        return (*super().secrets(), *seen, *tokens)


class Webhook(ChannelKind[WebhookSettings]):
    """Signed JSON by POST."""

    name = "webhook"
    label = "通用 webhook"
    per_minute = 120
    settings = WebhookSettings

    def compose(
        self,
        message: Message,
        settings: WebhookSettings,  # noqa: ARG002 - the interface of every kind
    ) -> tuple[Part, ...]:
        """One part: the message's fields, and `text` for a receiver that only shows it."""
        return (Part(1, 1, json.dumps(_payload(message), ensure_ascii=False)),)

    async def deliver(self, body: str, settings: WebhookSettings, delivery: Delivery) -> Receipt:
        """POST; any 2xx is a receipt."""
        url, sent = settings.url.get_secret_value(), body.encode()
        stamp = str(int(delivery.now.timestamp()))
        answer = await post(
            url,
            sent,
            {
                "Content-Type": "application/json; charset=utf-8",
                "X-Yuqing-Delivery": delivery.id,
                "X-Yuqing-Timestamp": stamp,
                "X-Yuqing-Signature": sign(settings.secret.get_secret_value(), stamp, sent),
            },
            timeout=delivery.timeout,
            ca_file=settings.ca_file,
            proxy=delivery.proxy,
        )
        refuse_redirect(answer)
        if 200 <= answer.status < 300:
            return Receipt(f"http_{answer.status}", f"{urlsplit(url).hostname} 已接收。")
        raise _failure(answer, delivery.now, settings.secrets())

    def explain(self, code: str) -> str | None:
        """Chinese for an http_ code."""
        status = code.removeprefix("http_")
        if not code.startswith("http_") or not status.isdigit():
            return None
        return "接收方已接收。" if status.startswith("2") else _words(int(status))


def sign(secret: str, stamp: str, body: bytes) -> str:
    """The value of X-Yuqing-Signature."""
    signed = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def _payload(message: Message) -> dict[str, object]:
    sheet = lay_out(message, PLAIN)
    return {
        "version": 1,
        "kind": message.kind,
        "number": message.number,
        "heading": message.heading,
        "headline": message.headline,
        "level": int(message.level) if message.level else None,
        "level_label": message.level.label if message.level else "",
        "score": message.score,
        "reasons": list(message.reasons),
        "total": message.total,
        "items": [
            {
                "title": item.title,
                "source": item.source,
                "published": item.published.isoformat(),
                "url": item.url,
                "quote": item.quote,
            }
            for item in message.items[:MOST_ITEMS]
        ],
        "link": message.link,
        "time": message.now.isoformat(),
        "text": split(sheet, TEXT_LIMIT, most=1)[0],
    }


def _words(status: int) -> str:
    if status in _PASSING or status >= 500:
        return f"接收方暂时不能接收（HTTP {status}），稍后自动重试。"
    if 300 <= status < 400:
        return "对方要求转到别的网址，为安全起见不跟随。请填写最终网址。"
    return _PERMANENT.get(status, "对方拒绝了请求，请核对接口约定。") + f"（HTTP {status}）"


def _failure(
    answer: Answer, now: datetime, secrets: tuple[str, ...]
) -> TemporaryFailure | PermanentFailure:
    code = f"http_{answer.status}"
    words = _words(answer.status) + remark(answer.body, secrets)
    if answer.status in _PASSING or answer.status >= 500:
        return TemporaryFailure(code, words, retry_after(answer, now))
    return PermanentFailure(code, words, stops_channel=answer.status not in _ABOUT_ONE_MESSAGE)
