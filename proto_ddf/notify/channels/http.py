"""Requests to the receivers of notifications, only to hosts that Proto-DDF may connect to."""

import contextlib
import ssl
import time
from collections.abc import Mapping, Sequence
from functools import cache

import httpx

from proto_ddf import redaction
from proto_ddf.errors import ValidationError
from proto_ddf.notify.channels.kind import Limits
from proto_ddf.notify.channels.outcomes import (
    MayHaveArrivedError,
    NotTakenError,
    RefusedError,
)
from proto_ddf.resilience.retry.retry_after import retry_after
from proto_ddf.sources.servers.addresses import Address, resolve

_LONGEST_ANSWER = 64 * 1024
_LATER = frozenset({408, 409, 425, 429, 500, 503})
"""Statuses by which a receiver says that it did not take the message now. 409 is that of a request with the same
Idempotency-Key that is still worked on (draft-ietf-httpapi-idempotency-key-header)."""
_UNKNOWN = frozenset({502, 504})
"""Statuses of a gateway that does not know what its server did."""
_PORTS = {"http": 80, "https": 443}


def check_url(text: str, field: str, limits: Limits) -> tuple[httpx.URL, Sequence[Address]]:
    """The URL, and the addresses of its host.

    Raises:
        ValidationError: at `field`, for what is no URL of http or https; `host_not_allowed` or `own_port`.
        IntegrationError: `host_unknown`, `host_lookup_failed`.
    """
    try:
        url = httpx.URL(text.strip())
        valid = url.scheme in _PORTS and bool(url.host)
    except httpx.InvalidURL:
        valid = False
    if not valid:
        raise ValidationError("It must be a URL that begins with https:// or http://", field, "***")
    return url, resolve(url.host, url.port or _PORTS[url.scheme], limits.connect)


def hide_path(text: str) -> None:
    """Redact the path of a URL that is a secret: errors and logs show it with an address in place of the host's name."""
    with contextlib.suppress(httpx.InvalidURL):
        redaction.hide(httpx.URL(text.strip()).raw_path.decode())


def post(
    text: str, field: str, body: bytes, headers: Mapping[str, str], limits: Limits
) -> httpx.Response:
    """Post a body; returns the answer, whatever its status, without having followed a redirect.

    Raises:
        httpx.HTTPError: no answer came.
        ValidationError, IntegrationError: as `check_url`.
    """
    url, addresses = check_url(text, field, limits)
    timeout = httpx.Timeout(limits.read, connect=limits.connect)
    with httpx.Client(trust_env=False, timeout=timeout, verify=_tls()) as client:
        for place, address in enumerate(addresses, start=1):
            try:
                return _post(client, url, address, body, headers, limits.read)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if place == len(addresses):
                    raise
    raise NotTakenError(f"{url.host} has no address", url.host)


def _post(
    client: httpx.Client,
    url: httpx.URL,
    address: Address,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
) -> httpx.Response:
    """The connection goes to the address that was checked; certificates are checked against the name."""
    request = client.build_request(
        "POST",
        url.copy_with(host=address.ip),
        content=body,
        headers={
            "Host": url.netloc.decode(),
            "User-Agent": "Proto-DDF",
            "Accept-Encoding": "identity",
            **headers,
        },
        extensions={"sni_hostname": url.host},
    )
    until = time.monotonic() + seconds
    answer = client.send(request, stream=True)
    try:
        content = bytearray()
        for chunk in answer.iter_raw(4096):
            content += chunk
            if len(content) > _LONGEST_ANSWER or time.monotonic() > until:
                break
    finally:
        answer.close()
    # What was cut off, or encoded though that was not asked for, must not fail here: the status is known.
    known = {name: text for name, text in answer.headers.items() if name != "content-encoding"}
    return httpx.Response(
        answer.status_code, headers=known, content=bytes(content), request=request
    )


def check_answer(answer: httpx.Response, system: str, said: str = "") -> None:
    """Nothing for a status of 2xx. `said` are the receiver's words.

    Raises:
        NotTakenError, MayHaveArrivedError, RefusedError: by the status.
    """
    status = answer.status_code
    if answer.is_success:
        return
    reason = f"{system} answered with status {status}{f': {said}' if said else ''}"
    if status in _LATER:
        raise NotTakenError(
            reason,
            system,
            retry_after(httpx.HTTPStatusError("", request=answer.request, response=answer)),
        )
    if status in _UNKNOWN:
        raise MayHaveArrivedError(reason, system)
    raise RefusedError(reason, system)


@cache
def _tls() -> ssl.SSLContext:
    """Trusts what this machine trusts."""
    return ssl.create_default_context()
