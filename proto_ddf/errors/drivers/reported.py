"""Exceptions of libraries without numbers, by the name of the class. They come as exceptions, or as the text of a child
process (ReportedError)."""

import re
from collections.abc import Iterator

from proto_ddf.errors.drivers import http_status, network
from proto_ddf.errors.drivers.class_names import CODES
from proto_ddf.errors.drivers.finding import Finding

_STATUS = re.compile(r"(?:HTTP Error )?([45]\d\d)(?: (?:Client|Server) Error)?: ")
_SMTP = re.compile(r"\((\d{3}), ")
_HTTP = frozenset(
    {("urllib", "HTTPError"), ("requests", "HTTPError"), ("aiohttp", "ClientResponseError")}
)
_TRANSPORT = frozenset(
    {
        ("urllib", "URLError"),
        ("requests", "ConnectionError"),
        ("requests", "SSLError"),
        ("requests", "ProxyError"),
        ("urllib3", "SSLError"),
        ("urllib3", "MaxRetryError"),
        ("urllib3", "NewConnectionError"),
        ("httpcore", "ConnectError"),
    }
)
"""Errors whose text has the error of the operating system or of OpenSSL."""


class ReportedError(Exception):
    """An exception of which only the class's full name and the message are known."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def find(error: BaseException) -> Finding | None:
    for root, kind in _names(error):
        text = str(error)
        if (root, kind) in _HTTP and (status := _STATUS.match(text)):
            return http_status.find(int(status[1]))
        if (root, kind) in _TRANSPORT and (inner := network.find_in_text(text)):
            return inner
        if root == "smtplib" and (answer := _SMTP.match(text)):
            return _of_smtp(int(answer[1]), text)
        if code := CODES.get((root, kind)):
            return Finding(code, 0.9, {"reason": text})
    return None


def _of_smtp(status: int, text: str) -> Finding:
    """The answer of a mail server: RFC 5321, section 4.2; 530 to 538 are RFC 4954's."""
    context = {"system": "The mail server", "message": f"The mail server answered: {text}"}
    if status in range(530, 540):
        return Finding("authentication_failed", 0.95, context)
    if status == 421 or status in range(450, 460):
        return Finding("integration_error", 0.95, context, transient=True, type="external_service")
    if status in {550, 551, 552, 553}:
        return Finding("value_refused", 0.9, context)
    return Finding("integration_error", 0.9, context, type="external_service")


def _names(error: BaseException) -> Iterator[tuple[str, str]]:
    """Root package and class, of an exception also those of its bases."""
    if isinstance(error, ReportedError):
        module, _, kind = error.name.rpartition(".")
        yield _root(module), kind
        return
    for one in type(error).__mro__:
        yield _root(one.__module__), one.__name__


def _root(module: str) -> str:
    """The package of a module. Reflex is divided into several."""
    root = module.removeprefix("pip._vendor.").partition(".")[0].lstrip("_")
    return "reflex" if root.startswith("reflex_") else root
