"""The warnings of a build: Proto-DDF's own pages and those of a generated app use nothing deprecated of Reflex.

The kind: a form control that Reflex sends by its id, an option of rxconfig or of `rx.App` that has moved, a
component under an old name, a Python DeprecationWarning at import. Reflex prints all of these warnings while it
compiles the pages, so each page has to be compiled."""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.hosting.builds import frontend
from proto_ddf.progress import NoProgress
from proto_ddf.settings import PROJECT_ROOT
from proto_ddf.sources.sqlite.source import SqliteSource

WARNING = re.compile(r"deprecat|warning|will be (completely )?removed", re.I)
TABLES = """
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, vip BOOLEAN, born DATE, woken TIME,
        seen DATETIME, grade TEXT CHECK (grade IN ('a', 'b')), story TEXT, picture BLOB, details JSON);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers, day DATE, total REAL);
"""


class Lines(NoProgress):
    """Keeps the lines that the build prints."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self, line: str) -> None:
        self.lines.append(line)


def warnings_of_build(folder: Path) -> list[str]:
    said = Lines()
    variables = {**os.environ, "PYTHONWARNINGS": "default"}
    frontend.install(folder, said, variables)
    frontend.build(folder, said, variables)
    assert "Bundling the pages" in said.lines  # these lines are really the output of the build
    return [line for line in said.lines if WARNING.search(line)]


def test_proto_ddf_builds_without_warnings(tmp_path: Path, home: Path) -> None:
    for name in ("proto_ddf", "assets"):
        shutil.copytree(PROJECT_ROOT / name, tmp_path / "own" / name)
    shutil.copy(PROJECT_ROOT / "rxconfig.py", tmp_path / "own")
    assert warnings_of_build(tmp_path / "own") == []


@pytest.mark.parametrize("editing", [True, False])
def test_a_generated_app_builds_without_warnings(tmp_path: Path, home: Path, editing: bool) -> None:
    database = tmp_path / "shop.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(TABLES)
    source = SqliteSource(database)
    spec = plan_app(
        source.read_schema(), name="Shop", allow_editing=editing, imported=False, source=source
    )
    render_app(spec, tmp_path / "shop")
    assert warnings_of_build(tmp_path / "shop") == []
