"""What two readings of a source tell about what changed in between."""

from typing import Any

import pytest

from proto_ddf.sources.schema.diff import (
    ChangeLine,
    ColumnChange,
    SchemaChanges,
    TableChange,
    compare_schemas,
)
from proto_ddf.sources.schema.model import (
    ColumnInfo,
    ColumnType,
    ForeignKey,
    SourceSchema,
    TableInfo,
)

ID = ColumnInfo(name="id", type=ColumnType.INTEGER, nullable=False, primary_key=True)
NAME = ColumnInfo(name="name", type=ColumnType.TEXT, db_type="VARCHAR(20)", max_length=20)
SHOP_ID = ColumnInfo(name="shop_id", type=ColumnType.INTEGER)


def schema(*tables: TableInfo) -> SourceSchema:
    return SourceSchema(tables=tables)


def table(*columns: ColumnInfo, name: str = "items", **more: Any) -> TableInfo:
    return TableInfo(name=name, columns=columns, **{"primary_key": ("id",), **more})


def changed(before: TableInfo, after: TableInfo) -> TableChange:
    [found] = compare_schemas(schema(before), schema(after)).tables
    return found


def test_two_readings_of_the_same_have_nothing_to_tell() -> None:
    before = table(ID, NAME, row_count=1)
    after = table(NAME, ID, row_count=9, row_count_estimated=True, comment="More by now")
    found = compare_schemas(schema(before), schema(after))
    assert not found
    assert found.summary() == ""


def test_tables_that_came_and_went_are_named() -> None:
    before = schema(table(ID, name="kept"), table(ID, name="gone"))
    after = schema(table(ID, name="new"), table(ID, name="kept"), table(ID, name="newer"))
    found = compare_schemas(before, after)
    assert found == SchemaChanges(tables_added=("new", "newer"), tables_removed=("gone",))
    assert found.summary() == "2 tables added, 1 table removed"


def test_columns_that_came_and_went_are_named_by_table() -> None:
    found = compare_schemas(schema(table(ID, NAME)), schema(table(ID, SHOP_ID)))
    [change] = found.tables
    assert (change.table, change.added, change.removed) == ("items", ("shop_id",), ("name",))
    assert found.summary() == "1 column added, 1 column removed"


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"type": ColumnType.INTEGER, "max_length": None}, "type: text → integer"),
        ({"db_type": "VARCHAR(40)", "max_length": 40}, "type: VARCHAR(20) → VARCHAR(40)"),
        ({"max_length": 10}, "at most 10 characters now"),
        ({"max_length": None}, "of any length now"),
        ({"nullable": False}, "must not be empty now"),
        ({"unique": True}, "unique now"),
        ({"default": "'new'"}, "default: none → 'new'"),
        ({"autoincrement": True}, "filled by the source now"),
        ({"choices": ("a", "b")}, "one of a, b now"),
        ({"choices": tuple("abcdefgh")}, "one of a, b, c, d, e, f and 2 more now"),
        ({"minimum": 1, "maximum": 9}, "from 1 to 9 now"),
        ({"minimum": 0.5}, "at least 0.5 now"),
        ({"maximum": 9}, "at most 9 now"),
    ],
)
def test_each_change_of_a_column_is_reported_in_words(more: dict[str, Any], what: str) -> None:
    change = changed(table(ID, NAME), table(ID, NAME.model_copy(update=more)))
    assert change.changed == (ColumnChange(column="name", what=(what,)),)


def test_what_a_column_is_freed_of_is_reported() -> None:
    strict = NAME.model_copy(
        update={"nullable": False, "unique": True, "choices": ("a",), "minimum": 1.0}
    )
    [column] = changed(table(ID, strict), table(ID, NAME)).changed
    assert column.what == (
        "may be empty now",
        "no longer unique",
        "any value allowed now",
        "no longer limited",
    )


def test_a_comment_is_no_change() -> None:
    before = schema(table(ID, NAME))
    assert not compare_schemas(before, schema(table(ID, NAME.model_copy(update={"comment": "x"}))))


def test_another_primary_key_is_reported_once() -> None:
    plain = ID.model_copy(update={"primary_key": False, "unique": True})
    change = changed(table(ID), table(plain, primary_key=()))
    assert change == TableChange(table="items", keys=("primary key: id → none",))


def test_references_that_came_turned_and_went_are_reported() -> None:
    def refers(*targets: str) -> TableInfo:
        keys = tuple(
            ForeignKey(columns=("shop_id",), target_table=target, target_columns=("id",))
            for target in targets
        )
        return table(ID, SHOP_ID, foreign_keys=keys)

    both, turned = schema(refers("shops", "stores")), schema(refers("stores", "shops"))
    assert not compare_schemas(both, turned)
    assert changed(refers(), refers("shops")).keys == ("shop_id refers to shops.id now",)
    assert changed(refers("shops"), refers("stores")).keys == ("shop_id refers to stores.id now",)
    assert changed(refers("shops"), refers()).keys == ("shop_id no longer refers to shops.id",)
    gone = changed(refers("shops"), table(ID))
    assert (gone.removed, gone.keys) == (("shop_id",), ())


def test_all_kinds_of_change_are_counted() -> None:
    before = schema(table(ID, NAME), table(ID, name="other"))
    after = schema(table(ID, NAME.model_copy(update={"nullable": False}), primary_key=("name",)))
    found = compare_schemas(before, after)
    assert found.summary() == "1 table removed, 1 column changed, 1 key changed"
    assert SchemaChanges.model_validate(found.model_dump(mode="json")) == found


def test_each_change_has_a_line_of_its_own() -> None:
    before = schema(table(ID, NAME), table(ID, name="gone"))
    after = schema(
        table(ID.model_copy(update={"nullable": True}), SHOP_ID, primary_key=()),
        table(ID, name="new"),
    )
    assert compare_schemas(before, after).lines() == [
        ChangeLine(tone="added", table="new"),
        ChangeLine(tone="removed", table="gone"),
        ChangeLine(tone="added", table="items", what="shop_id"),
        ChangeLine(tone="removed", table="items", what="name"),
        ChangeLine(tone="changed", table="items", what="id: may be empty now"),
        ChangeLine(tone="changed", table="items", what="primary key: id → none"),
    ]
