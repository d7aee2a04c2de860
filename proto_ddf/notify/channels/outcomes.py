"""What became of a message: whether it was taken, and if not, whether it may have arrived and may be sent again."""

import smtplib
from dataclasses import dataclass
from typing import Literal

import httpx

from proto_ddf import errors
from proto_ddf.errors import IntegrationError, ValidationError, classify
from proto_ddf.redaction import scrub_text
from proto_ddf.resilience.call_refused import is_refusal
from proto_ddf.resilience.retry.retry_after import NEVER, retry_after

_LONGEST_REASON = 300
_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


class NotTakenError(IntegrationError):
    """The message certainly did not arrive, and may be taken later. `retry_after` is in seconds, None if unknown."""

    default_code = "connection_failed"

    def __init__(self, reason: str, system: str, seconds: float | None = None) -> None:
        super().__init__(reason, system, "send", reason=reason)
        self.retry_after = seconds


class RefusedError(IntegrationError):
    """The receiver refused the message or the credentials: sending it again would not help."""

    default_code = "access_denied"

    def __init__(self, reason: str, system: str) -> None:
        super().__init__(reason, system, "send", reason=reason)


class MayHaveArrivedError(IntegrationError):
    """The message was sent, and the receiver's answer did not come."""

    default_code = "timeout"

    def __init__(self, reason: str, system: str) -> None:
        super().__init__(reason, system, "send", reason=reason)


@dataclass(frozen=True)
class Outcome:
    verdict: Literal["sent", "not_taken", "may_have_arrived", "refused"]
    reason: str = ""
    """For people, without secrets."""
    retry_after: float | None = None
    """Seconds that the receiver, or an open circuit, asked to wait."""
    paused: bool = False
    """No attempt was made: the last error says more about the channel."""


def outcome_of(error: Exception) -> Outcome:
    """What the error of an attempt means. An error that nobody expected leaves a doubt."""
    reason = _reason(error)
    if isinstance(error, MayHaveArrivedError):
        return Outcome("may_have_arrived", reason)
    if isinstance(error, RefusedError):
        return Outcome("refused", reason)
    if isinstance(error, NotTakenError) or is_refusal(error):
        seconds = retry_after(error)
        seconds = None if seconds == NEVER else seconds
        return Outcome("not_taken", reason, seconds, paused=is_refusal(error))
    if isinstance(error, ValidationError | smtplib.SMTPNotSupportedError):
        return Outcome("refused", reason)  # such as a host that is not allowed
    if isinstance(error, smtplib.SMTPException):
        return _of_mail_server(error, reason)
    if isinstance(error, _BEFORE_SENDING) or _is_look_up(error):
        return Outcome("not_taken", reason)
    return Outcome("may_have_arrived", reason)


def not_begun(error: Exception) -> Outcome:
    """Of an error before anything was sent."""
    verdict: Literal["refused", "not_taken"] = (
        "not_taken" if isinstance(error, errors.SystemError) else "refused"
    )
    return Outcome(verdict, _reason(error))


def _of_mail_server(error: smtplib.SMTPException, reason: str) -> Outcome:
    """Of an error before the mail server had the whole message. Codes of 500 and more are for good: RFC 5321, 4.2.1."""
    code = getattr(error, "smtp_code", None)
    if isinstance(code, int) and code >= 500:
        return Outcome("refused", reason)
    return Outcome("not_taken", reason)


def _is_look_up(error: Exception) -> bool:
    """Whether a name could not be looked up, or its server not be reached, before a connection was open."""
    return isinstance(error, IntegrationError) and error.code in (
        "host_unknown",
        "host_lookup_failed",
    )


def _reason(error: Exception) -> str:
    own = isinstance(error, NotTakenError | RefusedError | MayHaveArrivedError)
    text = str(error) if own else classify(error).message
    return scrub_text(" ".join(text.split()), _LONGEST_REASON)
