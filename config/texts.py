"""What a setting's text means; ValueError, in Chinese and with the cure, when it means nothing."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit

HOURS = 24
Network = IPv4Network | IPv6Network


def listed(value: Any) -> Any:
    """The parts of a text between commas, blanks cut off; anything but a text as it is."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(f"“{text}”不是网段，应写成 10.1.0.0/16 这样") from None


def hour(text: str) -> int:
    if not text.isdecimal() or int(text) >= HOURS:
        raise ValueError(f"“{text}”不是钟点，应写成 8,20 这样")
    return int(text)


def one_of(url: str, schemes: tuple[str, ...], forms: tuple[str, ...]) -> str:
    """The address, if it is empty or of a known kind; ValueError with the kinds there are."""
    scheme = url.partition("://")[0]
    if url and (scheme not in schemes or (scheme == "sqlite" and url[9:10] != "/")):
        raise ValueError("可用：" + "、".join(forms))
    return url


def _split(url: str) -> tuple[str, str]:
    """Scheme and host of an address, both empty when it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def origin(url: str) -> str:
    """The address without its closing slash; ValueError, in words, unless it is scheme and host.

    The console answers at the root only, and an origin is what Django compares forms with.
    """
    scheme, host = _split(url)
    if scheme not in ("http", "https") or not host:
        raise ValueError("应以 http:// 或 https:// 开头，例如 https://yuqing.example.gov.cn")
    found = f"{scheme}://{urlsplit(url).netloc.lower()}"
    if "@" in found or len(url.removesuffix("/")) != len(found):
        raise ValueError(f"只写协议、主机名和端口，不带路径、? 或 #，例如 {scheme}://{host}")
    return found
