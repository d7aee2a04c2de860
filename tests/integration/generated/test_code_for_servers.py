"""The code of an app on a server: its own test passes and leaves nothing changed; it is clean, typed, and holds no
secret."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from proto_ddf.generator.code.package import package_app
from tests.served_apps import NO_PLUGINS, ServedApp, url_of


def run(app: ServedApp, *command: str) -> subprocess.CompletedProcess[str]:
    own = {"DATABASE_URL": url_of(app.place), "DATABASE_PASSWORD": app.place.password}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=app.folder,
        env=os.environ | own | NO_PLUGINS,
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_own_test_passes_and_undoes_its_changes(served):
    tables = [each.name for each in served.models.metadata.sorted_tables]
    query = served.filters.Query()

    def everything():
        return {name: served.all_rows(view, query, 50) for name, view in served.views.VIEWS.items()}

    before = everything()
    done = run(served, "pytest", "-q")
    assert done.returncode == 0, done.stdout
    assert tables
    assert everything() == before


def test_it_is_clean_and_typed(served, mypy):
    rules = ("--isolated", "--select", "E,F,W,I,UP,B,SIM,C4", "--line-length", "120")
    clean = run(served, "ruff", "check", *rules, ".")
    assert clean.returncode == 0, clean.stdout
    formatted = run(served, "ruff", "format", "--isolated", "--line-length", "100", "--check", ".")
    assert formatted.returncode == 0, formatted.stdout
    package = served.folder / served.package
    modules = [
        f"{served.package}/{path.name}"
        for path in package.glob("*.py")
        if path.stem not in ("__init__", served.package)
    ]
    typed = run(served, *mypy, *modules)
    assert typed.returncode == 0, typed.stdout


def test_a_download_holds_no_row_and_no_secret_and_says_what_to_set(served, tmp_path: Path):
    (served.folder / ".env").write_text(f"DATABASE_PASSWORD={served.place.password}\n")
    try:
        package = package_app(served.spec.slug, served.folder, None)
    finally:
        (served.folder / ".env").unlink()
    with zipfile.ZipFile(package) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    package.unlink()
    assert not [name for name in files if "/data/" in name or name.endswith((".db", ".env"))]
    for name, text in files.items():
        assert served.place.password not in text, name
        assert served.place.user not in text, name
        assert served.place.name not in text, name
        assert "proto-ddf" not in text.lower(), name
        assert "proto_ddf" not in text.lower(), name
    readme = files[f"{served.package}/README.md"]
    assert "DATABASE_PASSWORD" in readme
    driver = {"postgresql": "psycopg", "mysql": "pymysql"}[served.spec.dialect]
    assert driver in files[f"{served.package}/requirements.txt"]


@pytest.mark.parametrize("other", ["sqlite", "postgresql", "mysql"])
def test_it_has_the_code_of_its_own_database_only(served, other):
    if other == served.spec.dialect:
        return
    names = {"sqlite": "sqlite", "postgresql": "psycopg", "mysql": "pymysql"}
    # Submissions and named views are in SQLite files of the app's own, whatever database the rows are in.
    own = {"submission_store.py", "named_views.py"}
    for path in [each for each in served.folder.rglob("*.py") if each.name not in own]:
        assert names[other] not in path.read_text().lower(), path
        assert f".{other}." not in path.name
