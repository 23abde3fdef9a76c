"""Why a fetch failed: a stable code for machines, a Chinese sentence with the cure for people."""

import asyncio
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import aiohttp

from monitor.collect.guard import ForbiddenAddressError


class FetchError(Exception):
    """A GET that brought nothing. `code` is stable, `words` Chinese, `retry_after` seconds."""

    def __init__(self, code: str, words: str, retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.words = words
        self.retry_after = retry_after


STATUS_WORDS = {
    401: "网站要求登录（401）：请改用无需登录的订阅地址。",
    403: "网站拒绝访问（403）：请在浏览器中核对地址，或请网站管理员放行本系统。",
    404: "网页不存在（404）：订阅地址可能已改，请到网站上找新的订阅地址。",
    407: "网络出口要求代理登录（407）：请网络管理员放行本机的采集。",
    410: "网站声明此地址已永久撤下（410）：请换用新的订阅地址或停用该信源。",
    429: "网站嫌采集过于频繁（429）：系统会推迟再试；若常常如此，请把该信源的间隔调大。",
    503: "网站暂停服务（503）：系统会稍后再试。",
}


def status_error(status: int, url: str, wait: float | None) -> FetchError:
    """The error for an HTTP status that is neither 2xx nor an expected 304."""
    words = STATUS_WORDS.get(status)
    if words is None and status >= 500:
        words = f"网站自身出错（{status}）：系统会稍后再试，若一直如此请联系网站管理员。"
    elif words is None:
        words = f"网站回答 {status}，没有给出内容：请在浏览器中核对地址。"
    return FetchError(f"http_{status}", f"{url} {words}", wait)


def explained(error: BaseException, url: str, seconds: float) -> FetchError:
    """The FetchError for what aiohttp, the resolver or the clock raised."""
    host = urlsplit(url).hostname or url
    for cause in _causes(error):
        if isinstance(cause, FetchError):
            return cause
        if isinstance(cause, ForbiddenAddressError):
            return FetchError(
                "forbidden",
                f"{host} 指向内网或本机地址 {cause.address}，为安全起见不予访问；确需采集内网"
                "信源，请管理员把该网段写入 YUQING_FETCH_ALLOW。",
            )
    code, words = _code_and_words(error, host, seconds)
    return FetchError(code, words)


def _code_and_words(error: BaseException, host: str, seconds: float) -> tuple[str, str]:
    again = "系统会自动再试"
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return (
            "proxy",
            f"连不上外网代理：{again}；请核对 YUQING_PROXY_URL，或请网络管理员检查代理。",
        )
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return "proxy", (
            f"外网代理拒绝转到 {host}（{error.status}）：请网络管理员在代理上放行，"
            "或核对 YUQING_PROXY_URL 里的用户和密码。"
        )
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return "connect", f"连不上 {host}：{again}；请核对地址，或检查本机到外网的线路。"
    if isinstance(error, asyncio.TimeoutError):
        return "timeout", (
            f"{host} 在 {seconds:g} 秒内没有传完内容：{again}；若常常如此，请停用或更换该信源。"
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "dns", f"找不到主机 {host}：请核对地址的拼写，或检查本机的域名解析（DNS）。"
    if isinstance(error, ssl.SSLError | ssl.CertificateError | aiohttp.ClientSSLError):
        return "tls", (
            f"{host} 的安全证书不可信或加密方式过旧：请核对本机日期，"
            "或联系网站更换证书；也可试用 http:// 地址。"
        )
    if isinstance(error, aiohttp.ClientPayloadError):
        return "cut", f"{host} 的内容没有传完就断了：{again}，若一直如此请联系网站管理员。"
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return "address", f"地址有误（{host}）：请核对网址的拼写。"
    if isinstance(error, aiohttp.ServerDisconnectedError | ConnectionResetError):
        return "cut", f"{host} 没有答复就断开了连接：{again}，若一直如此请联系网站管理员。"
    if isinstance(error, aiohttp.ClientResponseError):
        return "protocol", f"{host} 的答复不合 HTTP 规范：请核对这是不是网站的地址和端口。"
    return "connect", f"连不上 {host}：{again}；请核对地址和端口，或检查本机到外网的线路。"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what stands behind it, at most eight deep."""
    current: BaseException | None = error
    for _ in range(8):
        if current is None:
            return
        yield current
        inner = getattr(current, "os_error", None)
        current = inner if isinstance(inner, BaseException) else current.__cause__
