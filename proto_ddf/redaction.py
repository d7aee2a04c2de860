"""Redaction: copies of values for logs, records and pages, without secrets and in a form that JSON can hold."""

import json
import math
import re
from collections.abc import Mapping, Set
from datetime import date, datetime, time
from enum import Enum
from itertools import islice
from threading import Lock
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "***"

_SECRET_PARTS = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "apikey",
    "authorization",
    "cookie",
)
_SECRET_WORDS = frozenset({"auth", "pwd", "pass", "dsn", "jwt", "bearer"})
_HARMLESS_KEYS = frozenset(
    {"primary", "foreign", "sort", "unique", "natural", "composite", "candidate", "missing", "on"}
)

_URL_LOGIN = re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/?#'\"]*@", re.IGNORECASE)
_HEADER = re.compile(r"\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*")
_ASSIGNED = re.compile(
    r"""(?<![a-z0-9_-])
    ([a-z0-9_-]{0,40}?(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key
      |secret[_-]?key|private[_-]?key|credentials?)["']?\s*[=:]\s*)
    ("[^"]*"|'[^']*'|[^\s,;&'"}\])]+)""",
    re.IGNORECASE | re.VERBOSE,
)

_MAX_ITEMS = 50
_MAX_DEPTH = 6
_MAX_VALUES = 1000
"""Values in one copy: a few lists that contain each other many times make millions of values."""
_MAX_BITS = 1024
"""Of an integer: JSON has no limit, but Python does not write integers of more than 4,300 digits."""
_PYDANTIC_INPUT = re.compile(r"input_value=.*?, input_type=", re.DOTALL)
"""The part of a pydantic ValidationError's text that quotes the input, which may be a secret."""
_SHORTEST = 6
"""Minimum length of a secret that is redacted everywhere. A shorter one would redact ordinary words."""

_known: re.Pattern[str] | None = None
_spellings: set[str] = set()
_known_lock = Lock()


def hide(secret: str) -> None:
    """From now on `scrub_text` redacts `secret`, also in the spellings of JSON, Python and URLs."""
    global _known
    if len(secret) < _SHORTEST or secret in _spellings:
        return
    with _known_lock:
        _spellings.update(
            {
                secret,
                json.dumps(secret)[1:-1],
                json.dumps(secret, ensure_ascii=False)[1:-1],
                repr(secret)[1:-1],
                quote(secret, safe=""),
                quote_plus(secret),
            }
        )
        longest_first = sorted(_spellings, key=len, reverse=True)
        _known = re.compile("|".join(map(re.escape, longest_first)))


def is_secret_name(name: str) -> bool:
    """Whether a value of that name may be a secret: "db_password", "apiKey", "key".

    The keys of a database ("primary_key", "foreign_key") are not secrets.
    """
    words = re.findall(r"[a-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower())
    joined = "".join(words)
    if any(part in joined for part in _SECRET_PARTS):
        return True
    if words[-1:] == ["key"]:
        return words[-2:-1] == [] or words[-2] not in _HARMLESS_KEYS
    return not _SECRET_WORDS.isdisjoint(words)


def scrub_text(text: str, limit: int = 4000) -> str:
    """`text` as valid UTF-8 without passwords, tokens and logins in URLs. The middle of a text of more than `limit`
    characters is left out."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    # Before the text is shortened, because a part of a secret would not be found.
    if "input_value=" in text:
        text = _PYDANTIC_INPUT.sub(f"input_value={HIDDEN}, input_type=", text)
    if _known:
        text = _known.sub(HIDDEN, text)
    text = _shortened(text, 2 * limit)
    text = _URL_LOGIN.sub(rf"\1{HIDDEN}@", text)
    text = _HEADER.sub(rf"\1 {HIDDEN}", text)
    text = _JWT.sub(HIDDEN, text)
    text = _ASSIGNED.sub(rf"\1{HIDDEN}", text)
    return _shortened(text, limit)


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]} … {text[-half:]}"


def plain_text(value: object) -> str:
    """`str(value)`, or the type's name if that fails. Never raises."""
    try:
        return str(value)
    except Exception:
        return _type_name(value)


def scrub(value: Any) -> Any:
    """A copy of `value` that JSON can hold, without secrets and limited in size and depth. Never raises."""
    return _Copier().copy(value)


class _Copier:
    """Makes one copy and counts its values."""

    def __init__(self) -> None:
        self._values = 0

    def copy(self, value: Any, depth: int = 0) -> Any:
        self._values += 1
        if self._values > _MAX_VALUES:
            return "…"
        try:
            plain = _plain(value)
            return self._copy_container(value, depth) if plain is _NOT_PLAIN else plain
        except Exception:  # any method of an object may raise
            return _type_name(value)

    def _copy_container(self, value: Any, depth: int) -> Any:
        if depth >= _MAX_DEPTH:
            return "…"
        if isinstance(value, Mapping):
            return {
                scrub_text(key): self._copy_named(key, item, depth)
                for key, item in (
                    (plain_text(key), item) for key, item in islice(value.items(), _MAX_ITEMS)
                )
            }
        if isinstance(value, list | tuple | Set):
            shown = [self.copy(item, depth + 1) for item in islice(value, _MAX_ITEMS)]
            left_out = len(value) - len(shown)
            return [*shown, f"… and {left_out} more"] if left_out > 0 else shown
        return scrub_text(plain_text(value))

    def _copy_named(self, name: str, value: Any, depth: int) -> Any:
        if is_secret_name(name) and not _is_empty(value):
            return HIDDEN
        return self.copy(value, depth + 1)


_NOT_PLAIN = object()


def _plain(value: Any) -> Any:
    """The copy of a single value; _NOT_PLAIN for a container or an object."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, int):
        size = int(value).bit_length()
        return int(value) if size <= _MAX_BITS else f"a number of {size} bits"
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, str):
        return scrub_text(str(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return _NOT_PLAIN


def _is_empty(value: Any) -> bool:
    try:
        return not value
    except Exception:
        return False


def _type_name(value: object) -> str:
    return f"<{type(value).__name__}>"
