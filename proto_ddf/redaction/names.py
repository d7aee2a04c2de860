"""Names that say that a value is a secret."""

import re
from functools import lru_cache

_LONGEST_KEPT = 100
"""Characters of a name that is remembered: nearly all names come again."""
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


def is_secret_name(name: str) -> bool:
    """Whether a value of that name may be a secret: "db_password", "apiKey", "key".

    The keys of a database ("primary_key", "foreign_key") are not secrets.
    """
    return _is_secret(name) if len(name) <= _LONGEST_KEPT else _is_secret.__wrapped__(name)


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    words = re.findall(r"[a-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower())
    joined = "".join(words)
    if any(part in joined for part in _SECRET_PARTS):
        return True
    if words[-1:] == ["key"]:
        return words[-2:-1] == [] or words[-2] not in _HARMLESS_KEYS
    return not _SECRET_WORDS.isdisjoint(words)
