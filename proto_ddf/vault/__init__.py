"""Passwords and other secrets, encrypted at rest. Everything else holds references to them."""

from proto_ddf.vault.rotation import rotate
from proto_ddf.vault.secrets import discard, is_reference, known, prune, reveal, store

__all__ = ["discard", "is_reference", "known", "prune", "reveal", "rotate", "store"]
