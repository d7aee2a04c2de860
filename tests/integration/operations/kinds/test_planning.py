"""Plans made from real sources."""

import pytest

from proto_ddf.errors import IntegrationError, ValidationError
from proto_ddf.generator.planning.plan_edit import set_table_label
from proto_ddf.operations.planning import plan_tables
from proto_ddf.sources.connected import store


def test_an_app_works_on_a_live_source_and_imports_files(shop, people) -> None:
    assert not plan_tables(shop.id, ["customer"]).imported
    assert plan_tables(people.id, ["people"]).imported


def test_only_the_tables_asked_for_are_planned(shop) -> None:
    assert [table.table for table in plan_tables(shop.id, ["invoice"]).tables] == ["invoice"]


def test_a_table_is_added_to_the_plan_and_earlier_changes_of_the_plan_stay(shop) -> None:
    plan = set_table_label(plan_tables(shop.id, ["invoice"]), "invoice", "Bills")
    more = plan_tables(shop.id, ["customer", "invoice"], plan)
    assert next(table.label for table in more.tables) == "Bills"
    assert more.tables[0].relations[0].target_table == "customer"
    assert plan_tables(shop.id, ["customer", "invoice"], more) == more


@pytest.mark.parametrize("tables", [[], ["nothing"]])
def test_no_table_or_an_unknown_one_is_refused(shop, tables) -> None:
    with pytest.raises(ValidationError) as refused:
        plan_tables(shop.id, tables)
    assert refused.value.field == "tables"


def test_a_source_that_was_deleted_is_refused(shop) -> None:
    store.delete_source(shop.id)
    with pytest.raises(ValidationError) as refused:
        plan_tables(shop.id, ["customer"])
    assert refused.value.code == "source_required"


def test_a_missing_file_is_reported(people, people_file) -> None:
    people_file.unlink()
    with pytest.raises((IntegrationError, ValidationError)) as refused:
        plan_tables(people.id, ["people"])
    assert refused.value.code in ("source_gone", "file_not_found")
