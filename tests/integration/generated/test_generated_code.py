"""The code of a generated app: its own test passes, it is clean and typed, and it does not need Proto-DDF."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.sources.sample_shop.sample_database import ensure_sample
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.served_apps import NO_PLUGINS

PLAIN_MODULES = [
    *(
        "access",
        "changes",
        "charts",
        "form_validation",
        "column_types",
        "comparison_values",
        "config",
        "connecting",
    ),
    *(
        "data",
        "database",
        "defaults",
        "dialect",
        "environment",
        "errors",
        "database_errors",
        "filter_conditions",
        "filters",
    ),
    *(
        "formats",
        "keys",
        "models",
        "notation",
        "on_delete",
        "paging",
        "relations",
        "rows",
        "special_formats",
        "views",
    ),
    *("written_forms",),
]
"""All modules but pages, components and states, whose types Reflex changes at run time."""


def render_sample(folder: Path, *, editing: bool) -> Path:
    source = SqliteSource(ensure_sample())
    spec = plan_app(
        source.read_schema(), name="Shop", allow_editing=editing, imported=False, source=source
    )
    render_app(spec, folder)
    return folder


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=os.environ | NO_PLUGINS | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_own_test_passes(home, tmp_path: Path):
    folder = render_sample(tmp_path / "shop", editing=True)
    database = tmp_path / "shop.db"
    check_own_test_passes(folder, database, DATABASE_URL=f"sqlite:///{database}")


def test_its_own_test_passes_without_editing_and_fails_when_the_database_has_changed(
    home, tmp_path: Path
):
    folder = render_sample(tmp_path / "shop", editing=False)
    (folder / "data").mkdir()
    database = folder / "data" / "app.db"
    check_own_test_passes(folder, database, DATABASE_URL="")
    connection = sqlite3.connect(database)
    connection.execute("alter table customers drop column phone")
    connection.close()
    done = run(folder, "pytest", "-q", DATABASE_URL="")
    assert done.returncode == 1
    assert "test_the_models_match_the_database[customers]" in done.stdout


def check_own_test_passes(folder: Path, database: Path, **environment: str) -> None:
    """The app's own test passes on a copy of the sample, and leaves it as it was."""
    shutil.copy(ensure_sample(), database)
    before = database.read_bytes()
    done = run(folder, "pytest", "-q", **environment)
    assert done.returncode == 0, done.stdout
    assert database.read_bytes() == before


def test_it_is_clean_typed_and_independent_of_proto_ddf(home, tmp_path: Path, mypy: list[str]):
    folder = render_sample(tmp_path / "shop", editing=True)
    rules = ("--isolated", "--select", "E,F,W,I,UP,B,SIM,C4", "--line-length", "120")
    clean = run(folder, "ruff", "check", *rules, ".")
    assert clean.returncode == 0, clean.stdout
    formatted = run(folder, "ruff", "format", "--isolated", "--line-length", "100", "--check", ".")
    assert formatted.returncode == 0, formatted.stdout
    modules = [f"shop/{name}.py" for name in PLAIN_MODULES]
    typed = run(folder, *mypy, *modules)
    assert typed.returncode == 0, typed.stdout
    for file in folder.rglob("*"):
        if file.suffix in (".py", ".md", ".txt", ".css", ".js", ".svg"):
            text = file.read_text().lower()
            assert "proto_ddf" not in text, file
            assert "proto-ddf" not in text, file


def test_it_refuses_to_write_if_editing_is_off(home, tmp_path: Path):
    folder = render_sample(tmp_path / "shop", editing=False)
    database = tmp_path / "shop.db"
    shutil.copy(ensure_sample(), database)
    attempt = """
import sqlalchemy as sa
from shop import changes, database, errors
from shop.row_snapshot import Snapshot
from shop.pages import customers
for call in (lambda: changes.create(customers.VIEW, {}), lambda: changes.delete(customers.VIEW, (1,), Snapshot("1"))):
    try:
        call()
    except errors.DataError as error:
        assert error.problem == errors.NOT_ALLOWED
    else:
        raise SystemExit("written")
try:
    with database.change_transaction(customers.VIEW) as connection:
        connection.execute(sa.delete(customers.VIEW.table))
except errors.DataError as error:
    assert error.problem == errors.READ_ONLY, error
else:
    raise SystemExit("written")
"""
    done = subprocess.run(
        [sys.executable, "-c", attempt],
        cwd=folder,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{database}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
