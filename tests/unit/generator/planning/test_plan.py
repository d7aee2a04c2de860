import ast
import keyword
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.code.render import render_files
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.planning.plan_edit import find_field, find_table
from proto_ddf.generator.spec import AppSpec, ChartKind, FieldSpec, Widget
from proto_ddf.sources.protocol import Source
from proto_ddf.sources.schema.model import (
    ColumnInfo,
    ColumnType,
    ForeignKey,
    SourceSchema,
    TableInfo,
)

MakeSource = Callable[[SourceSchema, dict[str, list[tuple[Any, ...]]]], Source]


def _field(spec: AppSpec, table: str, column: str) -> FieldSpec:
    return find_field(find_table(spec, table), column)


def _one_table(*columns: ColumnInfo, **more: Any) -> SourceSchema:
    return SourceSchema(tables=(TableInfo(name="things", columns=columns, **more),))


def _plan_column(column: ColumnInfo) -> FieldSpec:
    spec = plan_app(_one_table(column), name="Things app", imported=False)
    return _field(spec, "things", column.name)


@pytest.mark.parametrize(
    ("table", "column", "widget"),
    [
        ("customers", "id", Widget.READONLY),
        ("customers", "name", Widget.TEXT),
        ("customers", "email", Widget.EMAIL),
        ("customers", "website", Widget.URL),
        ("customers", "notes", Widget.TEXTAREA),
        ("customers", "active", Widget.SWITCH),
        ("orders", "customer_id", Widget.RELATION),
        ("orders", "order_date", Widget.DATE),
        ("orders", "status", Widget.SELECT),
        ("orders", "total", Widget.MONEY),
        ("orders", "updated_at", Widget.DATETIME),
    ],
)
def test_the_widget_follows_type_and_name(
    plan: AppSpec, table: str, column: str, widget: Widget
) -> None:
    assert _field(plan, table, column).widget is widget


@pytest.mark.parametrize(
    ("column", "widget"),
    [
        (ColumnInfo(name="price", type=ColumnType.FLOAT), Widget.MONEY),
        (ColumnInfo(name="value", type=ColumnType.DECIMAL, scale=2), Widget.MONEY),
        (ColumnInfo(name="tax_rate", type=ColumnType.DECIMAL, scale=2), Widget.NUMBER),
        (ColumnInfo(name="latitude", type=ColumnType.DECIMAL, scale=6), Widget.COORDINATES),
        (ColumnInfo(name="weight", type=ColumnType.FLOAT), Widget.NUMBER),
        (ColumnInfo(name="total_seats", type=ColumnType.INTEGER), Widget.INTEGER),
        (ColumnInfo(name="story", type=ColumnType.TEXT, max_length=4000), Widget.TEXTAREA),
        (ColumnInfo(name="payload", type=ColumnType.JSON), Widget.JSON),
        (ColumnInfo(name="opens", type=ColumnType.TIME), Widget.TIME),
    ],
)
def test_the_widget_of_a_single_column(column: ColumnInfo, widget: Widget) -> None:
    assert _plan_column(column).widget is widget


def test_a_field_is_required_when_nothing_else_fills_it(plan: AppSpec) -> None:
    required = {
        (table.table, field.column)
        for table in plan.tables
        for field in table.fields
        if field.required
    }
    assert required == {
        ("customers", "name"),
        ("customers", "email"),
        ("orders", "customer_id"),
        ("orders", "order_date"),
    }


def test_binary_columns_are_hidden(plan: AppSpec) -> None:
    assert _field(plan, "customers", "photo").hidden


def test_limits_of_the_schema_are_kept(plan: AppSpec) -> None:
    total = _field(plan, "orders", "total")
    assert (total.precision, total.scale, total.minimum) == (10, 2, 0)
    assert _field(plan, "customers", "name").max_length == 80
    assert _field(plan, "orders", "status").choices == ["new", "paid", "sent"]


def test_a_relation_is_labelled_after_its_target(plan: AppSpec) -> None:
    assert _field(plan, "orders", "customer_id").label == "Customer"
    [relation] = find_table(plan, "orders").relations
    assert (relation.columns, relation.target_table) == (["customer_id"], "customers")


def test_a_relation_to_a_table_left_out_is_left_out(shop: SourceSchema) -> None:
    spec = plan_app(shop, name="My shop", tables=["orders"], imported=False)
    assert spec.tables[0].relations == []
    assert _field(spec, "orders", "customer_id").widget is Widget.INTEGER
    assert _field(spec, "orders", "customer_id").label == "Customer ID"


def test_a_text_with_few_values_becomes_a_select(shop: SourceSchema, shop_source: Source) -> None:
    spec = plan_app(shop, name="My shop", imported=False, source=shop_source)
    level = _field(spec, "customers", "level")
    assert level.widget is Widget.SELECT
    assert level.choices == ["gold", "new", "silver"]
    assert _field(spec, "customers", "name").widget is Widget.TEXT


def test_a_text_that_may_take_a_new_value_any_day_stays_a_text(
    shop: SourceSchema, shop_source: Source
) -> None:
    spec = plan_app(shop, name="My shop", imported=False, source=shop_source)
    assert _field(spec, "customers", "country").widget is Widget.TEXT


def test_values_that_were_not_all_read_make_no_select(make_source: MakeSource) -> None:
    schema = _one_table(ColumnInfo(name="kind", type=ColumnType.TEXT), row_count=60_000)
    source = make_source(schema, {"things": [(["a", "b"][n % 2],) for n in range(60_000)]})
    spec = plan_app(schema, name="Things app", imported=False, source=source)
    assert _field(spec, "things", "kind").widget is Widget.TEXT
    assert source.read["things"] < 12  # type: ignore[attr-defined]


def test_long_values_get_a_text_area(make_source: MakeSource) -> None:
    schema = _one_table(ColumnInfo(name="story", type=ColumnType.TEXT), row_count=1)
    source = make_source(schema, {"things": [("word " * 50,)]})
    spec = plan_app(schema, name="Things app", imported=False, source=source)
    assert _field(spec, "things", "story").widget is Widget.TEXTAREA


def test_the_column_that_names_a_row(plan: AppSpec) -> None:
    assert find_table(plan, "customers").row_name == ["name"]
    orders = find_table(plan, "orders")
    assert (orders.row_name, orders.singular, orders.beside) == ([], "Order", "customer_id")


def test_tables_are_editable_only_where_allowed_and_with_a_key(shop: SourceSchema) -> None:
    no_key = TableInfo(name="log", columns=(ColumnInfo(name="line", type=ColumnType.TEXT),))
    view = shop.tables[0].model_copy(update={"name": "some", "is_view": True})
    schema = SourceSchema(tables=(*shop.tables, no_key, view))
    editing = plan_app(schema, name="My shop", allow_editing=True, imported=False)
    assert [table.editable for table in editing.tables] == [True, True, False, False]
    reading = plan_app(schema, name="My shop", imported=False)
    assert not any(table.editable for table in reading.tables)


def test_an_import_adds_a_key_of_an_unused_name() -> None:
    schema = _one_table(
        ColumnInfo(name="row_id", type=ColumnType.TEXT),
        ColumnInfo(name="ROW_ID_2", type=ColumnType.TEXT),
    )
    table = plan_app(schema, name="Things app", imported=True, allow_editing=True).tables[0]
    assert table.primary_key == ["row_id_3"]
    assert table.fields[0].generated
    assert table.fields[0].hidden
    assert table.editable
    assert len({field.name for field in table.fields}) == 3


def test_suggested_relations_are_for_imported_data_only(shop: SourceSchema) -> None:
    orders = shop.tables[1]
    guessed = orders.foreign_keys[0].model_copy(update={"suggested": True})
    schema = SourceSchema(
        tables=(shop.tables[0], orders.model_copy(update={"foreign_keys": (guessed,)}))
    )
    live = plan_app(schema, name="My shop", imported=False)
    imported = plan_app(schema, name="My shop", imported=True)
    assert find_table(live, "orders").relations == []
    assert find_table(imported, "orders").relations[0].suggested


def test_a_composite_relation_keeps_its_columns_and_plain_widgets() -> None:
    pair = [ColumnInfo(name=name, type=ColumnType.TEXT) for name in ("origin", "hour")]
    schema = SourceSchema(
        tables=(
            TableInfo(name="weather", columns=tuple(pair), primary_key=("origin", "hour")),
            TableInfo(
                name="flights",
                columns=tuple(pair),
                foreign_keys=(
                    ForeignKey(
                        columns=("origin", "hour"), target_table="weather", target_columns=()
                    ),
                ),
            ),
        )
    )
    spec = plan_app(schema, name="Air app", imported=True)
    [relation] = find_table(spec, "flights").relations
    assert relation.columns == relation.target_columns == ["origin", "hour"]
    assert _field(spec, "flights", "origin").widget is Widget.TEXT


def test_a_foreign_key_without_a_target_column_is_left_out() -> None:
    broken = ForeignKey(columns=("a",), target_table="things", target_columns=("gone",))
    schema = _one_table(ColumnInfo(name="a", type=ColumnType.TEXT), foreign_keys=(broken,))
    assert plan_app(schema, name="Things app", imported=False).tables[0].relations == []


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": "class"}, "name", "project_name_reserved"),
        ({"tables": []}, "tables", "tables_required"),
        ({"tables": ["gone"]}, "tables", "table_unknown"),
        ({"accent_color": "octarine"}, "accent_color", "invalid_value"),
    ],
)
def test_bad_choices_are_reported_at_their_field(
    shop: SourceSchema, change: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        plan_app(shop, **{"name": "My shop", "imported": False, **change})
    assert (caught.value.field, caught.value.code) == (field, code)


def test_the_shops_charts_answer_questions(shop: SourceSchema, shop_source: Source) -> None:
    spec = plan_app(shop, name="My shop", imported=False, source=shop_source)
    charts = [(chart.title, chart.kind) for chart in spec.charts]
    assert charts == [
        ("Total of orders per month", ChartKind.LINE),
        ("Customers by country", ChartKind.PIE),
        ("Total of orders by status", ChartKind.PIE),
        ("Customers by level", ChartKind.PIE),
    ]
    assert spec.charts[0].value_column == "total"
    assert len({chart.id for chart in spec.charts}) == len(charts)


def test_without_rows_charts_come_from_the_schema(plan: AppSpec) -> None:
    assert [chart.group_by for chart in plan.charts] == ["order_date", "status", "active"]


@pytest.mark.parametrize(("days", "bucket"), [(10, "day"), (300, "month"), (365 * 10, "year")])
def test_the_bucket_follows_the_span(make_source: MakeSource, days: int, bucket: str) -> None:
    schema = _one_table(ColumnInfo(name="at", type=ColumnType.DATETIME), row_count=100)
    start = datetime(2010, 1, 1)
    rows = [(start + timedelta(days=days * n / 99),) for n in range(100)]
    spec = plan_app(
        schema, name="Things app", imported=False, source=make_source(schema, {"things": rows})
    )
    assert [chart.bucket for chart in spec.charts] == [bucket]


def test_keys_and_texts_of_many_values_make_no_chart(make_source: MakeSource) -> None:
    schema = _one_table(
        ColumnInfo(name="code", type=ColumnType.TEXT, primary_key=True, unique=True),
        ColumnInfo(name="word", type=ColumnType.TEXT),
        row_count=200,
        primary_key=("code",),
    )
    source = make_source(schema, {"things": [(f"c{n}", f"w{n}") for n in range(200)]})
    assert plan_app(schema, name="Things app", imported=False, source=source).charts == []


def test_values_that_do_not_fit_their_type_do_not_stop_the_plan(make_source: MakeSource) -> None:
    schema = _one_table(
        ColumnInfo(name="at", type=ColumnType.DATE),
        ColumnInfo(name="word", type=ColumnType.TEXT),
        row_count=3,
    )
    rows = [("never", 7), (datetime(2020, 1, 1).date(), b"x"), (None, None)]
    source = make_source(schema, {"things": rows})
    assert plan_app(schema, name="Things app", imported=False, source=source).tables


def test_two_hundred_tables_of_two_hundred_columns_of_any_name() -> None:
    odd = ["", "class", "1", "é", "名前", "a b", "a-b", "A B", '"; DROP', "{{ x }}", "\n"]
    names = [f"{odd[n % len(odd)]}{n // len(odd) or ''}" for n in range(200)]
    columns = tuple(ColumnInfo(name=name, type=ColumnType.TEXT) for name in names)
    schema = SourceSchema(tables=tuple(TableInfo(name=name, columns=columns) for name in names))
    spec = plan_app(schema, name="Big app", imported=True)
    assert len({table.name for table in spec.tables}) == 200
    assert len({table.route for table in spec.tables}) == 200
    for table in spec.tables:
        identifiers = [field.name for field in table.fields]
        assert len(set(identifiers)) == 201
        assert not any(map(keyword.iskeyword, identifiers))
        assert all(map(str.isidentifier, identifiers))
        assert table.label
        assert table.singular


def test_every_table_name_that_the_templates_use_is_left_to_them() -> None:
    """A table called like something that the app's modules import would hide it."""
    used = _names_at_the_top(render_files(_plain_plan("zebra")))
    for name in sorted(used):
        assert _plain_plan(name).tables[0].name not in used


def _plain_plan(table: str) -> AppSpec:
    columns = (ColumnInfo(name="id", type=ColumnType.INTEGER, primary_key=True),)
    info = TableInfo(name=table, columns=columns, primary_key=("id",))
    return plan_app(SourceSchema(tables=(info,)), name="Zoo app", imported=False)


def _names_at_the_top(files: dict[str, bytes]) -> set[str]:
    """Names bound at module level where tables' names are bound too."""
    bound: set[str] = set()
    for path, content in files.items():
        if path not in {
            f"zoo_app/{module}.py" for module in ("models", "zoo_app", "pages/dashboard")
        }:
            continue
        for node in ast.parse(content).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                bound |= {alias.asname or alias.name for alias in node.names}
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                bound.add(node.name)
            elif isinstance(node, ast.Assign):
                bound |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return {name for name in bound if name.islower() and not name.startswith("zebra")}
