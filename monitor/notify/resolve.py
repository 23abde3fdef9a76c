"""Name look-up that a deadline can leave behind.

`getaddrinfo` cannot be interrupted. In asyncio's own thread pool a look-up that hangs (a
router that drops DNS) holds up the end of the event loop long after the send was given up;
a daemon thread does not.
"""

import asyncio
import contextlib
import socket
import threading
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

MOST_ADDRESSES = 4
ADDRESS_S = 4.0
"""Seconds for one of several addresses: an IPv6 route that leads nowhere must not use up
the deadline of a send that IPv4 could carry."""

Address = tuple[Any, ...]
Found = list[tuple[socket.AddressFamily, socket.SocketKind, int, str, Address]]


async def look_up(host: str, port: int, family: int = socket.AF_UNSPEC) -> Found:
    """`socket.getaddrinfo` for a stream; raises OSError (gaierror). May be cancelled."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Found] = loop.create_future()

    def settle(found: Found | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found or [])

    def work() -> None:
        found: Any = None
        error: Exception | None = None
        try:
            found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        except (OSError, UnicodeError) as caught:
            # UnicodeError: a host with an empty or over-long label.
            error = caught if isinstance(caught, OSError) else OSError(str(caught))
        # RuntimeError: the loop is closed because nobody waits any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, found, error)

    threading.Thread(target=work, name=f"look-up {host}", daemon=True).start()
    return await answer


async def connect(host: str, port: int) -> socket.socket:
    """A connected TCP socket to the first address that answers; raises OSError."""
    loop = asyncio.get_running_loop()
    failure: OSError = OSError(f"no address for {host}")
    addresses = (await look_up(host, port))[:MOST_ADDRESSES]
    for family, kind, protocol, _, address in addresses:
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(ADDRESS_S if len(addresses) > 1 else None):
                await loop.sock_connect(sock, address)
        except OSError as error:  # TimeoutError is one
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure


class Resolver(AbstractResolver):
    """`look_up` in the shape that aiohttp's connector wants."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=address[1],
                family=int(found_family),
                proto=protocol,
                flags=int(socket.AI_NUMERICHOST | socket.AI_NUMERICSERV),
            )
            for found_family, _, protocol, _, address in await look_up(host, port, family)
        ]

    async def close(self) -> None:
        """Nothing is kept between look-ups."""
