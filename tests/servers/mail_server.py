"""A mail server that speaks real SMTP, with sign-in, and answers as it is told."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

USER, PASSWORD = "proto", "open sesame 42"


class MailServer:
    """Keeps the mails that it took. `sender`, `recipients` and `data` are its answers to these commands, if not "OK"."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.sender = ""
        self.recipients: dict[str, str] = {}
        self.data = ""
        self.breaks_after_data = False
        """Takes the mail and breaks the connection without an answer."""
        self.farewell = ""

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.sender:
            return self.sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.data:
            return self.data
        self.raw.append(cast(bytes, envelope.content))
        mail = message_from_bytes(self.raw[-1], policy=policy.default)
        self.mails.append(cast(EmailMessage, mail))
        if self.breaks_after_data:
            server.transport.abort()
        return "250 OK"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:
        return self.farewell or "221 Bye"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        right = mechanism in ("LOGIN", "PLAIN") and (data.login, data.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        # Otherwise aiosmtpd takes the refusal as answered already.
        return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(certificate: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Takes sign-ins; with a certificate only after STARTTLS."""
    told = MailServer()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def protocol() -> SMTP:
        return SMTP(
            told,
            hostname="mail.test",
            authenticator=told.authenticate,
            auth_require_tls=bool(certificate),
            tls_context=certificate,
            require_starttls=bool(certificate),
            loop=loop,
        )

    opening = loop.create_server(protocol, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(opening, loop).result(60)
    told.port = server.sockets[0].getsockname()[1]
    try:
        yield told
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
