from typing import Any

import pytest

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.planning import chart_edit, plan_edit, plan_extend
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.spec import AppSpec, ChartKind, FieldSpec, Widget
from proto_ddf.sources.schema.model import SourceSchema


def _field(spec: AppSpec, table: str, column: str) -> FieldSpec:
    return plan_edit.find_field(plan_edit.find_table(spec, table), column)


def test_a_change_leaves_the_given_plan_alone(plan: AppSpec) -> None:
    before = plan.model_dump()
    changed = plan_edit.set_field(plan, "customers", "name", label="  Full\nname ")
    assert _field(changed, "customers", "name").label == "Full name"
    assert plan.model_dump() == before


def test_a_widget_is_changed_to_one_that_fits(plan: AppSpec) -> None:
    changed = plan_edit.set_field(plan, "customers", "notes", widget="text")
    assert _field(changed, "customers", "notes").widget is Widget.TEXT
    assert plan_edit.widgets_for(plan, "orders", "customer_id")[0] is Widget.RELATION


@pytest.mark.parametrize(
    ("table", "column", "change", "field"),
    [
        ("customers", "name", {"widget": "money"}, "widget"),
        ("customers", "name", {"widget": "nonsense"}, "widget"),
        ("customers", "name", {"widget": "relation"}, "widget"),
        ("customers", "name", {"widget": "readonly"}, "widget"),
        ("customers", "name", {"label": "  "}, "label"),
        ("customers", "name", {"label": "x" * 101}, "label"),
        ("customers", "name", {"required": False}, "required"),
        ("customers", "name", {"hidden": True}, "hidden"),
        ("customers", "id", {"required": True}, "required"),
        ("customers", "gone", {"label": "x"}, "column"),
        ("gone", "name", {"label": "x"}, "table"),
    ],
)
def test_a_change_of_a_field_that_makes_no_sense_is_refused(
    plan: AppSpec, table: str, column: str, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        plan_edit.set_field(plan, table, column, **change)
    assert caught.value.field == field


def test_an_optional_field_can_be_demanded_and_let_go(plan: AppSpec) -> None:
    demanded = plan_edit.set_field(plan, "customers", "country", required=True)
    assert _field(demanded, "customers", "country").required
    free = plan_edit.set_field(demanded, "customers", "country", required=False, hidden=True)
    assert _field(free, "customers", "country").hidden


def test_a_relation_is_removed_and_added_again(plan: AppSpec) -> None:
    without = plan_edit.remove_relation(plan, "orders", ["customer_id"])
    assert _field(without, "orders", "customer_id").widget is Widget.INTEGER
    again = plan_edit.add_relation(without, "orders", ["customer_id"], "customers", ["id"])
    assert _field(again, "orders", "customer_id").widget is Widget.RELATION
    assert plan_edit.find_table(again, "orders").relations == (
        plan_edit.find_table(plan, "orders").relations
    )


@pytest.mark.parametrize(
    ("columns", "target", "target_columns", "field"),
    [
        (["customer_id"], "customers", ["id"], "columns"),
        (["status"], "customers", ["id"], "target_columns"),
        (["status"], "gone", ["id"], "target_table"),
        (["gone"], "customers", ["id"], "columns"),
        (["total"], "customers", ["gone"], "target_columns"),
        (["total"], "customers", [], "target_columns"),
        ([], "customers", [], "columns"),
        (["id"], "orders", ["id"], "target_columns"),
    ],
)
def test_a_relation_that_makes_no_sense_is_refused(
    plan: AppSpec, columns: list[str], target: str, target_columns: list[str], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        plan_edit.add_relation(plan, "orders", columns, target, target_columns)
    assert caught.value.field == field


def test_a_relation_that_is_not_there_cannot_be_removed(plan: AppSpec) -> None:
    with pytest.raises(ValidationError, match="no such relation"):
        plan_edit.remove_relation(plan, "orders", ["status"])


def test_removing_a_table_takes_its_charts_and_relations_along(plan: AppSpec) -> None:
    changed = plan_edit.remove_table(plan, "customers")
    assert [table.table for table in changed.tables] == ["orders"]
    assert changed.tables[0].relations == []
    assert _field(changed, "orders", "customer_id").widget is Widget.INTEGER
    assert {chart.table for chart in changed.charts} == {"orders"}
    with pytest.raises(ValidationError) as caught:
        plan_edit.remove_table(changed, "orders")
    assert caught.value.code == "tables_required"


def test_a_table_comes_back_with_the_relations_to_it(plan: AppSpec, shop: SourceSchema) -> None:
    without = plan_edit.remove_table(plan, "customers")
    again = plan_extend.add_table(without, shop, "customers")
    assert [table.table for table in again.tables] == ["orders", "customers"]
    assert _field(again, "orders", "customer_id").widget is Widget.RELATION
    assert plan_edit.find_table(again, "customers").editable
    for table, code in (("customers", "invalid_value"), ("gone", "table_unknown")):
        with pytest.raises(ValidationError) as caught:
            plan_extend.add_table(again, shop, table)
        assert (caught.value.field, caught.value.code) == ("tables", code)


def test_an_added_table_gets_a_name_of_its_own(shop: SourceSchema) -> None:
    twin = shop.tables[0].model_copy(update={"name": "Customers"})
    schema = SourceSchema(tables=(*shop.tables, twin))
    spec = plan_app(schema, name="My shop", tables=["customers"], imported=False)
    added = plan_extend.add_table(spec, schema, "Customers").tables[-1]
    assert (added.name, added.route) == ("customers_2", "customers-2")


def test_details_of_the_form_change_without_a_new_plan(plan: AppSpec) -> None:
    changed = plan_edit.set_details(
        plan, name=" Our Shop ", description=" d ", accent_color="teal", allow_editing=False
    )
    assert (changed.name, changed.slug, changed.description) == ("Our Shop", "our_shop", "d")
    assert changed.accent_color == "teal"
    assert not any(table.editable for table in changed.tables)
    with pytest.raises(ValidationError) as caught:
        plan_edit.set_details(plan, description="x" * 2_001)
    assert caught.value.field == "description"


def test_a_table_is_renamed_for_people(plan: AppSpec) -> None:
    assert (
        plan_edit.find_table(plan_edit.set_table_label(plan, "orders", "Sales"), "orders").label
        == "Sales"
    )


def test_a_chart_is_added_changed_and_removed(plan: AppSpec) -> None:
    added = chart_edit.add_chart(plan, table="orders", group_by="status")
    chart = added.charts[-1]
    assert chart.title == "Orders by status"
    changed = chart_edit.change_chart(added, chart.id, measure="avg", value_column="total")
    assert changed.charts[-1].title == "Average total of orders by status"
    assert changed.charts[-1].id == chart.id
    removed = chart_edit.remove_chart(changed, chart.id)
    assert removed.charts == plan.charts


def test_a_title_of_ones_own_stays(plan: AppSpec) -> None:
    added = chart_edit.add_chart(plan, table="orders", group_by="status", title="My title")
    changed = chart_edit.change_chart(added, added.charts[-1].id, kind="pie")
    assert (changed.charts[-1].title, changed.charts[-1].kind) == ("My title", ChartKind.PIE)


def test_a_chart_over_dates_gets_a_bucket_and_others_none(plan: AppSpec) -> None:
    line = chart_edit.add_chart(plan, table="orders", group_by="order_date", kind="line")
    assert line.charts[-1].bucket == "month"
    bar = chart_edit.add_chart(plan, table="orders", group_by="status", bucket="day")
    assert bar.charts[-1].bucket is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"table": "gone"}, "table"),
        ({"group_by": "gone"}, "group_by"),
        ({"kind": "donut"}, "kind"),
        ({"kind": "line"}, "group_by"),
        ({"group_by": "order_date", "bucket": "week"}, "bucket"),
        ({"measure": "median"}, "measure"),
        ({"measure": "sum"}, "value_column"),
        ({"measure": "sum", "value_column": "status"}, "value_column"),
        ({"measure": "sum", "value_column": "gone"}, "value_column"),
        ({"table": "customers", "group_by": "photo"}, "group_by"),
    ],
)
def test_a_chart_that_makes_no_sense_is_refused(
    plan: AppSpec, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        chart_edit.add_chart(plan, **{"table": "orders", "group_by": "status", **change})
    assert caught.value.field == field


def test_a_chart_that_is_not_there_cannot_be_changed(plan: AppSpec) -> None:
    with pytest.raises(ValidationError):
        chart_edit.change_chart(plan, "gone", kind="pie")
    with pytest.raises(ValidationError):
        chart_edit.remove_chart(plan, "gone")


def test_charts_are_limited(plan: AppSpec) -> None:
    spec = plan
    while len(spec.charts) < chart_edit.MAX_CHARTS:
        spec = chart_edit.add_chart(spec, table="orders", group_by="status")
    with pytest.raises(ValidationError) as caught:
        chart_edit.add_chart(spec, table="orders", group_by="status")
    assert caught.value.field == "charts"
    assert len({chart.id for chart in spec.charts}) == len(spec.charts)
