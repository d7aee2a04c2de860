import pytest

from proto_ddf.sources.files.key_suggestions import choose_key, named_match
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, TableInfo


@pytest.mark.parametrize(
    ("column", "table", "target"),
    [
        ("customer_id", "customers", "id"),
        ("customer_id", "customers", "customer_id"),
        ("CustomerID", "Customers", "Id"),
        ("billing_customer_id", "customers", "id"),
        ("category", "categories", "id"),
        ("category_id", "categories", "id"),
        ("box_id", "boxes", "id"),
        ("carrier", "airlines", "carrier"),
        ("tailnum", "planes", "tailnum"),
        ("product_sku", "products", "sku"),
        ("parent_id", "categories", "id"),
    ],
)
def test_names_that_point_somewhere(column: str, table: str, target: str) -> None:
    assert named_match(column, table, target)


@pytest.mark.parametrize(
    ("column", "table", "target"),
    [
        ("id", "customers", "id"),
        ("name", "airlines", "name"),
        ("code", "countries", "code"),
        ("origin", "airports", "faa"),
        ("paid", "customers", "id"),
        ("year", "planes", "tailnum"),
    ],
)
def test_names_that_do_not(column: str, table: str, target: str) -> None:
    assert not named_match(column, table, target)


def table(*columns: tuple[str, ColumnType], name: str = "customers") -> TableInfo:
    return TableInfo(
        name=name, columns=tuple(ColumnInfo(name=column, type=kind) for column, kind in columns)
    )


@pytest.mark.parametrize(
    ("columns", "unique", "expected"),
    [
        ([("email", ColumnType.TEXT), ("id", ColumnType.INTEGER)], {"email", "id"}, "id"),
        (
            [("sku", ColumnType.TEXT), ("customer_id", ColumnType.INTEGER)],
            {"sku", "customer_id"},
            "customer_id",
        ),
        ([("first_name", ColumnType.TEXT), ("n", ColumnType.INTEGER)], {"first_name", "n"}, None),
        ([("visitor", ColumnType.TEXT)], {"visitor"}, None),
        ([("day", ColumnType.TEXT), ("total", ColumnType.INTEGER)], {"day", "total"}, None),
        ([("temp", ColumnType.INTEGER), ("part_no", ColumnType.TEXT)], {"temp", "part_no"}, "part_no"),
        ([("name", ColumnType.TEXT), ("article_number", ColumnType.TEXT)], {"name", "article_number"}, "article_number"),
        ([("paid", ColumnType.TEXT), ("casino", ColumnType.TEXT)], {"paid", "casino"}, None),
        ([("day", ColumnType.TEXT), ("seller_id", ColumnType.INTEGER)], {"seller_id"}, None),
        ([("member_id", ColumnType.INTEGER)], {"member_id"}, "member_id"),
        ([("order_id", ColumnType.INTEGER)], {"order_id"}, None),
        ([("zip_code", ColumnType.TEXT), ("phone_number", ColumnType.TEXT)], {"zip_code", "phone_number"}, None),
        ([("number_of_rooms", ColumnType.INTEGER), ("phone", ColumnType.TEXT)], {"number_of_rooms", "phone"}, None),
        ([("week_number", ColumnType.INTEGER), ("status_code", ColumnType.TEXT)], {"week_number", "status_code"}, None),
        ([("Seat No.", ColumnType.INTEGER), ("version_number", ColumnType.INTEGER)], {"Seat No.", "version_number"}, None),
        ([("model_id", ColumnType.INTEGER)], {"model_id"}, "model_id"),
        ([("name", ColumnType.TEXT), ("price", ColumnType.INTEGER)], {"name", "price"}, None),
        ([("amount", ColumnType.FLOAT), ("day", ColumnType.DATE)], {"amount", "day"}, None),
        ([("id", ColumnType.INTEGER)], set(), None),
    ],
)  # fmt: skip
def test_a_key_is_chosen_among_unique_columns(
    columns: list[tuple[str, ColumnType]], unique: set[str], expected: str | None
) -> None:
    """A name, a date, a measure, or another table's key may be the same in the next row. So may all that only
    happens to differ, whatever it is called: seats, towns, cities, phone numbers, postcodes."""
    assert choose_key(table(*columns), unique, {"orders"}) == expected
