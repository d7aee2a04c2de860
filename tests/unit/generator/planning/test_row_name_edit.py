"""Changes by a person of how rows are called."""

import pytest

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.planning import plan_edit, row_name_edit
from proto_ddf.generator.spec import AppSpec

CUSTOMERS, ORDERS = "customers", "orders"


def test_the_given_plan_stays_as_it_was(plan: AppSpec) -> None:
    before = plan.model_copy(deep=True)
    new = row_name_edit.set_row_name(plan, CUSTOMERS, ["country", "name"])
    assert plan_edit.find_table(new, CUSTOMERS).row_name == ["country", "name"]
    row_name_edit.set_singular(plan, CUSTOMERS, "Client")
    row_name_edit.set_beside(plan, ORDERS, "order_date")
    assert plan == before


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        (["photo"], None),
        (["nothing"], "field_unknown"),
        (["name", "name"], None),
        (["id", "name", "email", "website", "notes", "country"], None),
    ],
)
def test_a_name_of_a_row_that_is_not_possible(
    plan: AppSpec, columns: list[str], code: str | None
) -> None:
    with pytest.raises(ValidationError) as refused:
        row_name_edit.set_row_name(plan, CUSTOMERS, columns)
    assert refused.value.field == "row_name"
    assert code in (None, refused.value.code)


def test_a_relation_that_is_removed_stands_beside_no_key(plan: AppSpec) -> None:
    assert plan_edit.find_table(plan, ORDERS).beside == "customer_id"
    new = plan_edit.remove_relation(plan, ORDERS, ["customer_id"])
    assert plan_edit.find_table(new, ORDERS).beside is None
    alone = plan_edit.remove_table(plan, CUSTOMERS)
    assert plan_edit.find_table(alone, ORDERS).beside is None


def test_the_rows_of_a_relation_within_one_table_get_a_name(plan: AppSpec) -> None:
    new = plan_edit.add_relation(plan, ORDERS, ["total"], ORDERS, ["id"])
    [added] = [each for each in plan_edit.find_table(new, ORDERS).relations if each.children_label]
    assert added.children_label == "Orders (Total)"
