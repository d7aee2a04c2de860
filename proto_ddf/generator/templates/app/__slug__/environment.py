"""Settings of this app, from the environment or from the file `.env` beside rxconfig.py."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The app's folder: the one with rxconfig.py."""


def setting(name: str, default: str) -> str:
    """The environment variable of that name, else its line in `.env`, else the default."""
    return os.environ.get(name) or _from_file(ROOT / ".env").get(name) or default


def _from_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    settings = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.lstrip().startswith("#"):
            settings[name.strip()] = value.strip().strip("\"'")
    return settings
