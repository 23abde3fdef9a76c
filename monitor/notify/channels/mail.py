"""邮件: SMTP with TLS from the first byte, with STARTTLS, or bare only when told so.

STARTTLS is demanded, never merely tried: a server (or somebody in between) that does not
offer it gets no password and no message.
"""

import asyncio
import base64
import contextlib
import hashlib
import json
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from typing import Literal

import aiosmtplib
from pydantic import Field, SecretStr, field_validator, model_validator

from monitor.notify.channels.mail_codes import smtp_words
from monitor.notify.kind import ChannelKind, Delivery, Settings
from monitor.notify.layout import PLAIN, lay_out
from monitor.notify.message import Message, Part
from monitor.notify.outcome import (
    DeliveryFailure,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    remark,
)
from monitor.notify.post import REPEATS, TLS_CURE, trusting
from monitor.notify.resolve import connect
from monitor.notify.safe import clean, clip
from monitor.notify.split import split
from monitor.words import SHANGHAI

TEXT_LIMIT = 256 * 1024
SUBJECT_LENGTH = 100
GOODBYE_S = 2.0
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


class MailSettings(Settings):
    """`recipients` is a list, or one text with commas."""

    host: str = Field(
        min_length=1, max_length=253, description="填邮件服务器，例如 smtp.example.gov.cn"
    )
    sender: str = Field(description="填发件地址，例如 yuqing@example.gov.cn")
    recipients: tuple[str, ...] = Field(
        min_length=1, max_length=50, description="填收件地址，一个或多个（最多 50 个）"
    )
    security: Literal["tls", "starttls", "none"] = Field(
        default="tls",
        description="tls（465 端口）、starttls（587 端口）或 none（不加密，仅限本机）",
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="端口，不填时 tls 为 465，starttls 为 587，none 为 25",
    )
    username: str = Field(default="", description="登录用户名，多数邮箱就是发件地址")
    password: SecretStr = Field(
        default=SecretStr(""), description="密码；多数邮箱要填授权码而不是登录密码"
    )
    sender_name: str = Field(default="舆情监测", max_length=40, description="显示的发件人名称")
    ca_file: str | None = Field(default=None, description="内网邮件服务器的 CA 证书文件（PEM）路径")

    @field_validator("host")
    @classmethod
    def _is_host(cls, host: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9.:-]+", host) or "//" in host:
            raise ValueError("只写主机名，不带 http:// 和空格")
        return host

    @field_validator("sender")
    @classmethod
    def _is_address(cls, address: str) -> str:
        if len(address) > 254 or not _ADDRESS.fullmatch(address):
            raise ValueError("不是邮件地址")
        return address

    @field_validator("recipients", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        return (
            [one for one in re.split(r"[,;，；\s]+", value) if one]
            if isinstance(value, str)
            else value
        )

    @field_validator("recipients")
    @classmethod
    def _are_addresses(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for n, address in enumerate(addresses, start=1):
            if len(address) > 254 or not _ADDRESS.fullmatch(address):
                raise ValueError(f"第 {n} 个收件地址“{clip(clean(address), 60)}”不是邮件地址")
        return tuple(dict.fromkeys(addresses))

    @model_validator(mode="after")
    def _login_is_whole(self) -> "MailSettings":
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise ValueError("username 和 password 要么都填，要么都不填")
        return self

    def secrets(self) -> tuple[str, ...]:
        """Also the forms in which AUTH PLAIN and AUTH LOGIN send the password (RFC 4616)."""
        password = self.password.get_secret_value()
        forms = (password, f"\0{self.username}\0{password}") if password else ()
        encoded = (base64.b64encode(form.encode()).decode() for form in forms)
        return (*super().secrets(), *encoded)

    @property
    def actual_port(self) -> int:
        return self.port or {"tls": 465, "starttls": 587, "none": 25}[self.security]


class Mail(ChannelKind[MailSettings]):
    """Plain-text mail."""

    name = "mail"
    label = "邮件"
    per_minute = 60
    settings = MailSettings

    def compose(
        self,
        message: Message,
        settings: MailSettings,  # noqa: ARG002 - the interface of every kind
    ) -> tuple[Part, ...]:
        """One part: JSON with subject, text and date; the envelope is added when sent, so
        the ledger stays readable and a repeat is the same letter."""
        sheet = lay_out(message, PLAIN)
        subject = clip(clean(f"{message.heading} {message.headline}"), SUBJECT_LENGTH)
        body = {
            "subject": subject,
            "text": split(sheet, TEXT_LIMIT, most=1)[0],
            "date": message.now.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        }
        return (Part(1, 1, json.dumps(body, ensure_ascii=False)),)

    def recipients(self, settings: MailSettings) -> tuple[str, ...]:
        """Each address gets a delivery of its own, so each is retried by itself."""
        return settings.recipients

    async def deliver(self, body: str, settings: MailSettings, delivery: Delivery) -> Receipt:
        """Send to `delivery.recipient`, or to all in one transaction when it is None; then a
        receipt's `refused` names those whom the server turned down."""
        recipients = (delivery.recipient,) if delivery.recipient else settings.recipients
        letter = letter_bytes(body, settings, recipients, delivery.id)
        trust = None if settings.security == "none" else trusting(settings.ca_file)
        smtp = aiosmtplib.SMTP(
            hostname=settings.host,
            port=None,
            local_hostname="yuqing.local",
            use_tls=settings.security == "tls",
            start_tls=False,
            tls_context=trust,
            timeout=delivery.timeout,
        )
        failure: DeliveryFailure
        try:
            async with asyncio.timeout(delivery.timeout):
                receipt = await _exchange(smtp, settings, recipients, letter)
        except TimeoutError:
            failure = TemporaryFailure(
                "timeout", f"邮件服务器在 {delivery.timeout:g} 秒内没有应答完毕，{REPEATS}"
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            failure = _failure(error, settings)
        else:
            await _goodbye(smtp)
            return receipt
        finally:
            smtp.close()
        # Raised out here so that no traceback carries the original exception along.
        raise failure

    def explain(self, code: str) -> str | None:
        """Chinese for an smtp_ code."""
        number = code.removeprefix("smtp_")
        return smtp_words(int(number)) if code.startswith("smtp_") and number.isdigit() else None


def letter_bytes(
    body: str, settings: MailSettings, recipients: tuple[str, ...], delivery_id: str
) -> bytes:
    """The RFC 5322 letter of a part's body; equal input gives equal bytes.

    Message-ID comes from the delivery's id, so mail systems that drop repeats can.
    """
    part = json.loads(body)
    digest = hashlib.sha256(delivery_id.encode()).hexdigest()[:32]
    letter = EmailMessage(policy=SMTP_POLICY)
    letter["From"] = Address(clean(settings.sender_name), addr_spec=settings.sender)
    letter["To"] = tuple(Address(addr_spec=recipient) for recipient in recipients)
    letter["Subject"] = clip(clean(part["subject"]), SUBJECT_LENGTH)
    letter["Date"] = format_datetime(datetime.fromisoformat(part["date"]))
    letter["Message-ID"] = f"<{digest}@{settings.sender.rpartition('@')[2]}>"
    letter["X-Yuqing-Delivery"] = delivery_id
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation replies
    letter.set_content(part["text"], charset="utf-8", cte="base64")
    return letter.as_bytes()


async def _exchange(
    smtp: aiosmtplib.SMTP, settings: MailSettings, recipients: tuple[str, ...], letter: bytes
) -> Receipt:
    sock = await connect(settings.host, settings.actual_port)
    await smtp.connect(sock=sock, port=None)
    if settings.security == "starttls":
        await smtp.ehlo()
        if not smtp.supports_extension("starttls"):
            raise aiosmtplib.SMTPNotSupported("no STARTTLS")
        await smtp.starttls(server_hostname=settings.host)
    if settings.username:
        await smtp.login(settings.username, settings.password.get_secret_value())
    secrets = settings.secrets()
    refusals, said = await smtp.sendmail(settings.sender, list(recipients), letter)
    refused = tuple(
        (who, f"{smtp_words(reply.code)}（{reply.code}）{remark(reply.message, secrets)}")
        for who, reply in refusals.items()
    )
    words = f"邮件服务器已接收，收件人 {len(recipients) - len(refused)} 个。"
    if refused:
        words += "被拒 " + "；".join(f"{who}：{why}" for who, why in refused)
    return Receipt("smtp_250", words + remark(said, secrets), refused)


async def _goodbye(smtp: aiosmtplib.SMTP) -> None:
    """QUIT, politely and briefly: the letter is accepted, nothing here can undo that."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(GOODBYE_S):
            await smtp.quit()


def _failure(error: Exception, settings: MailSettings) -> DeliveryFailure:
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _all_refused(error.recipients, settings.secrets())
        case aiosmtplib.SMTPNotSupported():
            return PermanentFailure(
                "unsupported",
                "邮件服务器不支持所要求的加密或登录方式，请核对 security、port、username。",
            )
        case aiosmtplib.SMTPResponseException(code=code) if 400 <= code < 600:
            about_settings = not isinstance(error, aiosmtplib.SMTPDataError)
            words = f"{smtp_words(code)}（{code}）{remark(error.message, settings.secrets())}"
            if code < 500:
                return TemporaryFailure(f"smtp_{code}", words)
            return PermanentFailure(f"smtp_{code}", words, about_settings)
        case aiosmtplib.SMTPTimeoutError():
            return TemporaryFailure("timeout", f"邮件服务器没有按时应答，{REPEATS}")
        case aiosmtplib.SMTPConnectError() | aiosmtplib.SMTPServerDisconnected() | OSError():
            return _broken(error, settings)
        case _:
            kind = type(error).__name__
            return TemporaryFailure("cut_off", f"邮件服务器的应答不合规范（{kind}），{REPEATS}")


def _broken(error: Exception, settings: MailSettings) -> TemporaryFailure:
    """A connection that was not made or did not last."""
    where = f"{settings.host}:{settings.actual_port}"
    seen: BaseException | None = error
    for _ in range(5):
        if seen is None:
            break
        if "ssl" in type(seen).__module__ or "SSL" in type(seen).__name__:
            return TemporaryFailure("tls", f"与 {where} 的加密连接没有建立，{TLS_CURE}")
        seen = seen.__cause__ or seen.__context__
    # aiosmtplib's own errors are OSErrors too, but they come after the connection was made.
    cut = isinstance(error, (aiosmtplib.SMTPException, ConnectionResetError, BrokenPipeError))
    if isinstance(error, OSError) and not cut:
        return TemporaryFailure(
            "unreachable",
            f"连不上 {where}（{error.strerror or '连接失败'}），请检查 host、port、网络和防火墙。",
        )
    return TemporaryFailure(
        "cut_off", f"{where} 中途断开，请核对 port 和 security 是否相配。{REPEATS}"
    )


def _all_refused(
    refusals: list[aiosmtplib.SMTPRecipientRefused], secrets: tuple[str, ...]
) -> DeliveryFailure:
    """Nobody was accepted: passing if any refusal is, for that recipient may yet be."""
    told = "；".join(
        f"{one.recipient}：{smtp_words(one.code)}（{one.code}）{remark(one.message, secrets)}"
        for one in refusals
    )
    passing = [one.code for one in refusals if one.code < 500]
    if passing:
        return TemporaryFailure(f"smtp_{passing[0]}", f"收件人暂时被拒。{told}")
    return PermanentFailure(f"smtp_{refusals[0].code}", f"收件人被拒。{told}", stops_channel=False)
