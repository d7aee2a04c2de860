"""E-mail, by a mail server (SMTP)."""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses, parseaddr
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

from proto_ddf.db.tables import utc_now
from proto_ddf.errors import ValidationError
from proto_ddf.notify.channels.kind import ChannelKind, Limits, Values
from proto_ddf.notify.channels.outcomes import MayHaveArrivedError, NotTakenError, RefusedError
from proto_ddf.notify.message import Message
from proto_ddf.port_numbers import Port
from proto_ddf.sources.protocol import FormField
from proto_ddf.sources.servers.addresses import Address, resolve

Needed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_SYSTEM = "The mail server"
_PRIORITIES = {
    "critical": "1 (Highest)",
    "high": "2 (High)",
    "normal": "3 (Normal)",
    "low": "5 (Lowest)",
}


class EmailConfig(BaseModel):
    model_config = ConfigDict(extra="forbid")

    host: Needed
    port: Port
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Annotated[str, StringConstraints(strip_whitespace=True)] = ""
    password: str = ""
    """A reference into the vault."""
    sender: Needed
    recipients: Needed
    """Addresses, with commas between."""

    @field_validator("sender", "recipients")
    @classmethod
    def _are_addresses(cls, text: str) -> str:
        if not text.isprintable():
            raise ValueError("It has a character that no address has")
        for _, address in getaddresses([text]):
            name, at, domain = address.rpartition("@")
            if not (name and at and domain):
                raise ValueError("It must have addresses like ann@example.com, with commas between")
        return text


def check(values: Values, limits: Limits) -> None:
    _addresses(values, limits)


def send(values: Values, message: Message, limits: Limits) -> str:
    recipients = [address for _, address in getaddresses([values["recipients"]])]
    mail = _mail(values, message).as_bytes(policy=policy.SMTP)
    server = _connected(values, limits)
    try:
        refused = _hand_over(server, parseaddr(values["sender"])[1], recipients, mail)
        with contextlib.suppress(OSError):  # the mail was taken, whatever the farewell is
            server.quit()
    finally:
        server.close()
    return f"Not taken for {', '.join(refused)}" if refused else ""


def _mail(values: Values, message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = message.title
    mail["From"] = values["sender"]
    mail["To"] = values["recipients"]
    mail["Date"] = format_datetime(utc_now())
    # The same one if it is sent again: some readers show it once.
    mail["Message-ID"] = f"<{message.id}@{_domain(values['sender'])}>"
    mail["X-Priority"] = _PRIORITIES[message.priority]
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body or message.title)
    return mail


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2]


def _addresses(values: Values, limits: Limits) -> Sequence[Address]:
    """Raises ValidationError or IntegrationError, as `resolve`."""
    addresses = resolve(values["host"], int(values["port"]), limits.connect)
    in_the_clear = values["security"] == "none" and bool(values.get("password"))
    if in_the_clear and not all(each.loopback for each in addresses):
        text = "A password is not sent without encryption. Choose STARTTLS or TLS."
        raise ValidationError(text, "security", "none")
    return addresses


def _connected(values: Values, limits: Limits) -> smtplib.SMTP:
    """Signed in. Raises smtplib's errors, NotTakenError."""
    addresses = _addresses(values, limits)
    for place, address in enumerate(addresses, start=1):
        try:
            server = _opened(address, values["security"], limits)
            break
        except OSError as error:
            if isinstance(error, smtplib.SMTPException):
                raise
            if place == len(addresses):
                raise NotTakenError(f"{_SYSTEM} cannot be reached: {error}", _SYSTEM) from error
    try:
        _sign_in(server, values)
    except BaseException as error:
        server.close()
        if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
            raise NotTakenError(f"{_SYSTEM} does not answer: {error}", _SYSTEM) from error
        raise
    return server


def _opened(address: Address, security: str, limits: Limits) -> smtplib.SMTP:
    """Connected to the address that was checked; the certificate is checked against the name."""
    if security == "tls":
        server: smtplib.SMTP = _PinnedSmtpTls(address, limits.connect)
    else:
        server = smtplib.SMTP(timeout=limits.connect, local_hostname=_own_name())
        server.connect(address.ip, address.port)
        server._host = address.host  # type: ignore[attr-defined]  # the name that STARTTLS checks
    if server.sock is not None:
        server.sock.settimeout(limits.read)
    server.timeout = limits.read
    if security == "starttls":
        server.starttls(context=ssl.create_default_context())
    return server


class _PinnedSmtpTls(smtplib.SMTP_SSL):
    """TLS from the start, to an address that was checked."""

    def __init__(self, address: Address, seconds: float) -> None:
        context = ssl.create_default_context()
        super().__init__(timeout=seconds, context=context, local_hostname=_own_name())
        self._host = address.host
        self.connect(address.ip, address.port)


def _own_name() -> str:
    """Without a look-up, which may take long."""
    return socket.gethostname() or "localhost"


def _sign_in(server: smtplib.SMTP, values: Values) -> None:
    if values.get("user") and values.get("password"):
        server.login(values["user"], values["password"])
    else:
        server.ehlo_or_helo_if_needed()


def _hand_over(
    server: smtplib.SMTP, sender: str, recipients: Sequence[str], mail: bytes
) -> list[str]:
    """Returns the addresses that the server refused while it took others."""
    try:
        _expect(*server.mail(sender), "the sender")
        answers = {each: server.rcpt(each) for each in recipients}
        refused = [each for each, (code, _) in answers.items() if code not in (250, 251)]
        if len(refused) == len(recipients):
            _expect(*answers[refused[0]], refused[0])
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise NotTakenError(f"{_SYSTEM} ended the connection", _SYSTEM) from error
    try:
        code, words = server.data(mail)
    except smtplib.SMTPDataError:
        raise  # it did not want the text
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise MayHaveArrivedError(
            f"{_SYSTEM} got the message and did not confirm it", _SYSTEM
        ) from error
    _expect(code, words, "the message")
    return refused


def _expect(code: int, words: bytes, what: str) -> None:
    if code in (250, 251):
        return
    reason = f"{_SYSTEM} did not take {what}: {code} {words.decode(errors='replace')}"
    raise RefusedError(reason, _SYSTEM) if code >= 500 else NotTakenError(reason, _SYSTEM)


KIND = ChannelKind(
    name="email",
    label="E-mail",
    icon="mail",
    promise="At least once. Mail has no key, so after a crash of Proto-DDF a message may come twice; both have the same "
    "Message-ID. That the mail server took it does not mean that it was read or not filtered out.",
    has_key=False,
    config_model=EmailConfig,
    form=(
        FormField("host", "Mail server", "text", "Name or address of the server (SMTP)."),
        FormField("port", "Port", "number", default="587"),
        FormField(
            "security",
            "Encryption",
            "select",
            "Most servers take STARTTLS on port 587, or TLS on port 465.",
            default="starttls",
            choices=(
                ("starttls", "STARTTLS"),
                ("tls", "TLS from the start"),
                ("none", "None"),
            ),
        ),
        FormField("user", "User", "text", "Empty: no sign-in.", required=False),
        FormField(
            "password",
            "Password",
            "secret",
            "Kept encrypted, and never shown again.",
            required=False,
        ),
        FormField("sender", "From", "text", "The address that messages come from."),
        FormField("recipients", "To", "text", "Addresses, with commas between."),
    ),
    check=check,
    send=send,
)
