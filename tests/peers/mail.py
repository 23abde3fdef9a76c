"""A real SMTP server on loopback, with implicit TLS or STARTTLS and a CA of its own.

    with MailServer(security="starttls", login=("user", "password")) as server:
        server.refuses_recipient("nobody@qingxi.example")

`server.ca_file` is the certificate to trust. Verbs set what it does from now on.
"""

import asyncio
import email
import email.policy
import ssl
import tempfile
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True)
class Letter:
    """One accepted letter."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    encrypted: bool
    login: str | None

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        return str(self.message.get_content()).replace("\r\n", "\n")


class MailServer:
    """The peer; use it as a context manager."""

    def __init__(self, security: str = "none", login: tuple[str, str] | None = None) -> None:
        self.letters: list[Letter] = []
        self.conversations = 0
        self._security = security
        self._login = login
        self._wants_tls = security == "starttls"
        self._offers_tls = security == "starttls"
        self._refused: dict[str, str] = {}
        self._busy = self._hangs = self._cuts_off = self._silent = False
        self._garbles = self._refuses_data = False
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._folder = tempfile.TemporaryDirectory(prefix="mail-peer-")
        ca = trustme.CA()
        self.ca_file = str(Path(self._folder.name) / "ca.pem")
        ca.cert_pem.write_to_path(self.ca_file)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert("localhost").configure_cert(self._tls)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(timeout=10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()
        self._folder.cleanup()

    # -- what a test sets up ---------------------------------------------------------------

    def accepts(self) -> None:
        """Every letter is taken."""
        self._refused.clear()
        self._busy = self._hangs = self._cuts_off = self._silent = False
        self._garbles = self._refuses_data = False

    def refuses_recipient(self, address: str, reply: str = "550 5.1.1 no such user") -> None:
        """This recipient is turned down; others are taken."""
        self._refused[address] = reply

    def is_busy(self) -> None:
        """451 to the letter's body."""
        self._busy = True

    def refuses_letters(self) -> None:
        """554 to the letter's body."""
        self._refuses_data = True

    def hangs(self) -> None:
        """No answer to the letter's body."""
        self._hangs = True

    def says_nothing(self) -> None:
        """Takes the connection, but does not greet."""
        self._silent = True

    def garbles(self) -> None:
        """An endless line in place of a greeting."""
        self._garbles = True

    def cuts_off(self) -> None:
        """Drops the connection in the middle of the letter."""
        self._cuts_off = True

    def wants_tls(self) -> None:
        """530 to everything before STARTTLS."""
        self._wants_tls = self._offers_tls = True

    def forgets_tls(self) -> None:
        """STARTTLS is no longer offered, as after somebody tampered with the line."""
        self._wants_tls = self._offers_tls = False

    # -- what a test looks at --------------------------------------------------------------

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of a mail channel that fit this server."""
        login = dict(zip(("username", "password"), self._login or (), strict=False))
        return {
            "host": "localhost",
            "port": self.port,
            "security": self._security,
            "sender": "yuqing@qingxi.example",
            "recipients": ["duty@qingxi.example"],
            "ca_file": self.ca_file,
            **login,
        }

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Letter]:
        """All letters once there are `count`; AssertionError after `timeout` seconds."""
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self.letters) >= count, timeout)
        assert arrived, f"{len(self.letters)} of {count} letters after {timeout} s"
        return list(self.letters)

    # -- inside: aiosmtpd calls the handle_ methods ----------------------------------------

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self._refused:
            return self._refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self._busy:
            return "451 4.3.0 busy, try again"
        if self._refuses_data:
            return "554 5.7.1 looks like spam"
        if self._hangs:
            await self._over.wait()
            return "421 too late"
        if self._cuts_off:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "421 gone"
        login = session.auth_data
        letter = Letter(
            sender=str(envelope.mail_from),
            recipients=tuple(envelope.rcpt_tos),
            raw=bytes(envelope.original_content or b""),
            encrypted=session.ssl is not None or self._security == "tls",
            login=login.login.decode() if isinstance(login, LoginPassword) else None,
        )
        with self._arrived:
            self.letters.append(letter)
            self._arrived.notify_all()
        return "250 2.0.0 queued as 4711"

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        given = data if isinstance(data, LoginPassword) else LoginPassword(b"", b"")
        good = self._login == (given.login.decode(), given.password.decode())
        if good:
            return AuthResult(success=True, auth_data=data)
        # Some servers do repeat what they were given.
        said = f"535 5.7.8 authentication failed for password {given.password.decode()}"
        return AuthResult(success=False, handled=False, message=said)

    def _session(self) -> asyncio.Protocol:
        self.conversations += 1
        if self._silent:
            return asyncio.Protocol()
        if self._garbles:
            return _Garbler()
        return SMTP(
            self,
            hostname="mail.qingxi.example",
            loop=self._loop,
            tls_context=self._tls if self._offers_tls else None,
            require_starttls=self._wants_tls,
            authenticator=self._authenticate if self._login else None,
            auth_required=self._login is not None,
            auth_require_tls=self._security == "starttls",
            ident="peer",
        )

    async def _open(self) -> None:
        self._over = asyncio.Event()
        implicit = self._tls if self._security == "tls" else None
        self._server = await self._loop.create_server(
            self._session, "localhost", 0, family=2, ssl=implicit
        )
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._over.set()
        self._server.close()
        await self._server.wait_closed()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


class _Garbler(asyncio.Protocol):
    """Sends an endless line, at the speed at which it is read."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._flow = True
        self._send()

    def pause_writing(self) -> None:
        self._flow = False

    def resume_writing(self) -> None:
        self._flow = True
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._flow = False

    def _send(self) -> None:
        if self._flow and not self._transport.is_closing():
            self._transport.write(b"2" * 65536)
            asyncio.get_running_loop().call_soon(self._send)
