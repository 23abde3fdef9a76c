"""Whether a site is asked directly or by way of the office's outgoing proxy.

The proxy stands at the border, so what lies inside is never asked through it: an address of
`allow` is reached directly, any other inner address not at all. A name that only the proxy can
look up (an office without a public DNS) is left to the proxy, which must itself refuse to lead
back inside.
"""

import socket
from collections.abc import Sequence
from ipaddress import ip_address

from yarl import URL

from monitor.collect.guard import GuardedResolver, Network, may_reach


class Route:
    """Decides for each host; `proxy` may carry a user and a password."""

    def __init__(self, proxy: str, allow: Sequence[Network]) -> None:
        self.proxy = URL(proxy) if proxy else None
        self._allow = tuple(allow)
        self._resolver = GuardedResolver(allow)

    async def proxy_for(self, target: URL) -> URL | None:
        """The proxy to ask, None for a direct way; ForbiddenAddressError for an inner address."""
        if self.proxy is None:
            return None
        try:
            found = await self._resolver.resolve(target.raw_host or "", target.port or 0)
        except socket.gaierror:
            return self.proxy
        inside = any(self._within(place["host"]) for place in found)
        return None if inside else self.proxy

    def _within(self, host: str) -> bool:
        """Whether an address may be reached only because the office allows its network."""
        address = ip_address(host.partition("%")[0])
        return may_reach(address, self._allow) and not may_reach(address, ())

    async def close(self) -> None:
        await self._resolver.close()
