"""Who may read the metrics: they name sources and channels and tell how busy an office is."""

import hmac
from ipaddress import ip_address

SCHEME = "bearer "


def refusal(address: str, authorization: str, token: str) -> str:
    """Why this caller gets nothing, in words with the cure; "" for one who may read.

    With a token set everybody has to show it (`Authorization: Bearer …`): behind a proxy on this
    machine the whole world calls from loopback. Without one, loopback and private networks may.
    """
    if token:
        shown = authorization[len(SCHEME) :] if authorization.lower().startswith(SCHEME) else ""
        if hmac.compare_digest(shown.strip().encode(), token.encode()):
            return ""
        return "读取指标要出示令牌：Authorization: Bearer 加上 YUQING_METRICS_TOKEN 的值"
    if _near(address):
        return ""
    return "指标只给本机和内网；要从别处读取，请设置 YUQING_METRICS_TOKEN 并出示它"


def _near(address: str) -> bool:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    return found.is_loopback or found.is_private or found.is_link_local
