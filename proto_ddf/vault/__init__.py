"""The vault: passwords and other secrets, encrypted at rest. All other code has only references to them.

Import the names below; `keys` is internal, and `python -m proto_ddf.vault` rotates the key.
"""

from proto_ddf.vault.rotation import rotate
from proto_ddf.vault.secrets import (
    discard,
    existing_references,
    is_reference,
    prune,
    references_in,
    reveal,
    store,
)

__all__ = [
    "discard",
    "existing_references",
    "is_reference",
    "prune",
    "references_in",
    "reveal",
    "rotate",
    "store",
]
