"""A few plain answers over HTTP on a port of their own, for a process that has no web server."""

import http.server
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

log = logging.getLogger(__name__)

PLAIN = "text/plain; charset=utf-8"
SILENT_S = 5.0
"""A client that sends nothing for so long is hung up on."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer."""

    body: bytes
    status: HTTPStatus = HTTPStatus.OK
    kind: str = PLAIN


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the address, and the Authorization header ("" without one)."""

    address: str
    authorization: str


Page = Callable[[Caller], Said]


class Listener:
    """Answers GET for these paths, from daemon threads, until the process ends."""

    def __init__(self, pages: Mapping[str, Page], port: int, host: str = "") -> None:
        """Takes the port (0: any that is free); raises OSError when it cannot be had."""
        self._server = http.server.ThreadingHTTPServer((host, port), _handler(pages))
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="listener", daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(pages: Mapping[str, Page]) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = SILENT_S

        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            if page is None:
                said = Said("没有这一页\n".encode(), HTTPStatus.NOT_FOUND)
            else:
                said = self._asked(page)
            self.send_response(said.status)
            self.send_header("Content-Type", said.kind)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def _asked(self, page: Page) -> Said:
            caller = Caller(self.client_address[0], self.headers.get("Authorization", ""))
            try:
                return page(caller)
            except Exception:
                log.exception("回答 %s 时出错", self.path)
                words = "出错了，详见日志\n".encode()
                return Said(words, HTTPStatus.INTERNAL_SERVER_ERROR)

        def version_string(self) -> str:
            return "yuqing"

        def log_message(self, format: str, *args: object) -> None:
            """A line a scrape would bury the lines that people read."""

    return Handler
