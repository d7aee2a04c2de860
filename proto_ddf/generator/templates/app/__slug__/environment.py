"""The app's settings, from the environment or from the file `.env` beside rxconfig.py."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The app's folder, which contains rxconfig.py."""


def setting(name: str, default: str) -> str:
    """The environment variable with that name, otherwise its line in `.env`, otherwise the default."""
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
