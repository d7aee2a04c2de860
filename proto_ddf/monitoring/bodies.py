"""The large part of an error's description, which is stored apart from its columns."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

from proto_ddf.db.packing import pack, unpack
from proto_ddf.redaction import scrub

_COLUMNS = frozenset(
    {"error_type", "code", "family", "title", "message", "hint", "field", "retry_possible"}
)
"""The part of a description that has columns of its own."""


def packed_body(described: Mapping[str, Any]) -> bytes:
    """The rest of a description, as it is stored."""
    rest = {name: value for name, value in described.items() if name not in _COLUMNS}
    try:
        written = to_json(rest, fallback=str)
    except ValueError:  # it is not from `describe`: a text has surrogates, for example
        written = to_json(scrub(rest))
    return pack(written)


def read_body(body: bytes | None) -> dict[str, Any]:
    """What `packed_body` was given; only an empty context if there is no body (any more)."""
    rest: dict[str, Any] = unpack(body) if body else {}
    return {**rest, "context": rest.get("context") or {}}
