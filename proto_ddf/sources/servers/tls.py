"""TLS for a connection, and the error codes of its failures."""

import os
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from socket import socket

from proto_ddf.errors.types import IntegrationError, ValidationError
from proto_ddf.sources.paths import confine
from proto_ddf.sources.servers.config import ServerConfig, Tls
from proto_ddf.sources.servers.failures import ConnectionContext
from proto_ddf.sources.servers.tcp_probe import TcpProbe, connection_error

_NOT_YET_VALID, _EXPIRED = 9, 10
_UNTRUSTED = frozenset({2, 18, 19, 20, 21})
_WRONG_HOST = frozenset({62, 64})
"""Numbers of OpenSSL: X509_STORE_CTX_get_error(3), section ERROR CODES."""
_MOST_NAMES = 5
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/cert.pem",  # Alpine, macOS
)


def ca_file(config: ServerConfig) -> Path | None:
    """The file of trusted certificates: the one named in the form, or else this machine's; None if this machine has no
    such file. Drivers contain their own OpenSSL, which may look elsewhere, so they are given this file.

    Raises ValidationError at "ca_certificate": as `paths.confine`, `file_unreadable`, `certificate_unreadable`.
    """
    if config.ca_certificate:
        return _checked(confine(config.ca_certificate, field="ca_certificate"))
    known = ssl.get_default_verify_paths()
    named = (os.environ.get(known.openssl_cafile_env), known.openssl_cafile, *_BUNDLES)
    return next((Path(path) for path in named if path and os.path.isfile(path)), None)


def ssl_context(config: ServerConfig) -> ssl.SSLContext:
    """The SSL context for the settings of the form. Raises as `ca_file` does."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Certificates that MySQL makes for itself lack what this asks for (Python 3.13 sets it, libpq does not).
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if config.tls is not Tls.VERIFY:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    elif file := ca_file(config):
        made.load_verify_locations(file)
    else:
        made.load_default_certs()
    return made


def encrypt(probe: TcpProbe, config: ServerConfig) -> str:
    """Encrypt the connection and return a description of the encryption. Raises IntegrationError: `tls_...`, or as
    `tcp_probe.connection_error`."""
    try:
        secured = _tls_handshake(probe, ssl_context(config))
    except ssl.SSLError as error:
        raise tls_error(probe.context, error) from error
    checked = "certificate trusted" if config.tls is Tls.VERIFY else "certificate not checked"
    return f"{secured.version() or 'TLS'}, {checked}".replace("TLSv", "TLS ")


def tls_error(context: ConnectionContext, error: ssl.SSLError) -> IntegrationError:
    """The IntegrationError for an error of OpenSSL."""
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return context.failure("connection_lost", "Closed while the encryption was agreed on.")
    number = getattr(error, "verify_code", 0)
    words = (getattr(error, "verify_message", "") or error.reason or "").replace("_", " ").lower()
    if number in _UNTRUSTED:
        return context.failure("tls_untrusted", f"Certificate: {words}.", reason=words)
    if number in _WRONG_HOST:
        return context.failure("tls_wrong_host", f"Certificate: {words}.")
    if number in {_EXPIRED, _NOT_YET_VALID}:
        reason = "has expired" if number == _EXPIRED else "is not valid yet"
        return context.failure("tls_expired", f"The certificate {reason}.", reason=reason)
    return context.failure("tls_failed", f"No encryption: {words or error}.", reason=words)


def add_names(
    error: IntegrationError,
    context: ConnectionContext,
    seconds: float,
    secure: Callable[[TcpProbe, ServerConfig], str],
) -> None:
    """Add the host names of the certificate to an error `tls_wrong_host`. OpenSSL does not give out a certificate that
    it refused, so a second connection, encrypted by `secure`, reads it."""
    if error.code != "tls_wrong_host":
        return
    trusting = context.config.model_copy(update={"tls": Tls.REQUIRE})
    with suppress(IntegrationError), TcpProbe(replace(context, config=trusting), seconds) as probe:
        secure(probe, trusting)
        error.context["names"] = _names(probe.socket)


def _names(connection: socket) -> str:
    """The host names in the certificate of an encrypted connection, separated by commas."""
    from cryptography import x509  # only for this: it would take a thirtieth of the server's start

    certificate = connection.getpeercert(True) if isinstance(connection, ssl.SSLSocket) else None
    try:
        found = x509.load_der_x509_certificate(certificate or b"").extensions
        names = found.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return ""
    addresses = map(str, names.get_values_for_type(x509.IPAddress))
    return ", ".join([*names.get_values_for_type(x509.DNSName), *addresses][:_MOST_NAMES])


def _tls_handshake(probe: TcpProbe, how: ssl.SSLContext) -> ssl.SSLSocket:
    """Raises ssl.SSLError, IntegrationError: see `tcp_probe.connection_error`."""
    probe.socket.settimeout(probe.time_left())
    try:
        secured = how.wrap_socket(probe.socket, server_hostname=probe.context.address.host)
    except ssl.SSLError:
        raise
    except (ValueError, UnicodeError) as error:
        raise probe.context.failure("tls_failed", str(error), reason="no such host name") from error
    except OSError as error:
        raise connection_error(probe.context, error, probe.seconds) from error
    probe.socket = secured
    return secured


def _checked(path: Path) -> Path:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError as error:
        code, reason = "certificate_unreadable", f"{path.name} holds no certificate."
        raise _unusable(path, code, reason) from error
    except OSError as error:
        raise _unusable(path, "file_unreadable", f"{path.name} cannot be read.") from error
    return path


def _unusable(path: Path, code: str, message: str) -> ValidationError:
    return ValidationError(message, "ca_certificate", str(path), code=code, path=path.name)
