"""企业微信群机器人: a robot in one group chat, addressed by the key in its webhook URL.

https://developer.work.weixin.qq.com/document/path/91770: text up to 2,048 bytes, markdown up
to 4,096, 20 messages a minute. Its answer is HTTP 200 whatever happened; `errcode` decides.
"""

import json
from typing import Any, Literal
from urllib.parse import parse_qs, quote, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from monitor.notify.channels.wecom_codes import meaning
from monitor.notify.kind import ChannelKind, Delivery, Settings, parse_http_url
from monitor.notify.layout import PLAIN, WECOM_MARKDOWN, lay_out
from monitor.notify.message import Message, Part
from monitor.notify.outcome import PermanentFailure, Receipt, TemporaryFailure, remark
from monitor.notify.post import Answer, post, refuse_redirect, retry_after
from monitor.notify.split import split

PATH = "/cgi-bin/webhook/send"
LIMITS = {"text": 2048, "markdown": 4096}


class WeComSettings(Settings):
    """`key` may be pasted as the whole webhook URL, which is what the vendor's page copies."""

    key: SecretStr = Field(
        min_length=1,
        description="填机器人的 key：在群里添加“消息推送（群机器人）”后复制网址，"
        "key= 后面的一串；整条网址粘贴也可以",
    )
    api_host: str = Field(
        default="https://qyapi.weixin.qq.com",
        description="企业微信接口地址，私有部署时填自己的，例如 https://wecom.example.gov.cn",
    )
    format: Literal["markdown", "text"] = Field(
        default="markdown",
        description="markdown（有重点标色）或 text（个人微信里也能看到）",
    )
    ca_file: str | None = Field(default=None, description="私有部署的 CA 证书文件（PEM）路径")

    @model_validator(mode="before")
    @classmethod
    def _split_pasted_url(cls, data: Any) -> Any:
        key = data.get("key") if isinstance(data, dict) else None
        key = key.get_secret_value() if isinstance(key, SecretStr) else key
        if not isinstance(key, str) or "://" not in key:
            return data
        pasted = urlsplit(key.strip())
        own = {"key": "".join(parse_qs(pasted.query).get("key", []))}
        return {"api_host": f"{pasted.scheme}://{pasted.netloc}", **data, **own}

    @field_validator("key")
    @classmethod
    def _is_key(cls, key: SecretStr) -> SecretStr:
        if any(sign.isspace() or not sign.isprintable() for sign in key.get_secret_value()):
            raise ValueError("key 里有空格或换行")
        return key

    @field_validator("api_host")
    @classmethod
    def _is_host(cls, host: str) -> str:
        return parse_http_url(host).rstrip("/")


class WeCom(ChannelKind[WeComSettings]):
    """The 企业微信 robot."""

    name = "wecom"
    label = "企业微信群机器人"
    per_minute = 20
    group_only = True
    settings = WeComSettings

    def compose(self, message: Message, settings: WeComSettings) -> tuple[Part, ...]:
        """JSON bodies as the robot's interface takes them."""
        form = settings.format
        sheet = lay_out(message, WECOM_MARKDOWN if form == "markdown" else PLAIN)
        texts = split(sheet, LIMITS[form])
        bodies = ({"msgtype": form, form: {"content": text}} for text in texts)
        return tuple(
            Part(n, len(texts), json.dumps(body, ensure_ascii=False))
            for n, body in enumerate(bodies, start=1)
        )

    async def deliver(self, body: str, settings: WeComSettings, delivery: Delivery) -> Receipt:
        """POST the part; a receipt only for errcode 0."""
        key = quote(settings.key.get_secret_value(), safe="")
        answer = await post(
            f"{settings.api_host}{PATH}?key={key}",
            body.encode(),
            {"Content-Type": "application/json; charset=utf-8", "X-Yuqing-Delivery": delivery.id},
            timeout=delivery.timeout,
            ca_file=settings.ca_file,
            proxy=delivery.proxy,
        )
        refuse_redirect(answer)
        if answer.status != 200:
            raise _not_wecom(answer, delivery)
        errcode, errmsg = _verdict(answer)
        if errcode == 0:
            return Receipt("0", "企业微信已接收。")
        told = meaning(errcode)
        words = f"{told.words}（错误码 {errcode}）{remark(errmsg, settings.secrets())}"
        if told.passing:
            raise TemporaryFailure(str(errcode), words, told.retry_after)
        raise PermanentFailure(str(errcode), words, told.stops)

    def explain(self, code: str) -> str | None:
        """Chinese for an errcode; "0" is success."""
        if code == "0":
            return "企业微信已接收。"
        return meaning(int(code)).words if code.lstrip("-").isdigit() else None


def _verdict(answer: Answer) -> tuple[int, str]:
    try:
        said = json.loads(answer.body) if answer.whole else None
    except (ValueError, RecursionError):
        said = None
    errcode = said.get("errcode") if isinstance(said, dict) else None
    if not isinstance(errcode, int) or isinstance(errcode, bool):
        raise TemporaryFailure(
            "not_wecom",
            "应答不是企业微信的格式（像是网页或被截断），多为上网认证或代理拦截，"
            "也可能 api_host 填错。请检查本机能否访问企业微信。",
        )
    return errcode, str(said.get("errmsg", "")) if isinstance(said, dict) else ""


def _not_wecom(answer: Answer, delivery: Delivery) -> TemporaryFailure | PermanentFailure:
    """WeCom itself says everything with HTTP 200; another status comes from in between."""
    code = f"http_{answer.status}"
    if answer.status in (404, 405):
        return PermanentFailure(code, "接口地址不存在，请检查渠道的 api_host。")
    return TemporaryFailure(
        code,
        f"企业微信或中间的代理返回 HTTP {answer.status}，稍后自动重试；"
        "持续出现时请检查出口网络和代理。",
        retry_after(answer, delivery.now),
    )
