"""Which files of an app a person changed since they were written."""

import hashlib
import json
from pathlib import Path

from proto_ddf.generator.code.package import MANIFEST, code_files

LOCK_FOLDER = "reflex.lock"
"""Reflex writes it when the app is built."""


def record_digests(folder: Path) -> None:
    """Note what the code in an app's folder is. Raises OSError when the disk does not take the file."""
    (folder / MANIFEST).write_text(json.dumps(_digests(folder), indent=1, sort_keys=True))


def manual_edits(folder: Path) -> list[str] | None:
    """Paths of the files that are not as they were written, and of those added; None: it was not noted."""
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
