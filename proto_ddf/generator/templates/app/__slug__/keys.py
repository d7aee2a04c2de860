"""Writes the key of a row as one part of an address: `/customers/42`.

Whole numbers and plain words are written as they are, if they are read back as the same key. Any other key (several
columns, other characters, null, bytes, the word "new", which stands for a row that does not exist yet) becomes `~` and
a JSON list in base64url. In the list a number is a number, a text is a text, and bytes are `{"bytes": "00ff"}`.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from .comparison_values import key_part, value_of
from .views import Kind, TableView

NEW = "new"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def encode_key(view: TableView, values: Sequence[Any]) -> str:
    """The address part for the key with these values, in the order of `view.key`."""
    parts = [_as_json(value) for value in values]
    if len(parts) == 1 and isinstance(parts[0], str | int):
        plain = str(parts[0])
        if plain != NEW and _PLAIN.fullmatch(plain) and _is_read_as(view, plain, values[0]):
            return plain
    text = json.dumps(parts, separators=(",", ":"))
    return "~" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_key(view: TableView, text: str) -> tuple[Any, ...] | None:
    """The key's values in the order of `view.key`; None if the text is not a key of this table."""
    if not view.key:
        return None
    try:
        if not text.startswith("~"):
            return (value_of(_kind(view, 0), text),) if len(view.key) == 1 else None
        parts = _unpacked(text[1:])
        if not isinstance(parts, list) or len(parts) != len(view.key):
            return None
        return tuple(_value(_kind(view, at), part) for at, part in enumerate(parts))
    except (ValueError, RecursionError):
        return None


def address(view: TableView, values: Mapping[str, Any]) -> str:
    """The address of a row's page; empty if the table has no key."""
    if not view.key:
        return ""
    return f"/{view.route}/{encode_key(view, [values[name] for name in view.key])}"


def _kind(view: TableView, position: int) -> Kind:
    return view.by_name[view.key[position]].kind


def _is_read_as(view: TableView, plain: str, value: Any) -> bool:
    """Whether the plain text is read back as this value. The number 1 and the text "1" may be two keys of one
    column."""
    found = decode_key(view, plain)
    return (
        found is not None
        and found[0] == value
        and isinstance(found[0], str) == isinstance(value, str)
    )


def _unpacked(text: str) -> Any:
    padded = text + "=" * (-len(text) % 4)
    return json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))


def _as_json(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, Decimal) and not value.is_finite():
        return float(value)
    if isinstance(value, date | time | Decimal):
        return str(value)
    return value


def _value(kind: Kind, part: Any) -> Any:
    """The value to compare with the column. Raises ValueError if no stored value can be equal to it."""
    if part is None:
        return None
    if isinstance(part, dict) and isinstance(part.get("bytes"), str):
        return bytes.fromhex(part["bytes"])
    if not isinstance(part, str | int | float):
        raise ValueError("no value of a key")
    return key_part(kind, part)
