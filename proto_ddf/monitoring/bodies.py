"""The large part of an error's description, which is stored apart from its columns."""

import json
from collections.abc import Mapping
from typing import Any

from proto_ddf.db.packing import unpack

_COLUMNS = frozenset(
    {"error_type", "code", "family", "title", "message", "hint", "field", "retry_possible"}
)
"""The part of a description that has columns of its own."""


def body_text(described: Mapping[str, Any]) -> str:
    """The rest of a description, as JSON."""
    rest = {name: value for name, value in described.items() if name not in _COLUMNS}
    return json.dumps(rest, ensure_ascii=False, default=str)


def read_body(body: bytes | None) -> dict[str, Any]:
    """What `body_text` was given; only an empty context if there is no body (any more)."""
    rest: dict[str, Any] = unpack(body) if body else {}
    return {**rest, "context": rest.get("context") or {}}
