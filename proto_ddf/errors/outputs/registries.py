"""What package registries answer, and why they cannot be reached, in the words of every tool."""

from collections.abc import Mapping

from proto_ddf.errors.codes.error_types import ErrorType
from proto_ddf.errors.drivers.finding import Finding

_TLS: Mapping[str, str] = {
    "CERT_HAS_EXPIRED": "tls_expired",
    "CERT_NOT_YET_VALID": "tls_expired",
    "CERT_UNTRUSTED": "tls_untrusted",
    "DEPTH_ZERO_SELF_SIGNED_CERT": "tls_untrusted",
    "ERR_TLS_CERT_ALTNAME_INVALID": "tls_wrong_host",
    "HOSTNAME_MISMATCH": "tls_wrong_host",
    "SELF_SIGNED_CERT_IN_CHAIN": "tls_untrusted",
    "UNABLE_TO_GET_ISSUER_CERT": "tls_untrusted",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY": "tls_untrusted",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE": "tls_untrusted",
}
"""By the names that Node and Bun give the errors of OpenSSL."""
_UNREACHABLE: Mapping[str, str] = {
    "ConnectionClosed": "it closed the connection",
    "ConnectionRefused": "it refused the connection",
    "ConnectionTimedOut": "it did not answer in time",
    "ConnectionTimeout": "it did not answer in time",
    "DNSResolveFailed": "its name could not be resolved",
    "FailedToOpenSocket": "no connection could be opened",
    "Timeout": "it did not answer in time",
    "EAI_AGAIN": "its name could not be resolved",
    "ECONNABORTED": "it closed the connection",
    "ECONNREFUSED": "it refused the connection",
    "ECONNRESET": "it closed the connection",
    "EHOSTUNREACH": "there is no route to it",
    "ENETUNREACH": "there is no route to it",
    "ENOTFOUND": "its name could not be resolved",
    "EPIPE": "it closed the connection",
    "ERR_SOCKET_TIMEOUT": "it did not answer in time",
    "ESOCKETTIMEDOUT": "it did not answer in time",
    "ETIMEDOUT": "it did not answer in time",
    "UND_ERR_CONNECT_TIMEOUT": "it did not answer in time",
    "UND_ERR_SOCKET": "it closed the connection",
}
"""By the names of the errors in Bun and Node."""


def by_name(name: str) -> Finding | None:
    """The finding for the name of an error in Bun or Node; None if it does not concern the connection."""
    if code := _TLS.get(name):
        return Finding(code, 0.95)
    if name.startswith(("ERR_SSL_", "ERR_TLS_")):
        return Finding("tls_failed", 0.9)
    return unreachable(_UNREACHABLE[name]) if name in _UNREACHABLE else None


def unreachable(reason: str) -> Finding:
    late = "in time" in reason
    return Finding(
        "registry_unreachable", 0.95, {"reason": reason}, type="timeout" if late else "network"
    )


def by_status(status: int) -> Finding:
    """The finding for a status with which a registry refused a package."""
    context = {"reason": f"it answered with status {status}"}
    if status in {401, 407}:
        return Finding("registry_refused", 0.95, context, type="authentication")
    if status in {403, 451}:
        return Finding("registry_refused", 0.95, context)
    if status in {404, 410}:
        return Finding("package_not_found", 0.95, context)
    if status == 429:
        return Finding("registry_unreachable", 0.95, context, type="rate_limit")
    if status in {408, 504}:
        return Finding("registry_unreachable", 0.95, context, type="timeout")
    if status == 425 or (status >= 500 and status not in {501, 505, 507}):
        return Finding("registry_unreachable", 0.95, context, type="external_service")
    kind: ErrorType = "configuration" if status == 405 else "external_service"
    return Finding("registry_refused", 0.9, context, type=kind)
