"""Telling which files of an app a person changed."""

from pathlib import Path

import pytest

from proto_ddf.generator.code.manual_edits import changed_by_hand, note_written
from proto_ddf.generator.code.package import package_app
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.spec import AppSpec


@pytest.fixture
def app(plan: AppSpec, tmp_path: Path) -> Path:
    folder = tmp_path / "my_shop"
    render_app(plan, folder)
    note_written(folder)
    return folder


def test_an_app_that_ran_is_as_it_was_written(app: Path) -> None:
    made = ("data/app.db", ".web/x", "logs/app.log", ".env", "my_shop/__pycache__/a.pyc")
    for name in (*made, "reflex.lock/bun.lock"):
        path = app / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    assert changed_by_hand(app) == []


def test_what_was_changed_or_added_is_named_and_what_was_removed_is_not(app: Path) -> None:
    with (app / "my_shop" / "models.py").open("a") as file:
        file.write("# mine\n")
    (app / "my_shop" / "mine.py").write_text("")
    (app / "README.md").unlink()
    assert changed_by_hand(app) == ["my_shop/mine.py", "my_shop/models.py"]


def test_an_app_of_an_earlier_release_cannot_be_told(plan: AppSpec, tmp_path: Path) -> None:
    render_app(plan, tmp_path / "my_shop")
    assert changed_by_hand(tmp_path / "my_shop") is None


def test_a_damaged_note_tells_nothing(app: Path) -> None:
    (app / ".written.json").write_text("{")
    assert changed_by_hand(app) is None


def test_the_note_is_no_part_of_the_download(plan: AppSpec, app: Path) -> None:
    with package_app(plan, app, None).open("rb") as archive:
        assert b".written.json" not in archive.read()
