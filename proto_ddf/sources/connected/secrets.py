"""The secrets that the configs of sources name, and where each may be sent.

A secret is sent to the host that its config names. So once a source is saved with one, the secret serves only that
place: else a form with another host in it would have it sent there.
"""

from collections.abc import Mapping
from typing import Any

from proto_ddf import errors, vault
from proto_ddf.errors.types import ValidationError
from proto_ddf.sources.connected import store
from proto_ddf.sources.registry import KINDS

PLACE = ("host", "port", "user")
"""The fields that say where a secret is sent, and as whose."""


def place(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Where the secrets of a config are sent, spelled in one way."""
    host, *others = (str(config.get(name, "")).strip() for name in PLACE)
    return (host.casefold(), *others)


def named_in(kind: str, config: Mapping[str, Any]) -> dict[str, str]:
    """The references of a config, by the field that holds each."""
    fields = KINDS[kind].fields("secret") if kind in KINDS else ()
    return {name: str(config[name]) for name in fields if config.get(name)}


def check(kind: str, config: Mapping[str, Any]) -> None:
    """Make sure that the secrets of a config are there, and not those of another place.

    Raises:
        ValidationError: at the secret's field: `secret_elsewhere`, or `invalid_value` if it holds no reference.
        SystemError: `secret_unreadable`.
    """
    named = named_in(kind, config)
    if not named:
        return
    here = (kind, place(config))
    saved = [
        ((source.kind, place(source.config)), named_in(source.kind, source.config).values())
        for source in store.configured_sources()
    ]
    for field, reference in named.items():
        if not vault.is_reference(reference):
            raise ValidationError(f"{field}: not a stored secret", field, "***")
        if any(reference in references and there != here for there, references in saved):
            raise ValidationError(
                "The secret is for another place.", field, "***", code="secret_elsewhere"
            )
    if vault.known(named.values()) != set(named.values()):
        gone = "it is no longer there"
        raise errors.SystemError(
            f"A secret: {gone}", "vault", code="secret_unreadable", reason=gone
        )
