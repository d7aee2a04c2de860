"""A small tree of templates, and the folder of the app that is made of them."""

from pathlib import Path

import pytest


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A small tree with each kind of file."""
    root = tmp_path / "templates"
    files = {
        "assets/logo.bin": "\x00{{ not rendered }}",
        "__slug__/__slug__.py.jinja": "import sys\nimport os\nNAME = {{ spec.name|py }}\n",
        "__slug__/pages/__table__.py.jinja": "LABEL={{ table.label|py }}\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "apps" / "my_shop"
