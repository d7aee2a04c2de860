"""Checks the address of a git repository, and the host behind it."""

from urllib.parse import urlsplit

from proto_ddf.errors import ValidationError
from proto_ddf.sources.servers.addresses import Address, resolve

LOOK_UP_SECONDS = 10.0
LONGEST = 500
_PORTS = {"https": 443, "http": 80}


def checked_url(text: str) -> str:
    """The address without what does not belong to it.

    Raises:
        ValidationError: field remote_url, code repository_url_invalid.
    """
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise _refused(url, "it is no address") from None
    if len(url) > LONGEST or not url.isprintable() or any(each.isspace() for each in url):
        raise _refused(url, "it is too long or has blanks")
    if parts.scheme not in _PORTS or not named:
        raise _refused(url, "it must begin with https:// and name a host")
    if parts.username is not None or parts.password is not None:
        raise _refused("", "it has a user or a password")
    if parts.query or parts.fragment or len(parts.path) < 2:
        raise _refused(url, "it must end with the path of the repository")
    return url


def checked_addresses(url: str) -> tuple[Address, ...]:
    """Where the host of the address is.

    Raises:
        ValidationError: field remote_url; code host_not_allowed or own_port, or repository_url_invalid if a token would
            go over a network without encryption.
        IntegrationError: code host_unknown or host_lookup_failed.
    """
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    try:
        addresses = resolve(parts.hostname or "", port, LOOK_UP_SECONDS)
    except ValidationError as error:
        context = {**error.context, "field": "remote_url", "code": error.code}
        raise ValidationError(error.message, **context) from error
    if parts.scheme == "http" and not all(each.loopback for each in addresses):
        raise _refused(url, "without https:// the token could be read on the way")
    return addresses


def _refused(url: str, reason: str) -> ValidationError:
    return ValidationError(
        f"The address cannot be used: {reason}",
        "remote_url",
        url,
        code="repository_url_invalid",
        reason=reason,
    )
