"""Secrets out, JSON in: how values are made fit for logs, records and pages."""

import json
import math
import re
from collections.abc import Mapping, Set
from datetime import date, datetime, time
from enum import Enum
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
_SHORTEST = 6
"""Characters of a known secret that is hidden wherever it turns up; a shorter one would hide plain words."""

_known: re.Pattern[str] | None = None
_spellings: set[str] = set()
_known_lock = Lock()


def hide(secret: str) -> None:
    """From now on `scrub_text` hides `secret`, also as JSON, Python and URLs spell it."""
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
    """Whether something of that name is better not shown: "db_password", "apiKey", "key".

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
    """`text` without passwords, tokens and logins in URLs, valid UTF-8; the middle of what is longer than
    `limit` characters is left out."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    if _known:  # before anything is cut: half a secret would not be found
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
    """`str(value)`, or the type's name where that fails. Never raises."""
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__}>"


def scrub(value: Any, depth: int = 0) -> Any:
    """A JSON-able copy of `value` without secrets, bounded in size and depth. Never raises."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return scrub(value.value, depth)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if depth >= _MAX_DEPTH:
        return "…"
    return _scrub_container(value, depth)


def _scrub_container(value: Any, depth: int) -> Any:
    try:
        if isinstance(value, Mapping):
            items = [(plain_text(key), item) for key, item in value.items()]
            return {
                scrub_text(key): HIDDEN if is_secret_name(key) and item else scrub(item, depth + 1)
                for key, item in items[:_MAX_ITEMS]
            }
        if isinstance(value, list | tuple | Set):
            shown = [scrub(item, depth + 1) for item in list(value)[:_MAX_ITEMS]]
            left_out = len(value) - len(shown)
            return [*shown, f"… and {left_out} more"] if left_out > 0 else shown
    except Exception:
        return f"<{type(value).__name__}>"
    return scrub_text(plain_text(value))
