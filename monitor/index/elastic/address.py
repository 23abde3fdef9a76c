"""Where the cluster is and how to sign in, as the client library wants to be told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.index.access import Access
from monitor.index.elastic.names import Names

_PORT = 9200
_PREFIX = "yuqing"
_FORM = "应写成 http://主机:9200/前缀，多台用逗号分隔"
_HOST = re.compile(r"(?P<host>[\w.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
_FINGERPRINT = re.compile(r"([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}")


@dataclass(frozen=True, slots=True)
class Address:
    """The hosts of a cluster, all of one scheme, and the names of ours on it."""

    scheme: str
    hosts: tuple[tuple[str, int], ...]
    names: Names

    @classmethod
    def parse(cls, url: str) -> "Address":
        """`http(s)://host[:port],host…[/prefix]`; raises ValueError in words for anything else."""
        scheme, _, rest = url.partition("://")
        hosts, _, prefix = rest.partition("/")
        if "@" in hosts:
            raise ValueError("检索库地址里不写用户名和密码，请用 YUQING_INDEX_USER 等设置")
        return cls(
            scheme,
            tuple(_host(part) for part in hosts.split(",")),
            Names(prefix.removesuffix("/") or _PREFIX),
        )

    def __str__(self) -> str:
        return "、".join(f"{host}:{port}" for host, port in self.hosts)


def _host(text: str) -> tuple[str, int]:
    found = _HOST.fullmatch(text.strip())
    if not found or not 0 < int(found["port"] or _PORT) < 1 << 16:
        raise ValueError(f"检索库地址里的主机“{text}”不对，{_FORM}")
    return found["host"], int(found["port"] or _PORT)


def options(address: Address, access: Access) -> Mapping[str, Any]:
    """The arguments of the client; raises ValueError in words for what cannot go together."""
    given: dict[str, Any] = {
        "hosts": [
            {"scheme": address.scheme, "host": host, "port": port} for host, port in address.hosts
        ]
    }
    if address.scheme != "https" and (access.ca or access.fingerprint):
        raise ValueError("YUQING_INDEX_CA 和 YUQING_INDEX_FINGERPRINT 只用于 https:// 的检索库地址")
    if access.ca and access.fingerprint:
        raise ValueError("YUQING_INDEX_CA 和 YUQING_INDEX_FINGERPRINT 只填一个")
    if access.fingerprint and not _FINGERPRINT.fullmatch(access.fingerprint):
        raise ValueError("YUQING_INDEX_FINGERPRINT 应为 64 位十六进制的 SHA-256 指纹")
    if access.fingerprint:
        given["ssl_assert_fingerprint"] = access.fingerprint
    if access.ca:
        given["ca_certs"] = str(access.ca)
    if access.api_key and access.password:
        raise ValueError("YUQING_INDEX_API_KEY 和 YUQING_INDEX_PASSWORD 只填一个")
    if access.api_key:
        given["api_key"] = access.api_key
    elif access.password:
        given["basic_auth"] = (access.user, access.password)
    return given
