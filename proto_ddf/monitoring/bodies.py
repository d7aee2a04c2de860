"""The large part of an error's description, which is stored apart from its columns."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

from proto_ddf.db.packing import unpack
from proto_ddf.redaction import scrub

_COLUMNS = frozenset(
    {"error_type", "code", "family", "title", "message", "hint", "field", "retry_possible"}
)
"""The part of a description that has columns of its own."""


def body_json(described: Mapping[str, Any]) -> bytes:
    """The rest of a description, as JSON."""
    rest = {name: value for name, value in described.items() if name not in _COLUMNS}
    try:
        return to_json(rest, fallback=str)
    except ValueError:  # it is not from `describe`: a text has surrogates, for example
        return to_json(scrub(rest))


def read_body(body: bytes | None) -> dict[str, Any]:
    """What `body_json` was given; only an empty context if there is no body (any more)."""
    rest: dict[str, Any] = unpack(body) if body else {}
    return {**rest, "context": rest.get("context") or {}}
