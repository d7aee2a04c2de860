"""Reading from PostgreSQL and MariaDB: every page in every order, search, filters, keys."""

import pytest

from tests.integration.generated.paging import check_going_back, texts

TABLES = [
    *("customers", "orders", "lines", "remarks", "tokens", "codes", "rates", "no_key"),
    "large_orders",
]
KEYED = TABLES[:-2]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_hold_every_row_once_in_order(served, table, descending):
    view = served.view(table)
    query = served.filters.Query
    total = served.data.count_rows(view, query())
    assert total
    for field in view.visible_fields:
        order = query(sort=field.name, descending=descending)
        by_pages = served.all_rows(view, order)
        at_once = served.data.fetch_page(view, order, 1000).rows
        assert texts(by_pages) == texts(at_once), field.name
        assert len(by_pages) == total
        if view.key:
            assert len({row.href for row in by_pages}) == total


@pytest.mark.parametrize("table", KEYED)
@pytest.mark.parametrize("descending", [False, True])
def test_going_back_shows_the_previous_page(served, table, descending):
    check_going_back(served, served.view(table), descending)


@pytest.mark.parametrize("descending", [False, True])
def test_nulls_come_last_in_both_directions(served, descending):
    view = served.view("orders")
    for at, field in enumerate(view.visible_fields):
        order = served.filters.Query(sort=field.name, descending=descending)
        styles = ["null" in row.cells[at].style.split() for row in served.all_rows(view, order)]
        assert styles == sorted(styles), field.name


@pytest.mark.parametrize("table", KEYED)
def test_every_key_can_be_put_into_an_address(served, table):
    view = served.view(table)
    for row in served.all_rows(view, served.filters.Query()):
        key = served.keys.decode_key(view, row.href.rpartition("/")[2])
        found = served.data.fetch_row(view, key)
        assert served.rows.address(view, found) == row.href


@pytest.mark.parametrize(
    "part",
    [
        "",
        "~",
        "x",
        "1.5",
        "~WzEsMl0",
        "~WzFlNDAwXQ",
        "9" * 18,
        "9" * 40,
        "~WyJcdTAwMDAiXQ",
        "~W251bGxd",
        "~WyJcdWQ4MDAiXQ",
    ],
)
@pytest.mark.parametrize("table", ["customers", "tokens", "codes", "rates"])
def test_an_invalid_key_finds_no_row(served, table, part):
    view = served.view(table)
    key = served.keys.decode_key(view, part)
    if key is not None:
        with pytest.raises(served.errors.DataError, match="deleted"):
            served.data.fetch_row(view, key)


@pytest.mark.parametrize("words", ["²", "--5", "a\0b", "\ud800", "٣٣٣٣"])
def test_words_that_no_row_can_contain_find_none(served, words):
    view = served.view("customers")
    Query, Condition = served.filters.Query, served.filters.Condition
    for query in (
        Query(search=words),
        *(
            Query(conditions=(Condition(field.name, "contains", words),))
            for field in view.visible_fields
        ),
        *(
            Query(conditions=(Condition(field.name, "equals", words),))
            for field in view.visible_fields
        ),
    ):
        assert served.all_rows(view, query) == [], query


@pytest.mark.parametrize(
    "words",
    [
        "ADA",
        "%",
        "_",
        "'",
        '"',
        "zoë",
        "\\",
        "c:d",
        "42",
        "2024-05-1",
        "first",
        "example.com",
        "/1",
    ],
)
def test_a_search_finds_rows_with_its_words(served, words):
    view = served.view("customers")
    found = served.all_rows(view, served.filters.Query(search=words))
    everything = served.all_rows(view, served.filters.Query())
    expected = [
        texts([row])
        for row in everything
        if any(
            words.lower() in cell.text.lower()
            for field, cell in zip(view.visible_fields, row.cells, strict=True)
            if not {"null", "empty"} & set(cell.style.split())
            and (field.name != "id" or cell.text == words)
        )
    ]
    assert [texts([row]) for row in found] == expected


def count(served, table, *parts):
    query = served.filters.Query(conditions=(served.filters.Condition(*parts),))
    view = served.view(table)
    served.data.forget_counts()
    counted = served.data.count_rows(view, query)
    assert len(served.all_rows(view, query)) == counted
    return counted


ORDERS = range(1, 64)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("total", "empty"), 9),
        (("total", "filled"), 54),
        (("note", "empty"), 5),
        (("note", "filled"), 58),
        (("total", "range", "4.5", "9"), 3),
        (("total", "equals", "4.50"), 1),
        (("total", "equals", "nan"), 0),
        (("id", "range", "2.5", "5.5"), 3),
        (("id", "range", "1e30", ""), 0),
        (("id", "range", "", "1e30"), 63),
        (("id", "equals", "many"), 0),
        (("id", "equals", "9" * 30), 0),
        (("rate", "equals", "0.1"), sum(n % 5 == 1 and n % 9 > 0 for n in ORDERS)),
        (("placed", "range", "2024-05-03", "2024-05-03"), 2),
        (("placed", "equals", "2024-05-03"), 2),
        (("changed", "range", "2024-06-02", ""), sum(n % 3 > 0 and n % 5 > 0 for n in ORDERS)),
        (("changed", "range", "", "9999-12-31"), sum(n % 5 > 0 for n in ORDERS)),
        (("wake", "range", "03:00", "04:30"), sum(n % 9 in (3, 4) and n % 3 > 0 for n in ORDERS)),
        (("wake", "equals", "noon"), 0),
        (("status", "equals", "paid"), 16),
        (("status", "equals", "no such mood"), 0),
        (("payload", "contains", '"A": 1'), 16),
        (("customer_id", "contains", "_X_ 24"), 2),
        (("customer_id", "equals", "x"), 0),
        (("picture", "empty"), 31),
    ],
)
def test_filters(served, parts, expected):
    assert count(served, "orders", *parts) == expected


def test_filters_of_the_server_s_own_types(served):
    token = served.data.fetch_page(served.view("tokens"), served.filters.Query(sort="label"), 1)
    key = token.rows[0].href.rpartition("/")[2]
    assert count(served, "tokens", "id", "equals", key) == 1
    assert count(served, "tokens", "id", "equals", "no uuid") == 0
    assert count(served, "tokens", "net", "equals", "no address") == 0
    assert count(served, "tokens", "net", "contains", "0") > 0
    assert count(served, "tokens", "fixed", "equals", "f3") == 1
    missing = {"postgresql": "net", "mysql": "flags"}[served.spec.dialect]
    assert count(served, "tokens", missing, "empty") == 7


def test_the_full_text_of_a_cut_cell_is_read_from_any_page(served):
    view = served.view("orders")
    order = served.filters.Query(sort="exact", descending=True)
    first = served.data.fetch_page(view, order, 7)
    second = served.data.fetch_page(view, order, 7, after=first.last)
    at = [field.name for field in view.visible_fields].index("note")
    long = next(n for n, row in enumerate(second.rows) if row.cells[at].long)
    number = int(second.rows[long].href.rpartition("/")[2])
    whole = served.data.fetch_whole(view, order, "note", cursor=second.cursors[long], position=0)
    assert whole == "Once upon a time. " * (number % 12)


def test_related_rows_are_listed_and_can_be_chosen(served):
    customers, orders = served.view("customers"), served.view("orders")
    values = served.data.fetch_row(customers, (2,))
    blocks = {each.label: each for each in served.related_rows(customers, values)}
    assert blocks["Orders"].total == 3
    name = served.rows.row_name(customers, values)
    found = served.relations.search_options(orders, "customer_id", name.upper())
    assert (name, "2") in [(option.text, option.value) for option in found]
    lines = served.view("lines")
    (block,) = served.related_rows(lines, served.data.fetch_row(lines, (2, 2)))
    assert block.total == 1


@pytest.mark.parametrize("bucket", ["day", "month", "year"])
@pytest.mark.parametrize("measure", ["count", "sum", "avg"])
def test_charts_group_by_dates(served, bucket, measure):
    chart = served.charts.Chart(
        id="c",
        title="C",
        kind="line",
        view=served.view("orders"),
        group_by="placed",
        bucket=bucket,
        measure=measure,
        value=None if measure == "count" else "total",
    )
    points = served.charts.chart_data(chart).points
    assert len(points) == {"day": 28, "month": 1, "year": 1}[bucket]
    if measure == "count":
        assert sum(point["value"] for point in points) == sum(n % 6 > 0 for n in ORDERS)


def test_charts_group_by_values_and_relations(served):
    for group_by in ("status", "customer_id", "total"):
        chart = served.charts.Chart(
            id="c",
            title="C",
            kind="bar",
            view=served.view("orders"),
            group_by=group_by,
            measure="sum",
            value="id",
        )
        points = served.charts.chart_data(chart).points
        assert points
        assert all(isinstance(point["value"], int) for point in points)


def test_dates_without_a_python_value_are_shown_as_they_are(served):
    if served.spec.dialect == "mysql":
        statements = [
            "SET sql_mode = ''",
            "INSERT INTO rates VALUES ('0000-00-00', 99, '2024-01-01')",
        ]
        text = "0000-00-00"
    else:
        statements = ["INSERT INTO rates VALUES ('infinity', 99, '0044-03-15 BC')"]
        text = "infinity"
    view = served.view("rates")
    served.place.run(*statements)
    try:
        rows = served.all_rows(view, served.filters.Query(sort="amount", descending=True), 5)
        assert rows[0].cells[0].text == text
        assert len(rows) == 21
    finally:
        served.place.run("DELETE FROM rates WHERE amount = 99")


def test_tables_of_another_schema_are_read_and_related(served):
    if served.spec.dialect == "mysql":
        pytest.skip("a MySQL source is one database")
    (view,) = [each for each in served.views.VIEWS.values() if each.label.endswith("bins")]
    rows = served.all_rows(view, served.filters.Query(sort="customer_id"))
    assert len(rows) == 12
    at = [field.name for field in view.visible_fields].index("customer_id")
    assert rows[0].cells[at].href == "/customers/1"
