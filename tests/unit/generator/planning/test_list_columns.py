"""Which columns a list shows, and in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.planning import list_column_edit, plan_edit
from proto_ddf.generator.planning.list_columns import FIRST, WIDE, listable, plan_list_columns
from proto_ddf.generator.planning.regenerate import regenerate
from proto_ddf.generator.spec import AppSpec, FieldSpec, RelationSpec, TableSpec, Widget
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, SourceSchema

KINDS = {
    "name": (ColumnType.TEXT, Widget.TEXT),
    "clinic_id": (ColumnType.INTEGER, Widget.RELATION),
    "held_on": (ColumnType.DATE, Widget.DATE),
    "born": (ColumnType.DATE, Widget.DATE),
    "fee": (ColumnType.DECIMAL, Widget.MONEY),
    "status": (ColumnType.TEXT, Widget.SELECT),
    "weight": (ColumnType.FLOAT, Widget.NUMBER),
    "created_at": (ColumnType.DATETIME, Widget.DATETIME),
    "id": (ColumnType.INTEGER, Widget.READONLY),
    "email": (ColumnType.TEXT, Widget.EMAIL),
    "notes": (ColumnType.TEXT, Widget.TEXTAREA),
}
"""Columns in the order in which a careful person would show them."""


def table_of(names: list[str], row_name: list[str], **more: object) -> TableSpec:
    fields = [
        FieldSpec(column=name, name=name, label=name, type=kind, widget=widget)
        for name in names
        for kind, widget in [KINDS[name]]
    ]
    clinic = RelationSpec(columns=["clinic_id"], target_table="clinics", target_columns=["id"])
    return TableSpec(
        table="visits", name="visits", route="visits", label="Visits", singular="Visit",
        fields=fields, primary_key=["id"] if "id" in names else [], row_name=row_name,
        relations=[clinic] if "clinic_id" in names else [],
        main_date="held_on" if "held_on" in names else None, **more,
    )  # fmt: skip


@given(st.permutations(list(KINDS)), st.sets(st.sampled_from(list(KINDS)), max_size=10))
def test_columns_are_ranked_wherever_they_stand(names: list[str], left_out: set[str]) -> None:
    kept = [name for name in names if name not in left_out]
    row_name = ["name"] if "name" in kept else []
    ranked = plan_list_columns(table_of(kept, row_name))
    expected = [name for name in KINDS if name in kept]
    if not row_name and "id" in kept:  # the rows are called by their key
        expected = ["id", *(name for name in expected if name != "id")]
    assert ranked == (expected if len(expected) <= WIDE else expected[:FIRST])


def test_what_stands_beside_the_key_comes_second() -> None:
    ranked = plan_list_columns(table_of(list(KINDS)[1:], [], beside="held_on"))
    assert ranked[:3] == ["id", "held_on", "clinic_id"]


def test_hidden_columns_are_not_in_lists(plan: AppSpec) -> None:
    for table in plan.tables:
        assert set(table.list_columns) <= set(listable(table))
        assert table.list_columns


def columns_of(plan: AppSpec, table: str) -> list[str]:
    return plan_edit.find_table(plan, table).list_columns


def test_a_column_that_is_hidden_leaves_the_list_and_returns_at_its_end(plan: AppSpec) -> None:
    before = columns_of(plan, "customers")
    hidden = plan_edit.set_field(plan, "customers", "country", hidden=True)
    left = [column for column in before if column != "country"]
    assert columns_of(hidden, "customers") == left
    shown = plan_edit.set_field(hidden, "customers", "country", hidden=False)
    assert columns_of(shown, "customers") == [*left, "country"]


def test_the_order_is_changed_by_a_person_and_stays(plan: AppSpec, shop: SourceSchema) -> None:
    new = list_column_edit.set_list_columns(plan, "orders", ["status", "total", "id"])
    assert columns_of(plan, "orders") != ["status", "total", "id"]
    new = list_column_edit.move_in_list(new, "orders", "total", -1)
    assert columns_of(new, "orders") == ["total", "status", "id"]
    assert list_column_edit.move_in_list(new, "orders", "total", -1) == new
    assert list_column_edit.move_in_list(new, "orders", "id", 1) == new
    assert regenerate(new, shop, shop) == new


def test_a_new_column_comes_last_and_one_that_is_gone_leaves(
    plan: AppSpec, shop: SourceSchema
) -> None:
    plan = list_column_edit.set_list_columns(plan, "orders", ["status", "total"])
    columns = [each for each in shop.table("orders").columns if each.name != "status"]
    columns.append(ColumnInfo(name="paid_on", type=ColumnType.DATE))
    changed = shop.table("orders").model_copy(update={"columns": tuple(columns)})
    others = [table for table in shop.tables if table.name != "orders"]
    new = regenerate(plan, shop, SourceSchema(tables=(*others, changed)))
    assert columns_of(new, "orders") == ["total", "paid_on"]


def test_a_list_of_which_nothing_is_left_is_planned_anew(plan: AppSpec, shop: SourceSchema) -> None:
    plan = list_column_edit.set_list_columns(plan, "orders", ["status"])
    columns = [each for each in shop.table("orders").columns if each.name != "status"]
    changed = shop.table("orders").model_copy(update={"columns": tuple(columns)})
    after = SourceSchema(
        tables=(*(table for table in shop.tables if table.name != "orders"), changed)
    )
    new = regenerate(plan, shop, after)
    assert columns_of(new, "orders")
    assert regenerate(new, after, after) == new


@pytest.mark.parametrize(
    ("columns", "code"),
    [([], "required"), (["nothing"], "field_unknown"), (["photo"], None), (["name", "name"], None)],
)
def test_a_list_that_is_not_possible(plan: AppSpec, columns: list[str], code: str | None) -> None:
    with pytest.raises(ValidationError) as refused:
        list_column_edit.set_list_columns(plan, "customers", columns)
    assert refused.value.field == "list_columns"
    assert code in (None, refused.value.code)
