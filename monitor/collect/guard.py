"""Which addresses may be connected to: a feed's address must never reach into the office.

An address in the catalogue, or a redirect of a foreign server, may name an internal machine
(OWASP, Server-Side Request Forgery). The check is made on the very addresses that are handed
to the socket, after name resolution, so a name that changes between check and use gains nothing.
"""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

from aiohttp.abc import AbstractResolver, ResolveResult

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

LOOKUP_THREADS = 64
"""Name lookups at once. A dead name holds its thread for up to 30 s (resolv.conf's default is
5 s times 2 attempts times each server), so there must be more threads than dead names."""


class ForbiddenAddressError(OSError):
    """A name or a literal that leads somewhere not globally routable; `.address` says where."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is not globally routable")
        self.address = address


def may_reach(address: Address, allow: Sequence[Network]) -> bool:
    """Whether an address is globally routable unicast, or lies inside one of `allow`.

    An IPv4 address wrapped in IPv6 (mapped, 6to4) is judged as the IPv4 address it leads to.
    """
    inner = _unwrapped(address)
    if any(inner in network or address in network for network in allow):
        return True
    if inner.is_multicast or inner.is_reserved or inner.is_unspecified:
        return False
    if isinstance(inner, IPv6Address) and inner.is_site_local:
        return False
    return inner.is_global


def refuse_literal(host: str, allow: Sequence[Network]) -> None:
    """Raise ForbiddenAddressError if `host` is itself an address that may not be reached.

    aiohttp asks no resolver about literals, so they are judged before the request.
    """
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return
    if not may_reach(address, allow):
        raise ForbiddenAddressError(str(address))


class GuardedResolver(AbstractResolver):
    """Name → only those addresses that may be reached; ForbiddenAddressError if none is left.

    The host `proxy` is the office's own and may stand anywhere.

    Lookups run in threads of their own: in the loop's few shared ones, some dead names would
    make every neighbour wait.
    """

    def __init__(self, allow: Sequence[Network], proxy: str | None = None) -> None:
        self._allow = tuple(allow)
        self._proxy = proxy
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        infos = await loop.run_in_executor(self._threads, _look_up, host, port, family)
        reachable: list[ResolveResult] = []
        refused = host
        for kind, proto, address in infos:
            inner = ip_address(address.partition("%")[0])
            if host == self._proxy or may_reach(inner, self._allow):
                reachable.append(
                    ResolveResult(
                        hostname=host,
                        host=address,
                        port=port,
                        family=kind,
                        proto=proto,
                        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                    )
                )
            else:
                refused = address
        if not reachable:
            raise ForbiddenAddressError(refused)
        return reachable

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int, family: int) -> list[tuple[int, int, str]]:
    infos = socket.getaddrinfo(
        host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
    )
    return [(kind, proto, str(address[0])) for kind, _, proto, _, address in infos]


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address.sixtofour or address
    return address
