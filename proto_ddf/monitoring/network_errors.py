"""Which errors of calls to external systems are network errors."""

from proto_ddf.errors.classify import Classification
from proto_ddf.resilience.call_refused import is_refusal

_MIN_CONFIDENCE = 0.8
"""A lower confidence means that an error was classified by words in its message only."""
NETWORK_CODES = frozenset(
    {
        "connection_failed",
        "connection_lost",
        "deadline_exceeded",
        "host_lookup_failed",
        "host_silent",
        "host_unknown",
        "host_unreachable",
        "localhost_in_container",
        "port_closed",
        "registry_unreachable",
        "timeout",
    }
)
"""The target was not found, not reached or too slow, or the connection broke. If the target refused something (a
password, a permission, a certificate, a query), the network works."""


def is_network_error(error: Exception, found: Classification) -> bool:
    """Whether an error, classified as `found`, says that the network or the target failed.

    A call that was refused before it was sent (too many calls, no time left) says nothing about either.
    """
    sure = found.confidence >= _MIN_CONFIDENCE and found.code in NETWORK_CODES
    return sure and not is_refusal(error)
