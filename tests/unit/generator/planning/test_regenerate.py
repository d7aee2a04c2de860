"""What becomes of an app's plan when its source has changed."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf.errors.types import IntegrationError, ValidationError
from proto_ddf.generator.code.render import render_files
from proto_ddf.generator.names import TEMPLATES
from proto_ddf.generator.planning import (
    chart_edit,
    figure_edit,
    navigation_edit,
    plan_edit,
    row_name_edit,
)
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.planning.regenerate import changes_for, regenerate, relevant_schema
from proto_ddf.generator.planning.relations import related_columns
from proto_ddf.generator.planning.widgets import allowed_widgets
from proto_ddf.generator.spec import AppSpec, FieldSpec, TableSpec, Widget
from proto_ddf.sources.schema.model import (
    ColumnInfo,
    ColumnType,
    ForeignKey,
    SourceSchema,
    TableInfo,
)

NOTE = ColumnInfo(name="note", type=ColumnType.TEXT)
RETURNS = TableInfo(
    name="returns",
    columns=(
        ColumnInfo(name="id", type=ColumnType.INTEGER, nullable=False, primary_key=True),
        ColumnInfo(name="order_id", type=ColumnType.INTEGER),
    ),
    primary_key=("id",),
    foreign_keys=(
        ForeignKey(columns=("order_id",), target_table="orders", target_columns=("id",)),
    ),
)


def _number(name: str) -> ColumnInfo:
    return ColumnInfo(name=name, type=ColumnType.INTEGER)


def altered(schema: SourceSchema, table: str, **more: Any) -> SourceSchema:
    """The schema with another `table`."""
    tables = (
        each.model_copy(update=more) if each.name == table else each for each in schema.tables
    )
    return SourceSchema(tables=tuple(tables))


def with_column(schema: SourceSchema, table: str, column: str, **more: Any) -> SourceSchema:
    """The schema with another `column`."""
    columns = tuple(
        each.model_copy(update=more) if each.name == column else each
        for each in schema.table(table).columns
    )
    return altered(schema, table, columns=columns)


def without(schema: SourceSchema, table: str, *columns: str) -> SourceSchema:
    kept = tuple(each for each in schema.table(table).columns if each.name not in columns)
    return altered(schema, table, columns=kept)


def fields(spec: AppSpec, table: str) -> dict[str, FieldSpec]:
    return {field.column: field for field in found(spec, table).fields}


def found(spec: AppSpec, table: str) -> TableSpec:
    return plan_edit.find_table(spec, table)


def test_a_source_as_it_was_gives_the_plan_as_it_was(plan: AppSpec, shop: SourceSchema) -> None:
    plan = plan_edit.set_field(plan, "customers", "notes", label="Remarks", hidden=True)
    plan = plan_edit.set_field(plan, "orders", "total", widget=Widget.NUMBER)
    plan = plan_edit.set_field(plan, "customers", "website", required=True)
    plan = plan_edit.set_table_label(plan, "orders", "Purchases")
    plan = row_name_edit.set_singular(plan, "orders", "Purchase")
    plan = row_name_edit.set_beside(plan, "orders", "order_date")
    plan = row_name_edit.set_row_name(plan, "customers", ["country", "email"])
    plan = chart_edit.change_chart(plan, plan.charts[0].id, title="My own")
    assert regenerate(plan, shop, shop) == plan


def test_a_row_is_called_by_what_is_left_of_its_name(plan: AppSpec, shop: SourceSchema) -> None:
    plan = row_name_edit.set_row_name(plan, "customers", ["country", "email"])
    after = without(shop, "customers", "country")
    assert found(regenerate(plan, shop, after), "customers").row_name == ["email"]
    named = row_name_edit.set_row_name(plan, "customers", ["country"])
    assert found(regenerate(named, shop, after), "customers").row_name == ["name"]
    by_key = row_name_edit.set_row_name(plan, "customers", [])
    assert found(regenerate(by_key, shop, shop), "customers").row_name == []


def test_another_column_stands_beside_the_key_if_the_chosen_one_is_gone(
    plan: AppSpec, shop: SourceSchema
) -> None:
    plan = row_name_edit.set_beside(plan, "orders", "order_date")
    new = regenerate(plan, shop, without(shop, "orders", "order_date"))
    assert found(new, "orders").beside == "customer_id"
    nothing = row_name_edit.set_beside(plan, "orders", None)
    assert found(regenerate(nothing, shop, shop), "orders").beside is None


def test_a_switch_and_the_decimals_stay_when_the_values_are_not_read(
    plan: AppSpec, shop: SourceSchema
) -> None:
    status, total = fields(plan, "orders")["status"], fields(plan, "orders")["total"]
    status.flags, status.widget = ("paid", "open"), Widget.SWITCH
    total.decimals = 3
    assert regenerate(plan, shop, shop) == plan


def test_a_switch_may_be_shown_as_its_texts(plan: AppSpec, shop: SourceSchema) -> None:
    fields(plan, "orders")["status"].flags = ("paid", "open")
    plan = plan_edit.set_field(plan, "orders", "status", widget=Widget.TEXT)
    assert fields(regenerate(plan, shop, shop), "orders")["status"].widget is Widget.TEXT


def test_a_new_column_stands_where_the_source_has_it(plan: AppSpec, shop: SourceSchema) -> None:
    columns = shop.table("customers").columns
    after = altered(shop, "customers", columns=(*columns[:3], NOTE, *columns[3:]))
    plan = plan_edit.set_field(plan, "customers", "email", label="Post")
    new = regenerate(plan, shop, after)
    assert [f.column for f in found(new, "customers").fields][2:5] == ["email", "note", "website"]
    assert fields(new, "customers")["note"].widget is Widget.TEXTAREA
    assert fields(new, "customers")["email"].label == "Post"


def test_a_new_columns_name_takes_no_other_fields(plan: AppSpec, shop: SourceSchema) -> None:
    twin = ColumnInfo(name="E-Mail ", type=ColumnType.TEXT)
    other = ColumnInfo(name="Notes", type=ColumnType.TEXT)
    columns = (other, twin, *shop.table("customers").columns)
    new = regenerate(plan, shop, altered(shop, "customers", columns=columns))
    names = [field.name for field in found(new, "customers").fields]
    assert len(set(names)) == len(names)
    assert fields(new, "customers")["notes"].name == fields(plan, "customers")["notes"].name


def test_a_moved_column_stays_where_it_was(plan: AppSpec, shop: SourceSchema) -> None:
    columns = tuple(reversed(shop.table("orders").columns))
    assert regenerate(plan, shop, altered(shop, "orders", columns=columns)) == plan


def test_a_column_that_is_gone_takes_its_charts_along(plan: AppSpec, shop: SourceSchema) -> None:
    plan = chart_edit.add_chart(
        plan, table="orders", group_by="status", measure="sum", value_column="total"
    )
    plan = chart_edit.add_chart(plan, table="orders", group_by="status")
    new = regenerate(plan, shop, without(shop, "orders", "total"))
    assert "total" not in fields(new, "orders")
    assert plan.charts[-1] in new.charts
    assert plan.charts[-2] not in new.charts
    assert {chart.value_column for chart in new.charts} == {None}


def test_a_column_of_another_type_is_planned_anew(plan: AppSpec, shop: SourceSchema) -> None:
    plan = plan_edit.set_field(plan, "orders", "total", label="Sum", widget=Widget.NUMBER)
    after = with_column(
        shop, "orders", "total", type=ColumnType.TEXT, precision=None, scale=None, minimum=None
    )
    total = fields(regenerate(plan, shop, after), "orders")["total"]
    assert (total.type, total.widget, total.label) == (ColumnType.TEXT, Widget.TEXT, "Sum")


def test_a_chart_over_time_goes_when_its_dates_are_no_dates(
    plan: AppSpec, shop: SourceSchema
) -> None:
    assert any(chart.group_by == "order_date" for chart in plan.charts)
    new = regenerate(plan, shop, with_column(shop, "orders", "order_date", type=ColumnType.TEXT))
    assert not any(chart.group_by == "order_date" for chart in new.charts)


def test_what_the_source_demands_follows_it(plan: AppSpec, shop: SourceSchema) -> None:
    plan = plan_edit.set_field(plan, "customers", "notes", hidden=True)
    plan = plan_edit.set_field(plan, "customers", "website", required=True)
    after = with_column(shop, "customers", "notes", nullable=False)
    after = with_column(after, "customers", "name", nullable=True, max_length=90)
    new = fields(regenerate(plan, shop, after), "customers")
    assert (new["notes"].required, new["notes"].hidden) == (True, False)
    assert (new["name"].required, new["name"].max_length) == (False, 90)
    assert new["website"].required  # a person wanted it


def test_a_field_that_was_only_shown_is_asked_for_once_it_must_be_given(
    plan: AppSpec, shop: SourceSchema
) -> None:
    plan = plan_edit.set_field(plan, "customers", "notes", widget=Widget.READONLY)
    new = regenerate(plan, shop, with_column(shop, "customers", "notes", nullable=False))
    assert fields(new, "customers")["notes"].widget is Widget.TEXTAREA


class TestRelations:
    def test_one_that_a_person_took_away_stays_away(
        self, plan: AppSpec, shop: SourceSchema
    ) -> None:
        plan = plan_edit.remove_relation(plan, "orders", ["customer_id"])
        new = regenerate(plan, shop, altered(shop, "orders", row_count=9))
        assert found(new, "orders").relations == []
        assert fields(new, "orders")["customer_id"].widget is Widget.INTEGER

    def test_a_persons_relation_stays(self, plan: AppSpec, shop: SourceSchema) -> None:
        plan = plan_edit.add_relation(plan, "customers", ["name"], "customers", ["email"])
        new = regenerate(plan, shop, altered(shop, "customers", row_count=9))
        assert found(new, "customers").relations == found(plan, "customers").relations
        assert fields(new, "customers")["name"].widget is Widget.RELATION

    def test_one_that_the_source_no_longer_declares_goes(
        self, plan: AppSpec, shop: SourceSchema
    ) -> None:
        new = regenerate(plan, shop, altered(shop, "orders", foreign_keys=()))
        assert found(new, "orders").relations == []
        assert fields(new, "orders")["customer_id"].widget is Widget.INTEGER

    def test_one_that_the_source_declares_since_is_planned(self, shop: SourceSchema) -> None:
        before = altered(shop, "orders", foreign_keys=())
        plan = plan_app(before, name="My shop", imported=False, source=None)
        new = regenerate(plan, before, shop)
        [relation] = found(new, "orders").relations
        assert (relation.columns, relation.target_table) == (["customer_id"], "customers")
        customer = fields(new, "orders")["customer_id"]
        assert (customer.widget, customer.label) == (Widget.RELATION, "Customer")

    def test_one_to_a_table_that_is_gone_goes(self, plan: AppSpec, shop: SourceSchema) -> None:
        new = regenerate(plan, shop, SourceSchema(tables=(shop.table("orders"),)))
        assert [table.table for table in new.tables] == ["orders"]
        assert found(new, "orders").relations == []
        assert {chart.table for chart in new.charts} <= {"orders"}

    def test_a_persons_relation_between_types_that_are_never_equal_now_is_removed(
        self, plan: AppSpec, shop: SourceSchema
    ) -> None:
        plan = plan_edit.add_relation(plan, "customers", ["name"], "customers", ["email"])
        new = regenerate(plan, shop, with_column(shop, "customers", "email", type=ColumnType.DATE))
        assert found(new, "customers").relations == []
        assert fields(new, "customers")["name"].widget is Widget.TEXT

    def test_a_suggested_one_stays_when_it_is_suggested_no_more(self, shop: SourceSchema) -> None:
        [key] = shop.table("orders").foreign_keys
        before = altered(shop, "orders", foreign_keys=(key.model_copy(update={"suggested": True}),))
        plan = plan_app(before, name="My shop", imported=True, source=None)
        new = regenerate(plan, before, altered(shop, "orders", foreign_keys=()))
        assert found(new, "orders").relations == found(plan, "orders").relations != []


class TestTables:
    def test_a_new_one_comes_only_when_asked_for(self, plan: AppSpec, shop: SourceSchema) -> None:
        after = SourceSchema(tables=(*shop.tables, RETURNS))
        assert regenerate(plan, shop, after) == plan
        new = regenerate(plan, shop, after, add=["returns"])
        assert [table.table for table in new.tables] == ["orders", "customers", "returns"]
        assert found(new, "returns").relations[0].target_table == "orders"
        with pytest.raises(ValidationError, match="no table"):
            regenerate(plan, shop, after, add=["nothing"])

    def test_the_first_screen_stays_as_a_person_made_it(
        self, plan: AppSpec, shop: SourceSchema
    ) -> None:
        plan = navigation_edit.set_section(plan, "customers", "look-up")
        plan = navigation_edit.set_section(plan, "orders", "look-up")
        plan = navigation_edit.move_table(plan, "customers", -1)
        plan = figure_edit.remove_figure(plan, plan.key_figures[0].id)
        plan = figure_edit.add_figure(plan, table="orders", measure="avg", value_column="total")
        plan = figure_edit.move_figure(plan, plan.key_figures[-1].id, -5)
        plan = chart_edit.move_chart(plan, plan.charts[0].id, 1)
        assert regenerate(plan, shop, shop) == plan
        less = regenerate(plan, shop, without(shop, "orders", "total"))
        assert [each.value_column for each in less.key_figures] == [None]
        assert all(chart.value_column != "total" for chart in less.charts)

    def test_a_link_that_got_a_column_of_its_own_gets_a_page(self) -> None:
        ids = [_number(f"{side}_id") for side in ("left", "right")]
        ends = [
            TableInfo(name=name, columns=(_number("id"),), primary_key=("id",), row_count=40)
            for name in ("left", "right")
        ]
        link = TableInfo(
            name="pairs",
            columns=tuple(ids),
            primary_key=("left_id", "right_id"),
            foreign_keys=tuple(
                ForeignKey(
                    columns=(f"{end.name}_id",), target_table=end.name, target_columns=("id",)
                )
                for end in ends
            ),
        )
        before = SourceSchema(tables=(*ends, link))
        plan = plan_app(before, name="My pairs", imported=False)
        assert found(plan, "pairs").section == "none"
        assert found(regenerate(plan, before, before), "pairs").section == "none"
        noted = link.model_copy(update={"columns": (*ids, _number("share"))})
        after = SourceSchema(tables=(*ends, noted))
        assert found(regenerate(plan, before, after), "pairs").section == "main"

    def test_names_and_addresses_stay(self, plan: AppSpec, shop: SourceSchema) -> None:
        found(plan, "orders").name, found(plan, "orders").route = "purchases", "all-orders"
        new = regenerate(plan, shop, without(shop, "orders", "status"))
        assert (found(new, "orders").name, found(new, "orders").route) == (
            "purchases",
            "all-orders",
        )
        assert (new.slug, new.name, new.accent_color) == (plan.slug, plan.name, plan.accent_color)

    def test_an_app_that_would_have_none_left_is_refused(
        self, plan: AppSpec, shop: SourceSchema
    ) -> None:
        with pytest.raises(IntegrationError) as refused:
            regenerate(plan, shop, SourceSchema(tables=(RETURNS,)))
        assert refused.value.code == "source_changed"

    def test_one_without_a_key_now_is_no_longer_edited(
        self, plan: AppSpec, shop: SourceSchema
    ) -> None:
        assert found(plan, "orders").editable
        new = regenerate(plan, shop, altered(shop, "orders", primary_key=()))
        assert not found(new, "orders").editable


class TestImported:
    def test_the_key_that_the_import_added_stays(self) -> None:
        before = SourceSchema(tables=(TableInfo(name="people", columns=(NOTE,)),))
        after = SourceSchema(
            tables=(
                TableInfo(
                    name="people",
                    columns=(NOTE, ColumnInfo(name="age", type=ColumnType.INTEGER)),
                ),
            )
        )
        plan = plan_app(before, name="People", imported=True, source=None)
        new = regenerate(plan, before, after)
        assert [field.column for field in new.tables[0].fields] == ["row_id", "note", "age"]
        assert new.tables[0].fields[0] == plan.tables[0].fields[0]

    def test_a_column_called_as_the_added_key_is_a_column(self) -> None:
        before = SourceSchema(tables=(TableInfo(name="people", columns=(NOTE,)),))
        own = ColumnInfo(name="row_id", type=ColumnType.INTEGER)
        after = SourceSchema(tables=(TableInfo(name="people", columns=(NOTE, own)),))
        plan = plan_app(before, name="People", imported=True, source=None)
        [table] = regenerate(plan, before, after).tables
        assert table.primary_key == ["row_id_2"]
        row_id = next(field for field in table.fields if field.column == "row_id")
        assert (row_id.widget, row_id.hidden) == (Widget.INTEGER, False)
        assert len({field.name for field in table.fields}) == 3

    def test_choices_follow_the_values(
        self,
        shop: SourceSchema,
        shop_source: Any,
        make_source: Callable[[SourceSchema, Any], Any],
    ) -> None:
        plan = plan_app(shop, name="My shop", imported=True, source=shop_source)
        assert fields(plan, "customers")["level"].choices == ["gold", "new", "silver"]
        rows = {name: list(content) for name, content in shop_source.content.items()}
        rows["customers"] = [
            (*row[:6], "bronze" if row[6] == "new" else row[6], *row[7:])
            for row in rows["customers"]
        ]
        new = regenerate(plan, shop, shop, make_source(shop, rows))
        assert fields(new, "customers")["level"].choices == ["bronze", "gold", "silver"]


def test_an_updated_plan_renders(plan: AppSpec, shop: SourceSchema) -> None:
    after = without(shop, "orders", "total", "customer_id")
    after = altered(
        after, "orders", foreign_keys=(), columns=(*after.table("orders").columns, NOTE)
    )
    after = SourceSchema(tables=(*after.tables, RETURNS))
    new = regenerate(plan, shop, after, add=["returns"])
    files = render_files(new, TEMPLATES)
    assert b"'note'" in files["my_shop/models.py"]


COLUMN_TYPES = st.sampled_from(
    [ColumnType.INTEGER, ColumnType.TEXT, ColumnType.DATE, ColumnType.DECIMAL, ColumnType.BINARY]
)
NAMES = st.sampled_from(["id", "name", "Name", "row_id", "größe", "a b", "class", "total", "day"])


@st.composite
def tables(draw: st.DrawFn, name: str, others: list[str]) -> TableInfo:
    columns = [
        ColumnInfo(
            name=column,
            type=draw(COLUMN_TYPES),
            nullable=draw(st.booleans()),
            default=draw(st.sampled_from([None, "1"])),
        )
        for column in draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    ]
    key = (columns[0].name,) if draw(st.booleans()) else ()
    foreign = [
        ForeignKey(columns=(column.name,), target_table=other, target_columns=())
        for column, other in zip(columns[1:], draw(st.permutations(others)), strict=False)
    ]
    return TableInfo(
        name=name, columns=tuple(columns), primary_key=key, foreign_keys=tuple(foreign)
    )


@st.composite
def schemas(draw: st.DrawFn) -> SourceSchema:
    """Of a few tables of the same names each time, whatever is in them."""
    names = draw(st.lists(st.sampled_from("ABCD"), min_size=1, unique=True))
    return SourceSchema(tables=tuple(draw(tables(name, names)) for name in names))


@settings(max_examples=60)
@given(before=schemas(), after=schemas(), imported=st.booleans(), editing=st.booleans())
def test_whatever_happens_to_a_source_the_plan_fits_it_then(
    before: SourceSchema, after: SourceSchema, imported: bool, editing: bool
) -> None:
    plan = plan_app(before, name="Any", imported=imported, allow_editing=editing, source=None)
    try:
        new = regenerate(plan, before, after)
    except IntegrationError:
        assert not {t.name for t in before.tables} & {t.name for t in after.tables}
        return
    assert regenerate(new, after, after) == new
    assert not changes_for(new, relevant_schema(new, after), after).tables
    for table in new.tables:
        info = after.table(table.table)
        columns = [field.column for field in table.fields]
        added = set(columns) - {column.name for column in info.columns}
        assert set(columns) >= {column.name for column in info.columns}
        assert added == (set(table.primary_key) if imported and not info.primary_key else set())
        assert len({field.name for field in table.fields}) == len(columns) == len(set(columns))
        assert {*table.row_name, *table.primary_key} <= set(columns)
        assert table.beside in (None, *columns)
        for relation in table.relations:
            target = {field.column for field in found(new, relation.target_table).fields}
            assert set(relation.columns) <= set(columns)
            assert set(relation.target_columns) <= target
        related = related_columns(table.relations)
        for field in table.fields:
            assert field.widget in allowed_widgets(field, related=field.column in related)
            assert not (table.editable and field.required and field.hidden)
    assert all(chart_edit.chart_is_valid(new, chart) for chart in new.charts)


class TestChanges:
    def test_what_is_irrelevant_to_the_app_is_not_reported(
        self, plan: AppSpec, shop: SourceSchema
    ) -> None:
        alone = plan_edit.remove_table(plan, "customers")
        made_from = relevant_schema(alone, shop)
        assert made_from.table("customers").columns == ()
        after = without(shop, "customers", "name")
        assert not changes_for(alone, made_from, after)
        assert not changes_for(alone, made_from, SourceSchema(tables=(shop.table("orders"),)))
        assert changes_for(plan, relevant_schema(plan, shop), after).summary() == "1 column removed"

    def test_new_tables_and_changed_columns_are_reported(
        self, plan: AppSpec, shop: SourceSchema
    ) -> None:
        after = with_column(shop, "orders", "total", nullable=False)
        after = SourceSchema(tables=(*after.tables, RETURNS))
        changes = changes_for(plan, relevant_schema(plan, shop), after)
        assert changes.summary() == "1 table added, 1 column changed"
