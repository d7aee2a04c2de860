"""Telling which files of an app a person changed."""

from pathlib import Path

import pytest

from proto_ddf.generator.code.manual_edits import manual_edits, record_digests
from proto_ddf.generator.code.package import package_app
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.spec import AppSpec


@pytest.fixture
def app(plan: AppSpec, tmp_path: Path) -> Path:
    folder = tmp_path / "my_shop"
    render_app(plan, folder)
    record_digests(folder)
    return folder


def test_an_app_that_ran_is_as_it_was_written(app: Path) -> None:
    made = ("data/app.db", ".web/x", "logs/app.log", ".env", "my_shop/__pycache__/a.pyc")
    for name in (*made, "reflex.lock/bun.lock"):
        path = app / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    assert manual_edits(app) == []


def test_what_was_changed_or_added_is_named_and_what_was_removed_is_not(app: Path) -> None:
    with (app / "my_shop" / "models.py").open("a") as file:
        file.write("# mine\n")
    (app / "my_shop" / "mine.py").write_text("")
    (app / "README.md").unlink()
    assert manual_edits(app) == ["my_shop/mine.py", "my_shop/models.py"]


def test_manual_edits_of_an_app_of_an_earlier_release_are_unknown(
    plan: AppSpec, tmp_path: Path
) -> None:
    render_app(plan, tmp_path / "my_shop")
    assert manual_edits(tmp_path / "my_shop") is None


def test_a_damaged_note_tells_nothing(app: Path) -> None:
    (app / ".written.json").write_text("{")
    assert manual_edits(app) is None


def test_the_note_is_no_part_of_the_download(plan: AppSpec, app: Path) -> None:
    with package_app(plan.slug, app, None).open("rb") as archive:
        assert b".written.json" not in archive.read()
