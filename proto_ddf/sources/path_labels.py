"""Labels of files: short texts for people, unique for each set of files."""

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from proto_ddf.settings import get_settings

_SAMPLES = "samples"


def files_label(files: Sequence[Path]) -> str:
    """A label for files: "shop.db (upload 4f1c2a9b7d3e)", "~/data/shop.db", "a.csv and 2 more (5f3a9c)".

    Two sets of files never have the same label; their order does not matter. `files` are real paths.
    """
    first, *more = sorted(set(files))
    if not more:
        return _file_label(first)
    together = "\0".join(map(str, [first, *more]))
    digest = sha256(together.encode("utf-8", "surrogateescape")).hexdigest()[:6]
    return f"{first.name} and {len(more)} more ({digest})"


def _file_label(file: Path) -> str:
    settings = get_settings()
    uploads, samples = settings.uploads_folder.resolve(), settings.samples_folder.resolve()
    if file.parent.parent == uploads:
        return f"{file.name} (upload {file.parent.name})"
    if file.parent == samples:
        return f"{file.name} ({_SAMPLES})"
    home = os.path.expanduser("~")
    return f"~/{file.relative_to(home)}" if file.is_relative_to(home) else str(file)
