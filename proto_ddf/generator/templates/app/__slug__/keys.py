"""The key of a row as one part of an address: `/customers/42`.

Whole numbers and plain words are written as they are. Any other key (several columns, other characters, the word
"new", which stands for a row that does not exist yet) becomes `~` and base64url of a JSON list.
"""

import base64
import json
import re
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from .comparing import value_of
from .views import Kind, TableView

NEW = "new"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def encode_key(values: Sequence[Any]) -> str:
    """The address part for a key; empty where a value has no form in an address (binary)."""
    if len(values) == 1 and type(values[0]) is int and values[0] >= 0:
        return str(values[0])
    if any(isinstance(value, bytes) for value in values):
        return ""
    parts = [_as_json(value) for value in values]
    if len(parts) == 1 and parts[0] != NEW and _PLAIN.fullmatch(str(parts[0])):
        return str(parts[0])
    text = json.dumps(parts, separators=(",", ":"))
    return "~" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_key(view: TableView, text: str) -> tuple[Any, ...] | None:
    """The key's values in the order of `view.key`, or None where the text is no key of this table."""
    if not view.key:
        return None
    try:
        values = _unpacked(text[1:]) if text.startswith("~") else [text]
    except ValueError:
        return None
    if not isinstance(values, list) or len(values) != len(view.key):
        return None
    try:
        return tuple(
            _typed(view.by_name[name].kind, value)
            for name, value in zip(view.key, values, strict=True)
        )
    except ValueError:
        return None


def _unpacked(text: str) -> Any:
    padded = text + "=" * (-len(text) % 4)
    values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    json.dumps(values, ensure_ascii=False).encode()  # raises a ValueError at half a UTF-16 pair
    return values


def _as_json(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, date | time | Decimal):
        return str(value)
    return value


def _typed(kind: Kind, value: Any) -> Any:
    """The value as it is compared with the column. Raises ValueError where none is stored that is equal."""
    if value is None:
        return None
    return value_of(kind, value if isinstance(value, str | int | float) else str(value))
