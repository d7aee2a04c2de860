"""The secrets that the configs of sources name, and the endpoints that each may be sent to.

A secret is sent to the host that its config names. Once a source is saved with a secret, the secret is therefore bound
to that endpoint: otherwise a form with another host in it could have the secret sent there.
"""

from collections.abc import Mapping
from typing import Any

from proto_ddf import errors, vault
from proto_ddf.errors.types import ValidationError
from proto_ddf.sources.connected import store
from proto_ddf.sources.registry import KINDS

ENDPOINT_FIELDS = ("host", "port", "user")


def endpoint_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Host, port and user that the secrets of a config are for, normalised."""
    host, *others = (str(config.get(name, "")).strip() for name in ENDPOINT_FIELDS)
    return (host.casefold(), *others)


def named_in(kind: str, config: Mapping[str, Any]) -> dict[str, str]:
    """The references of a config, by the field that holds each."""
    fields = KINDS[kind].fields("secret") if kind in KINDS else ()
    return {name: str(config[name]) for name in fields if config.get(name)}


def check(kind: str, config: Mapping[str, Any]) -> None:
    """Check that the secrets of a config exist, and are not bound to another endpoint.

    Raises:
        ValidationError: at the secret's field: `secret_elsewhere`, or `invalid_value` if it holds no reference.
        SystemError: `secret_unreadable`.
    """
    named = named_in(kind, config)
    if not named:
        return
    endpoint = (kind, endpoint_of(config))
    saved = [
        ((source.kind, endpoint_of(source.config)), named_in(source.kind, source.config).values())
        for source in store.configured_sources()
    ]
    for field, reference in named.items():
        if not vault.is_reference(reference):
            raise ValidationError(f"{field}: not a stored secret", field, "***")
        if any(reference in references and other != endpoint for other, references in saved):
            raise ValidationError(
                "The secret is for another endpoint.", field, "***", code="secret_elsewhere"
            )
    if vault.existing_references(named.values()) != set(named.values()):
        gone = "it is no longer there"
        raise errors.SystemError(
            f"A secret: {gone}", "vault", code="secret_unreadable", reason=gone
        )
