"""Where the broker is, read once from its setting for both who talk to it: Celery and our probes.

    redis://主机:6379/0                      one server
    rediss://主机:6379/0                     one server, TLS
    redis+socket:///路径/套接字              one server on this machine
    sentinel://主机1:26379,主机2:26379/0     whichever server these sentinels call master

A password in a sentinel address is the sentinels' own; the server's is `password`.
"""

import ssl
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

SCHEMES = ("redis", "rediss", "redis+socket", "sentinel")
REDIS_PORT = 6379
SENTINEL_PORT = 26379
SENTINEL_SECONDS = 2.0
"""A sentinel that is asked for the master and says nothing for so long is passed over."""
HIDDEN = "***"


@dataclass(frozen=True)
class Address:
    """The broker in force. `ca` is the file of the authority that signed its certificate; without
    it those that this machine trusts count. Its text is for people and shows no password.

    Raises ValueError, in words, when the address is none of the above.
    """

    url: str = field(repr=False)
    password: str = field(default="", repr=False)
    ca: Path | None = None
    master: str = "mymaster"

    def __post_init__(self) -> None:
        if self.parts.scheme not in SCHEMES:
            raise ValueError(f"不认识“{self}”")
        if self.on_socket and not self.parts.path.strip("/"):
            raise ValueError(f"“{self}”没有写套接字的路径")
        if not self.on_socket and not all(host for host, _ in self.hosts):
            raise ValueError(f"“{self}”没有写主机名")

    def __str__(self) -> str:
        secret = self._login[1]
        said = unquote(self.url)
        return said.replace(f":{secret}@", f":{HIDDEN}@") if secret else said

    @property
    def on_socket(self) -> bool:
        return self.parts.scheme == "redis+socket"

    @property
    def by_sentinel(self) -> bool:
        return self.parts.scheme == "sentinel"

    @cached_property
    def parts(self) -> SplitResult:
        try:
            return urlsplit(self.url)
        except ValueError:
            raise ValueError(f"“{self.url.rpartition('@')[2]}”不是地址") from None

    @cached_property
    def hosts(self) -> list[tuple[str, int]]:
        """The server or the sentinels, with their ports; none for a socket."""
        if self.on_socket:
            return []
        default = SENTINEL_PORT if self.by_sentinel else REDIS_PORT
        return [_host(one, default) for one in self.parts.netloc.rpartition("@")[2].split(",")]

    @property
    def server_login(self) -> tuple[str, str]:
        """User and password for the server itself; the setting wins over the address."""
        user, password = ("", "") if self.by_sentinel else self._login
        return user, self.password or password

    @property
    def sentinel_password(self) -> str:
        return self._login[1] if self.by_sentinel else ""

    @property
    def tls(self) -> dict[str, Any]:
        """redis-py's keywords for an encrypted connection, empty for a plain one.

        Sentinels have no scheme of their own for it: naming an authority asks for it.
        """
        if self.parts.scheme != "rediss" and not (self.by_sentinel and self.ca):
            return {}
        trusted = {"ssl_ca_certs": str(self.ca)} if self.ca else {}
        return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True, **trusted}

    @property
    def _login(self) -> tuple[str, str]:
        user, _, password = self.parts.netloc.rpartition("@")[0].partition(":")
        return unquote(user), unquote(password)


def celery_settings(address: Address) -> dict[str, Any]:
    """`broker_url`, `broker_use_ssl` and the part of `broker_transport_options` that say where
    the broker is.

    The password is in the URL: kombu forgets one beside it when it turns to the next sentinel,
    and never looks at it for a socket.
    """
    login = _written(*address.server_login)
    database = address.parts.path.strip("/") or "0"
    if address.on_socket:
        place = f"{address.parts.path}?{address.parts.query}".rstrip("?")
        urls = [f"redis+socket://{login}{place}"]
    else:
        places = [
            f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in address.hosts
        ]
        urls = [f"{address.parts.scheme}://{login}{place}/{database}" for place in places]
    finding = (
        {"master_name": address.master, "sentinel_kwargs": sentinel_options(address)}
        if address.by_sentinel
        else {}
    )
    return {
        "broker_url": ";".join(urls),
        "broker_use_ssl": address.tls or False,
        "broker_transport_options": finding,
    }


def server_options(address: Address) -> dict[str, Any]:
    """How to sign in to the server, wherever it is: keywords of `redis.Redis`."""
    user, password = address.server_login
    return {"username": user or None, "password": password or None, **_encryption(address)}


def sentinel_options(address: Address) -> dict[str, Any]:
    """How to sign in to a sentinel and how long to wait for it: keywords of `redis.Redis`."""
    return {
        "password": address.sentinel_password or None,
        "socket_timeout": SENTINEL_SECONDS,
        "socket_connect_timeout": SENTINEL_SECONDS,
        "retry": None,  # there are others to ask
        **_encryption(address),
    }


def _encryption(address: Address) -> dict[str, Any]:
    return {"ssl": True, **address.tls} if address.tls else {}


def _written(user: str, password: str) -> str:
    return f"{quote(user, safe='')}:{quote(password, safe='')}@" if user or password else ""


def _host(text: str, default: int) -> tuple[str, int]:
    try:
        one = urlsplit(f"//{text}")
        return one.hostname or "", one.port or default
    except ValueError:
        raise ValueError(f"“{text}”不是“主机:端口”") from None
