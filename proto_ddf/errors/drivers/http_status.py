"""What an HTTP status says, whoever received it."""

from collections.abc import Mapping
from typing import Any

from proto_ddf.errors.codes.error_types import ErrorType
from proto_ddf.errors.drivers.finding import Finding

_CODES: Mapping[int, str] = {
    401: "authentication_failed",
    403: "access_denied",
    407: "authentication_failed",
    408: "timeout",
    429: "rate_limited",
    451: "access_denied",
    504: "timeout",
}
_TRANSIENT = frozenset({425, 500, 502, 503, *range(520, 525), 529})
"""Statuses without a code in the catalogue after which a retry may help. 520 to 524 are Cloudflare's."""
_TYPES: Mapping[int, ErrorType] = {
    400: "data",
    404: "configuration",
    405: "configuration",
    406: "data",
    409: "data",
    410: "configuration",
    411: "data",
    412: "data",
    413: "data",
    414: "data",
    415: "data",
    416: "data",
    417: "data",
    421: "configuration",
    422: "data",
    423: "resource",
    424: "data",
    428: "data",
    431: "data",
    505: "configuration",
    511: "authentication",
}
"""The types of statuses without a code in the catalogue; that of all others is external_service."""


def find(status: int, context: Mapping[str, Any] | None = None, words: str = "") -> Finding:
    """The finding for a status of 400 or more. `words` are the server's, about this status."""
    known = context or {}
    if code := _CODES.get(status):
        return Finding(code, 1.0, known)
    who = known.get("system", "The server")
    message = f"{who} answered with status {status}{f' ({words})' if words else ''}."
    return Finding(
        "integration_error",
        1.0,
        {**known, "message": message},
        transient=status in _TRANSIENT,
        type=_TYPES.get(status, "external_service"),
    )
