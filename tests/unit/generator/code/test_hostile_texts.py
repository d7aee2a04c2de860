"""Whatever texts a plan contains, they are literals of the code."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.generator.code.render import render_app, render_files
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
