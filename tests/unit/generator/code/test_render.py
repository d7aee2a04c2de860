import errno
import os
from pathlib import Path

import pytest

from proto_ddf import errors
from proto_ddf.errors import classify
from proto_ddf.generator.code import render
from proto_ddf.generator.code.render import render_app, render_files
from proto_ddf.generator.spec import AppSpec
from tests.rendered_files import tree_of


def test_paths_name_the_app_and_its_tables(plan: AppSpec, templates: Path, folder: Path) -> None:
    render_app(plan, folder, templates=templates)
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == {
        "app.json",
        "assets/logo.bin",
        "my_shop/my_shop.py",
        "my_shop/pages/customers.py",
        "my_shop/pages/orders.py",
    }
    assert (folder / "assets/logo.bin").read_text() == "\x00{{ not rendered }}"


def test_code_is_sorted_and_formatted(plan: AppSpec, templates: Path, folder: Path) -> None:
    render_app(plan, folder, templates=templates)
    main = (folder / "my_shop/my_shop.py").read_text()
    assert main == 'import os\nimport sys\n\nNAME = "My shop"\n'
    assert (folder / "my_shop/pages/orders.py").read_text() == 'LABEL = "Orders"\n'


def test_the_plan_can_be_read_back(plan: AppSpec, templates: Path, folder: Path) -> None:
    render_app(plan, folder, templates=templates)
    assert AppSpec.model_validate_json((folder / "app.json").read_text()) == plan


def test_what_belongs_to_the_apps_life_stays(plan: AppSpec, templates: Path, folder: Path) -> None:
    render_app(plan, folder, templates=templates)
    for name in (
        "data/app.db",
        ".web/x",
        ".states/y",
        "logs/z",
        ".env",
        ".views.db",
        "old_code.py",
    ):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    render_app(plan, folder, templates=templates)
    for name in ("data/app.db", ".web/x", ".states/y", "logs/z", ".env", ".views.db"):
        assert (folder / name).read_text() == name
    assert not (folder / "old_code.py").exists()
    assert os.listdir(folder.parent) == [folder.name]


def test_a_template_that_fails_leaves_the_old_app(
    plan: AppSpec, templates: Path, folder: Path
) -> None:
    render_app(plan, folder, templates=templates)
    before = tree_of(folder)
    (templates / "bad.txt.jinja").write_text("{{ spec.gone }}")
    with pytest.raises(errors.SystemError) as caught:
        render_app(plan, folder, templates=templates)
    assert caught.value.code == "render_failed"
    assert tree_of(folder) == before
    assert os.listdir(folder.parent) == [folder.name]


@pytest.mark.parametrize("in_the_way", ["apps", "apps/my_shop"])
def test_a_file_where_the_folder_must_go_is_reported_and_stays(
    plan: AppSpec, templates: Path, tmp_path: Path, in_the_way: str
) -> None:
    blocker = tmp_path / in_the_way
    blocker.parent.mkdir(exist_ok=True)
    blocker.write_text("somebody's file")
    with pytest.raises(errors.SystemError) as caught:
        render_app(plan, tmp_path / "apps" / "my_shop", templates=templates)
    assert classify(caught.value).code == "render_failed"
    assert str(blocker) in caught.value.message
    assert blocker.read_text() == "somebody's file"


def test_a_full_disk_is_reported_as_one(
    plan: AppSpec, templates: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", no_space)
    with pytest.raises(errors.SystemError) as caught:
        render_app(plan, folder, templates=templates)
    assert classify(caught.value).code == "disk_space_low"


def test_code_that_does_not_parse_is_no_app(plan: AppSpec, templates: Path, folder: Path) -> None:
    (templates / "bad.py").write_text("def (:\n")
    with pytest.raises(errors.SystemError) as caught:
        render_app(plan, folder, templates=templates)
    assert caught.value.code == "render_failed"
    assert not folder.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"slug": "../x"},
        {"slug": ""},
        {"accent_color": 'red" + x + "'},
    ],
)
def test_unsafe_names_of_a_plan_are_refused(
    plan: AppSpec, templates: Path, folder: Path, change: dict[str, str]
) -> None:
    with pytest.raises(errors.SystemError, match="unsafe"):
        render_app(plan.model_copy(update=change), folder, templates=templates)


@pytest.mark.parametrize("part", ["name", "route", "field"])
def test_unsafe_names_of_tables_are_refused(plan: AppSpec, templates: Path, part: str) -> None:
    unsafe = plan.model_copy(deep=True)
    if part == "field":
        unsafe.tables[0].fields[0].name = "x = 1; y"
    else:
        setattr(unsafe.tables[0], part, "../../etc")
    with pytest.raises(errors.SystemError, match="unsafe"):
        render_files(unsafe, templates)


def test_two_tables_of_one_name_are_refused(plan: AppSpec, templates: Path) -> None:
    unsafe = plan.model_copy(deep=True)
    unsafe.tables[1].name = unsafe.tables[0].name
    with pytest.raises(errors.SystemError, match="share a name"):
        render_files(unsafe, templates)


def test_ruff_that_hangs_is_ended(
    plan: AppSpec, templates: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(render, "find_ruff_bin", lambda: str(slow))
    monkeypatch.setattr(render, "RUFF_TIMEOUT", 0.1)
    with pytest.raises(errors.SystemError, match="longer than") as caught:
        render_app(plan, folder, templates=templates)
    assert caught.value.code == "render_failed"


@pytest.mark.parametrize(
    ("dialect", "names"),
    [
        ("sqlite", {"any.txt", "one.txt"}),
        ("postgresql", {"any.txt", "one.txt", "both.txt"}),
        ("mysql", {"any.txt", "one.txt", "both.txt"}),
    ],
)
def test_a_file_of_one_database_is_only_for_apps_on_it(plan, tmp_path, dialect, names):
    templates = tmp_path / "templates"
    templates.mkdir()
    for name in ("sqlite", "postgresql", "mysql"):
        (templates / f"one.{name}.txt").write_text(name)
    (templates / "both.server.txt").write_text("a server")
    (templates / "any.txt.jinja").write_text("{{ spec.dialect }}")
    files = render_files(plan.model_copy(update={"dialect": dialect}), templates)
    assert set(files) == {*names, "app.json"}
    assert files["one.txt"] == files["any.txt"] == dialect.encode()
