"""Requests to the cluster, each with a time limit, and what goes wrong with them in words."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import elasticsearch
from elasticsearch import (
    ApiError,
    Elasticsearch,
    SerializationError,
    TransportError,
    UnsupportedProductError,
)

from monitor.index.access import Access
from monitor.index.elastic.address import Address, options
from monitor.index.elastic.circuit import Circuit
from monitor.index.elastic.faults import explained, unreachable
from monitor.index.protocol import IndexUnavailable

ANSWER_S = 5.0
"""How long a request may take unless it says otherwise (`limit_s`): half the limit of a step."""

_JSON = {"accept": "application/json", "content-type": "application/json"}
_LINES = {"accept": "application/json", "content-type": "application/x-ndjson"}
# Without naming a version, which a server of another one refuses before it says its own.
_ANY = {"accept": "*/*"}

# It writes every request and answer into the log at its lowest level, and puts them into words
# even where nobody listens to that level: articles have no place there, nor 5 MB of bulk.
logging.getLogger("elastic_transport.node").propagate = False
# A line for each request, and some for each that fails, which we tell in our own words.
logging.getLogger("elastic_transport").setLevel(logging.ERROR)


@dataclass(slots=True)
class _Opened:
    """A client, the process that may use it, and whether its server's version is known."""

    client: Elasticsearch
    pid: int
    greeted: bool = False


class Cluster:
    """A cluster, for several threads and, after a fork, for the children.

    `names` are what our things are called on it; `replicas` how many copies a month has.
    """

    def __init__(self, address: Address, access: Access) -> None:
        self._address = address
        self._options = options(address, access)
        self.names = address.names
        self.replicas = access.replicas
        self._opened: _Opened | None = None
        self._circuit = Circuit()

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        generation: str = "",
        limit_s: float | None = None,
        **parameters: str,
    ) -> Any:
        """The answer's body, decoded. A body of bytes is lines of JSON, any other one JSON.

        Raises GenerationMissing if an index is not there (`generation` is the one asked for),
        IndexUnavailable for whatever waiting or an administrator can heal, and the library's
        ApiError for a request that the server will never do.
        """
        wait = self._circuit.refuses()
        if wait:
            raise IndexUnavailable(
                f"检索库 {self._address} 连续没有回答，{wait:.0f} 秒后自动再试；"
                "请查看 Elasticsearch 是否启动"
            )
        headers = _LINES if isinstance(body, bytes) else _JSON
        with self._explained(generation):
            client = self._client().options(request_timeout=limit_s or ANSWER_S)
            answer = client.perform_request(
                method, path, body=body, headers=headers, params=parameters
            )
            return answer.body

    def close(self) -> None:
        """Let go of the connections; another thread's request under way keeps its own."""
        self._opened = None

    def _client(self) -> Elasticsearch:
        """The client of this process, known to speak with a server of its own version."""
        opened = self._opened
        if opened is None or opened.pid != os.getpid():
            opened = self._opened = _Opened(self._made(), os.getpid())
        if not opened.greeted:
            said = opened.client.perform_request("GET", "/", headers=_ANY).body
            _same_version(str(said["version"]["number"]))
            opened.greeted = True
        return opened.client

    def _made(self) -> Elasticsearch:
        try:
            return Elasticsearch(
                **self._options,
                request_timeout=ANSWER_S,
                # The other hosts are tried at once, none of them twice.
                max_retries=len(self._address.hosts) - 1,
                retry_on_status=(502, 503, 504),
            )
        except OSError as error:
            raise IndexUnavailable(
                f"检索库的 CA 证书文件读不了（{error.strerror or error}），请核对 YUQING_INDEX_CA"
            ) from error

    @contextmanager
    def _explained(self, generation: str) -> Iterator[None]:
        """Keep count of what got no answer, and say in words what went wrong."""
        try:
            yield
        except (SerializationError, UnsupportedProductError) as error:
            raise IndexUnavailable(
                f"{self._address} 上不是 Elasticsearch，请核对 YUQING_INDEX_URL"
            ) from error
        except TransportError as error:
            self._circuit.failed()
            # What comes back on this address may be another server.
            opened = self._opened
            if opened is not None:
                opened.greeted = False
            raise unreachable(error, str(self._address)) from error
        except ApiError as error:
            self._circuit.answered()
            fault = explained(error, generation, str(self._address))
            if fault is None:
                raise
            raise fault from error
        else:
            self._circuit.answered()


def _same_version(theirs: str) -> None:
    """Refuse a server of another major version: it would misread us, or we it."""
    ours = elasticsearch.__version__[0]
    if theirs.split(".")[0] != str(ours):
        raise IndexUnavailable(
            f"Elasticsearch 的版本是 {theirs}，本系统需要 {ours}.x，请改用 {ours}.x 的服务器"
        )
