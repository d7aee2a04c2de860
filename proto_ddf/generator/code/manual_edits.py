"""Finds the files of an app that a person changed after they were written."""

import hashlib
import json
from pathlib import Path

from proto_ddf.generator.code.package import MANIFEST, code_files

LOCK_FOLDER = "reflex.lock"
"""Reflex writes it when it builds the app."""


def record_digests(folder: Path) -> None:
    """Store digests of the code in an app's folder. Raises OSError if the file cannot be written."""
    (folder / MANIFEST).write_text(json.dumps(_digests(folder), indent=1, sort_keys=True))


def manual_edits(folder: Path) -> list[str] | None:
    """Paths of the files that were changed or added since the digests were stored; None: there are no digests."""
    try:
        written = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        return None
    return [name for name, digest in _digests(folder).items() if written.get(name) != digest]


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in code_files(folder)
        if path.relative_to(folder).parts[0] != LOCK_FOLDER
    }
