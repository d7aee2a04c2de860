import os
import sqlite3
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from proto_ddf.errors.types import IntegrationError
from proto_ddf.generator.code.package import package_app, sqlite_file
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.spec import AppSpec


@pytest.fixture
def app(plan: AppSpec, tmp_path: Path) -> Path:
    """A rendered app that has run for a while."""
    folder = tmp_path / "apps" / "my_shop"
    render_app(plan, folder)
    for name in (
        ".web/build/x.js",
        ".states/y",
        "logs/app.log",
        "my_shop/__pycache__/a.pyc",
        "node_modules/z/index.js",
        "uploaded_files/u",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(folder))
    (folder / ".env").write_text(f"DATABASE_URL=sqlite:///{folder}/secret.db")
    (folder / "data").mkdir()
    (folder / "link").symlink_to("/etc/passwd")
    return folder


@pytest.fixture
def database(app: Path) -> Path:
    path = app / "data" / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE things (n INTEGER)")
        connection.execute("INSERT INTO things VALUES (1)")
        connection.commit()
    return path


def _names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


def test_the_zip_holds_the_code_and_nothing_of_the_apps_life(
    plan: AppSpec, app: Path, database: Path
) -> None:
    names = _names(package_app(plan.slug, app, database))
    assert {"my_shop/app.json", "my_shop/rxconfig.py", "my_shop/requirements.txt"} <= set(names)
    assert {"my_shop/my_shop/my_shop.py", "my_shop/data/app.db"} <= set(names)
    gone = (".web", ".states", "logs/", "pycache", "node_modules", ".env", "uploaded")
    assert not [name for name in names if any(part in name for part in gone)]
    assert "my_shop/link" not in names


def test_no_path_of_this_machine_is_inside(plan: AppSpec, app: Path, database: Path) -> None:
    with zipfile.ZipFile(package_app(plan.slug, app, database)) as opened:
        for name in opened.namelist():
            assert not name.startswith("/")
            assert str(app.parent).encode() not in opened.read(name)


def test_the_snapshot_holds_what_is_committed_while_the_app_writes(
    plan: AppSpec, app: Path, database: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("INSERT INTO things VALUES (2)")
        writer.execute("BEGIN")
        writer.execute("INSERT INTO things VALUES (3)")
        packed = package_app(plan.slug, app, database)
        writer.execute("ROLLBACK")
    with zipfile.ZipFile(packed) as opened:
        opened.extract("my_shop/data/app.db", tmp_path)
    copy = tmp_path / "my_shop/data/app.db"
    with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as reader:
        assert reader.execute("SELECT n FROM things").fetchall() == [(1,), (2,)]
        assert reader.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_the_same_app_gives_the_same_file(plan: AppSpec, app: Path, database: Path) -> None:
    first = package_app(plan.slug, app, database).read_bytes()
    for path in app.rglob("*.py"):
        path.touch()
    assert package_app(plan.slug, app, database).read_bytes() == first


def test_each_download_has_a_file_of_its_own(plan: AppSpec, app: Path, database: Path) -> None:
    first, second = (package_app(plan.slug, app, database) for _ in range(2))
    assert first != second
    assert {path.name for path in app.parent.iterdir()} == {app.name, first.name, second.name}


def test_zips_that_nobody_removed_go_after_an_hour(
    plan: AppSpec, app: Path, database: Path
) -> None:
    old = package_app(plan.slug, app, database)
    hours_ago = time.time() - 2 * 3600
    os.utime(old, (hours_ago, hours_ago))
    new = package_app(plan.slug, app, database)
    assert new.exists()
    assert not old.exists()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///data/app.db", "/apps/shop/data/app.db"),
        ("sqlite:////srv/shop.db", "/srv/shop.db"),
        ("sqlite:///file:///srv/my%20shop.db?mode=ro&uri=true", "/srv/my shop.db"),
        ("sqlite://", None),
        ("postgresql://u@h/db", None),
    ],
)
def test_the_file_behind_an_address(url: str, path: str | None) -> None:
    found = sqlite_file(url, Path("/apps/shop"))
    assert found == (Path(path) if path else None)


def test_without_a_database_only_code_is_packed(plan: AppSpec, app: Path) -> None:
    assert "my_shop/data/app.db" not in _names(package_app(plan.slug, app, None))


@pytest.mark.parametrize("gone", ["app", "database"])
def test_what_is_gone_is_named(plan: AppSpec, app: Path, gone: str) -> None:
    missing = app.with_name("gone")
    arguments = (missing, None) if gone == "app" else (app, missing)
    with pytest.raises(IntegrationError) as caught:
        package_app(plan.slug, *arguments)
    assert caught.value.code == "file_not_found"


def test_a_failure_leaves_nothing_behind(plan: AppSpec, app: Path, database: Path) -> None:
    database.write_text("this is no database, and never was one")
    with pytest.raises(sqlite3.DatabaseError):
        package_app(plan.slug, app, database)
    assert [path.name for path in app.parent.iterdir()] == [app.name]
