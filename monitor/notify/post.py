"""One HTTP POST within one overall deadline: what came back, or why nothing did.

The deadline covers name look-up, connection, TLS, sending and reading, so a peer that hangs,
drips or never stops talking costs no more than it. Redirects are never followed and an
answer is read up to ANSWER_CAP. No failure names the URL: its query holds a robot's key.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp

from monitor.notify.outcome import DeliveryFailure, PermanentFailure, TemporaryFailure
from monitor.notify.resolve import Resolver, look_up

ANSWER_CAP = 64 * 1024
"""Bytes; a robot's answer has some hundred."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` holds at most ANSWER_CAP bytes; `whole` is False when there was more."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout: float,
    ca_file: str | None = None,
    proxy: str = "",
) -> Answer:
    """POST and read the answer within `timeout` seconds, a host outside through `proxy`.

    Raises TemporaryFailure with code timeout, unreachable, proxy, cut_off or tls, and
    PermanentFailure with code settings for a CA file that cannot be read.
    """
    host = urlsplit(url).hostname or "?"
    trust = trusting(ca_file)
    failure: DeliveryFailure
    try:
        async with asyncio.timeout(timeout):
            way = proxy if proxy and await _outside(host) else None
            return await _exchange(url, body, headers, trust, way)
    except TimeoutError:
        failure = TemporaryFailure("timeout", f"{host} 在 {timeout:g} 秒内没有应答完毕，{REPEATS}")
    except aiohttp.ClientProxyConnectionError:
        failure = TemporaryFailure(
            "proxy", "连不上外网代理，请核对 YUQING_PROXY_URL，或请网络管理员检查代理。"
        )
    except aiohttp.ClientHttpProxyError as error:
        failure = TemporaryFailure(
            "proxy",
            f"外网代理拒绝转到 {host}（{error.status}），请网络管理员放行，"
            "或核对 YUQING_PROXY_URL 里的用户和密码。",
        )
    except aiohttp.ClientConnectorDNSError:
        failure = TemporaryFailure("unreachable", f"找不到主机 {host}，请检查网络和域名解析。")
    except (aiohttp.ClientSSLError, ssl.SSLError):
        failure = TemporaryFailure("tls", f"与 {host} 的加密连接没有建立，{TLS_CURE}")
    except aiohttp.ClientConnectorError as error:
        reason = error.os_error.strerror or "连接失败"
        failure = TemporaryFailure(
            "unreachable", f"连不上 {host}（{reason}），请检查网络、端口和防火墙。"
        )
    except (aiohttp.ClientError, OSError) as error:
        # The class alone: the text of some aiohttp errors holds the URL, and so the key.
        failure = TemporaryFailure(
            "cut_off", f"{host} 中途断开或应答不合规范（{type(error).__name__}），{REPEATS}"
        )
    # Raised out here so that no traceback carries the original exception along.
    raise failure


REPEATS = "消息可能已送达，重试时可能重复。"
TLS_CURE = "请检查服务器时间、证书（内网证书填 ca_file），或出口是否有上网认证拦截。"


async def _exchange(
    url: str, body: bytes, headers: Mapping[str, str], trust: ssl.SSLContext, proxy: str | None
) -> Answer:
    connector = aiohttp.TCPConnector(
        resolver=Resolver(), use_dns_cache=False, force_close=True, ssl=trust
    )
    # The one deadline around us replaces aiohttp's own; no decompression, so that 64 KB of
    # answer cannot become 64 MB.
    async with (
        aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session,
        session.post(
            url,
            data=body,
            headers={"Accept-Encoding": "identity", "User-Agent": "yuqing", **headers},
            allow_redirects=False,
            proxy=proxy,
        ) as response,
    ):
        read = bytearray()
        async for chunk in response.content.iter_any():
            read += chunk
            if len(read) > ANSWER_CAP:
                response.close()
                break
        return Answer(
            response.status,
            response.headers,
            bytes(read[:ANSWER_CAP]),
            whole=len(read) <= ANSWER_CAP,
        )


async def _outside(host: str) -> bool:
    """Whether a host lies outside the office; one that only the proxy can look up does."""
    try:
        found = await look_up(host, 0)
    except OSError:
        return True
    return all(ip_address(str(place[0]).partition("%")[0]).is_global for *_, place in found)


def trusting(ca_file: str | None) -> ssl.SSLContext:
    """The system's certificates, or those of `ca_file` alone."""
    broken = ""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        broken = error.strerror or "不是 PEM 证书"
    raise PermanentFailure("settings", f"ca_file 读不了（{broken}），请填 PEM 证书文件的绝对路径。")


def refuse_redirect(answer: Answer) -> None:
    """Raise when the answer sends us elsewhere: a message is for this address only."""
    if 300 <= answer.status < 400:
        raise PermanentFailure(
            f"http_{answer.status}", "对方要求转到别的网址，为安全起见不跟随。请填写最终网址。"
        )


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Retry-After in seconds (RFC 9110 §10.2.3: seconds or a date), None if absent or odd."""
    value = answer.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit() and len(value) <= 9:
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
