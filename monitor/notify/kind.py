"""What every kind of channel has in common: typed settings, a rate, a way to write a message
and a way to send one. A new kind is one file in `channels/` and one line in its registry."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from monitor.notify.bucket import Rate
from monitor.notify.message import Message, Part
from monitor.notify.outcome import PermanentFailure, Receipt

_DELIVERY_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class Settings(BaseModel):
    """Settings of one channel. Every field's description is the Chinese sentence that tells
    an operator what to write; unknown names are refused, and input is never echoed."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True
    )

    per_minute: int | None = Field(
        default=None, ge=1, le=6000, description="每分钟最多发送条数，填 1 到 6000 的整数"
    )

    def secrets(self) -> tuple[str, ...]:
        """Every value that must never be shown, also as it looks inside an address."""
        values = [getattr(self, name) for name in type(self).model_fields]
        plain = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        return tuple(dict.fromkeys(plain + [quote(value, safe="") for value in plain]))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One send: `id` makes a repeat recognisable to the receiver, `recipient` is one of the
    kind's `recipients` (None: all), `timeout` is the overall limit in seconds, `proxy` the
    office's outgoing HTTP proxy if there is one."""

    id: str
    now: datetime
    timeout: float
    recipient: str | None = None
    proxy: str = ""

    def __post_init__(self) -> None:
        if not _DELIVERY_ID.fullmatch(self.id):
            raise ValueError("delivery id must be 1..128 of A-Z a-z 0-9 . _ : -")
        if self.timeout <= 0:
            raise ValueError("timeout must be positive")


class SettingHelp(NamedTuple):
    """One setting as a form or a help page shows it."""

    name: str
    words: str
    required: bool
    secret: bool


S = TypeVar("S", bound=Settings)


class ChannelKind(ABC, Generic[S]):
    """One kind of channel; its methods hold no state."""

    name: ClassVar[str]
    label: ClassVar[str]
    per_minute: ClassVar[int]
    group_only: ClassVar[bool] = False
    """True when it always speaks to a group, so that masking cannot be switched off."""
    settings: type[S]

    @abstractmethod
    def compose(self, message: Message, settings: S) -> tuple[Part, ...]:
        """The parts of a message that `detail.told` has already cut for the channel."""

    @abstractmethod
    async def deliver(self, body: str, settings: S, delivery: Delivery) -> Receipt:
        """Send one part's body; raises TemporaryFailure or PermanentFailure."""

    @abstractmethod
    def explain(self, code: str) -> str | None:
        """Chinese for one of this kind's own codes; None for a code it does not know."""

    def recipients(self, settings: S) -> tuple[str, ...]:  # noqa: ARG002 - the interface of every kind
        """Those who each deserve a delivery of their own; ("",) where the channel is one."""
        return ("",)

    def rate(self, settings: S) -> Rate:
        """The kind's rate, or what the office set."""
        return Rate.within(settings.per_minute or self.per_minute)

    def read(self, settings: Mapping[str, Any]) -> S:
        """The typed settings; raises PermanentFailure("settings", …) naming each mistake."""
        mistakes, typed = self._validated(settings)
        if typed is None:
            words = "渠道设置有误：" + "；".join(mistakes)
            raise PermanentFailure("settings", words)
        return typed

    def mistakes(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """What is wrong with the settings and how to set it right, in Chinese."""
        return self._validated(settings)[0]

    def help(self) -> tuple[SettingHelp, ...]:
        """Every setting of the kind in the order in which it is to be filled in."""
        fields = self.settings.model_fields.items()
        return tuple(
            SettingHelp(name, field.description or "", field.is_required(), _is_secret(field))
            for name, field in fields
        )

    def _validated(self, settings: Mapping[str, Any]) -> tuple[tuple[str, ...], S | None]:
        try:
            return (), self.settings.model_validate(dict(settings))
        except ValidationError as error:
            return tuple(_in_words(error, self.settings)), None


def parse_http_url(url: str) -> str:
    """`url` without a trailing blank; ValueError with Chinese words if it is no plain http(s)
    address. Also refuses user:password@, which would end up in logs."""
    try:
        split = urlsplit(url)
        port_is_sound = split.port is None or split.port > 0
    except ValueError:
        port_is_sound = False
    if not port_is_sound or split.scheme not in ("http", "https") or not split.hostname:
        raise ValueError("应以 https:// 或 http:// 开头并带主机名")
    if "@" in split.netloc:
        raise ValueError("网址里不要写用户名和密码")
    if re.search(r"[\s\x00-\x1f\x7f]", url):
        raise ValueError("网址里不能有空格或换行")
    return url


def _is_secret(field: Any) -> bool:
    return "SecretStr" in str(field.annotation)


_WHAT = {
    "missing": "没有填写",
    "extra_forbidden": "不认识这个设置",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "string_type": "应为文字（在 YAML 中加引号）",
    "literal_error": "取值不在可选范围内",
    "string_too_short": "不能为空",
    "too_short": "不能为空",
    "greater_than_equal": "数值太小",
    "less_than_equal": "数值太大",
    "string_pattern_mismatch": "格式不对",
}


def _in_words(error: ValidationError, model: type[Settings]) -> Iterator[str]:
    for detail in error.errors(include_input=False, include_url=False):
        name = str(detail["loc"][0]) if detail["loc"] else "设置"
        cause = detail.get("ctx", {}).get("error")
        what = str(cause) if cause is not None else _WHAT.get(detail["type"], "格式不对")
        if detail["type"] == "extra_forbidden":
            yield f"{name}：{what}，可用的有 {'、'.join(model.model_fields)}"
        else:
            cure = model.model_fields[name].description if name in model.model_fields else None
            yield f"{name}：{what}" + (f"。{cure}" if cure else "")
