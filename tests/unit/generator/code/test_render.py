import ast
import errno
import gc
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf import errors
from proto_ddf.errors import classify
from proto_ddf.generator.code import atomic_replace, render
from proto_ddf.generator.code.render import render_app, render_files
from proto_ddf.generator.names import TEMPLATES
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.spec import AppSpec
from proto_ddf.sources.schema.model import (
    ColumnInfo,
    ColumnType,
    ForeignKey,
    SourceSchema,
    TableInfo,
)

HOSTILE = st.sampled_from(
    [
        '"""',
        "'''",
        "\\",
        '\\"""',
        "{{ 7 * 7 }}",
        "{% raw %}",
        "{# gone #}",
        "\n",
        "\r\n",
        "{x!r}",
        '"); import os; os.abort(); ("',
        "# comment",
        "</script>",
        "\u2028",
        "\x00",
        "\x0c",
        "名前 🚀 é",
        "%s",
    ]
)
TEXT = st.lists(HOSTILE | st.text(max_size=12), max_size=4).map("".join)


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
    for name in ("data/app.db", ".web/x", ".states/y", "logs/z", ".env", "old_code.py"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    render_app(plan, folder, templates=templates)
    for name in ("data/app.db", ".web/x", ".states/y", "logs/z", ".env"):
        assert (folder / name).read_text() == name
    assert not (folder / "old_code.py").exists()
    assert os.listdir(folder.parent) == [folder.name]


def test_a_template_that_fails_leaves_the_old_app(
    plan: AppSpec, templates: Path, folder: Path
) -> None:
    render_app(plan, folder, templates=templates)
    before = _tree(folder)
    (templates / "bad.txt.jinja").write_text("{{ spec.gone }}")
    with pytest.raises(errors.SystemError) as caught:
        render_app(plan, folder, templates=templates)
    assert caught.value.code == "render_failed"
    assert _tree(folder) == before
    assert os.listdir(folder.parent) == [folder.name]


@pytest.mark.parametrize("in_the_way", ["apps", "apps/my_shop"])
def test_a_file_where_the_folder_must_go_is_told_and_stays(
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


def test_a_full_disk_is_told_as_such(
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


def test_apps_can_be_written_at_once(
    plan: AppSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before Python 3.11.8, syntax trees made in two threads at once end with a SystemError if the garbage collector
    lets the other thread run meanwhile. To the kind belongs every use of `ast.parse`, which ruff therefore refuses."""
    for number in range(4):
        render_app(plan, tmp_path / f"app_{number}")
    switches, thresholds = sys.getswitchinterval(), gc.get_threshold()
    gc.callbacks.append(_let_others_run)
    try:
        sys.setswitchinterval(1e-6)
        gc.set_threshold(50)
        with ThreadPoolExecutor(4) as threads:
            folders = [tmp_path / f"app_{number}" for number in range(4)] * 2
            list(threads.map(render._check_syntax, folders))
    finally:
        gc.callbacks.remove(_let_others_run)
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(switches)


def _let_others_run(_phase: str, _info: dict[str, int]) -> None:
    for _ in range(20):
        pass


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


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs but what the next run does."""


def _kill_points(monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    """From the nth step on the disk of the swap, nothing happens any more."""
    done = 0

    def guard(function):  # type: ignore[no-untyped-def]
        def step(*args, **kwargs):  # type: ignore[no-untyped-def]
            nonlocal done
            done += 1
            if done >= nth:
                raise Killed
            return function(*args, **kwargs)

        return step

    def dead(*_: object, **__: object) -> None:
        if done < nth:
            real_rmtree(*_, **__)  # type: ignore[arg-type]

    real_rmtree = atomic_replace.shutil.rmtree
    monkeypatch.setattr(atomic_replace.os, "rename", guard(os.rename))
    monkeypatch.setattr(atomic_replace, "_exchange", guard(atomic_replace._exchange))
    monkeypatch.setattr(atomic_replace.shutil, "rmtree", dead)


@pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "two renames"])
@pytest.mark.parametrize("nth", range(1, 9))
def test_a_kill_leaves_the_old_or_the_new_app_and_loses_no_data(
    plan: AppSpec,
    templates: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    nth: int,
    exchange: bool,
) -> None:
    render_app(plan, folder, templates=templates)
    for name in ("data", "logs"):
        (folder / name).mkdir()
        (folder / name / "kept").write_text(name)
    old = _code(folder)
    renamed = plan.model_copy(update={"name": "New name"})
    with monkeypatch.context() as patched:
        if not exchange:
            patched.setattr(atomic_replace, "_exchange", lambda *_: False)
        _kill_points(patched, nth)
        killed = False
        try:
            render_app(renamed, folder, templates=templates)
        except Killed:
            killed = True
    new = _code_of(renamed, templates)
    if folder.exists():
        assert _code(folder) in (old, new)
    else:
        assert killed
        assert not exchange
    render_app(renamed, folder, templates=templates)
    assert _code(folder) == new
    assert (folder / "data/kept").read_text() == "data"
    assert (folder / "logs/kept").read_text() == "logs"
    assert os.listdir(folder.parent) == [folder.name]


def _code_of(spec: AppSpec, templates: Path) -> dict[str, bytes]:
    with TemporaryDirectory() as scratch:
        render_app(spec, Path(scratch) / "app", templates=templates)
        return _code(Path(scratch) / "app")


def _code(folder: Path) -> dict[str, bytes]:
    tree = _tree(folder)
    return {name: text for name, text in tree.items() if not name.startswith(("data", "logs"))}


def _tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_templates_leave_the_apps_own_folders_alone() -> None:
    assert not {path.name for path in TEMPLATES.iterdir()} & set(atomic_replace.PRESERVED)


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


@st.composite
def hostile_plans(draw: st.DrawFn) -> AppSpec:
    """Plans of which every text is hostile."""
    names = draw(st.lists(TEXT, min_size=2, max_size=3, unique=True))
    columns = draw(st.lists(TEXT, min_size=len(ColumnType), max_size=len(ColumnType), unique=True))
    choices = tuple(draw(st.lists(TEXT, min_size=1, max_size=3)))
    infos = tuple(
        ColumnInfo(name=name, type=kind, choices=choices if kind is ColumnType.TEXT else None)
        for name, kind in zip(columns, ColumnType, strict=True)
    )
    keys = (ForeignKey(columns=(columns[0],), target_table=names[0], target_columns=(columns[0],)),)
    tables = (
        TableInfo(name=name, columns=infos, primary_key=(columns[0],), foreign_keys=keys)
        for name in names
    )
    schema = SourceSchema(tables=tuple(tables))
    spec = plan_app(schema, name="My shop", imported=False, allow_editing=True)
    spec.name = draw(TEXT)
    spec.description = draw(TEXT)
    for table in spec.tables:
        table.label = draw(TEXT)
        table.fields[0].label = draw(TEXT)
    for chart in spec.charts:
        chart.title = draw(TEXT)
    return spec


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(hostile_plans())
def test_whatever_a_person_types_comes_out_as_literals(spec: AppSpec) -> None:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "app"
        render_app(spec, folder)
        literals = {path: set(_strings(folder / path)) for path in _python(folder)}
        written = json.loads((folder / "app.json").read_text())
    assert written == spec.model_dump(mode="json")
    calls = {_shape(source) for source in _sources(spec)}
    assert len(calls) == 1, "the texts changed what the code does"
    assert {spec.name, spec.description} <= literals[f"{spec.slug}/config.py"]
    for table in spec.tables:
        assert {table.table} <= literals[f"{spec.slug}/models.py"]
        assert {field.column for field in table.fields} <= literals[f"{spec.slug}/models.py"]
        page = literals[f"{spec.slug}/pages/{table.name}.py"]
        assert {table.label, table.fields[0].label} <= page
        assert {each for field in table.fields for each in field.choices or ()} <= page


def _sources(spec: AppSpec) -> Iterator[dict[str, bytes]]:
    """The code of the plan, and of the same plan with harmless texts."""
    yield render_files(spec)
    tame = spec.model_copy(deep=True)
    tame.name = "Name"
    tame.description = "Text" if spec.description else ""
    for table in tame.tables:
        table.label = "Label"
        table.fields[0].label = "Label"
    for chart in tame.charts:
        chart.title = "Title"
    yield render_files(tame)


def _shape(files: dict[str, bytes]) -> str:
    """The structure of all code: its syntax tree without the texts in it."""
    trees = []
    for path, content in sorted(files.items()):
        if path.endswith(".py"):
            tree = ast.parse(content)
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    node.value = ""
            trees.append(f"{path}: {ast.dump(tree)}")
    return "\n".join(trees)


def _python(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*.py")]


def _strings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


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
