"""How rows are called in lists, on row pages and in pickers, on all databases."""

import pytest

from tests.served_apps import app_on

TABLES = (
    "CREATE TABLE people (id INTEGER PRIMARY KEY, first_name VARCHAR(20), last_name VARCHAR(20),"
    " chief_id INTEGER, FOREIGN KEY (chief_id) REFERENCES people (id))",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, buyer_id INTEGER, seller_id INTEGER, ordered_on DATE,"
    " FOREIGN KEY (buyer_id) REFERENCES people (id), FOREIGN KEY (seller_id) REFERENCES people (id))",
    "CREATE TABLE complaints (id INTEGER PRIMARY KEY, order_id INTEGER,"
    " FOREIGN KEY (order_id) REFERENCES orders (id))",
    "CREATE TABLE shifts (person_id INTEGER, starts_on DATE, hours INTEGER,"
    " PRIMARY KEY (person_id, starts_on), FOREIGN KEY (person_id) REFERENCES people (id))",
    "CREATE TABLE logs (line VARCHAR(20))",
)
ROWS = (
    "INSERT INTO people VALUES (1, 'Ada', 'Smith', NULL), (2, 'Ada', 'Smith', 1), (3, 'Bo', 'Ng_%', 1),"
    " (4, NULL, 'Cher', NULL), (5, NULL, NULL, 1), (6, '', '', NULL)",
    "INSERT INTO orders VALUES (41, 1, 3, '2024-05-06'), (4711, 2, NULL, '2024-05-07'),"
    " (43, NULL, 4, NULL), (44, 5, 1, '2024-05-09')",
    "INSERT INTO complaints VALUES (7, 4711), (8, 43), (9, NULL)",
    "INSERT INTO shifts VALUES (1, '2024-05-06', 8), (5, '2024-05-07', 4)",
    "INSERT INTO logs VALUES ('started')",
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mysql"])
def app(request, tmp_path_factory):
    statements = (*TABLES, *ROWS)
    with app_on(request.param, statements, request, tmp_path_factory, "Called rows") as app:
        yield app


def listed(app, table):
    rows = app.all_rows(app.view(table), app.filters.Query())
    return {row.name for row in rows}


def picked(app, table, field, words):
    return [each.text for each in app.relations.search_options(app.view(table), field, words)]


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("people", {"Ada Smith", "Bo Ng_%", "Cher", "Person 5", "Person 6"}),
        (
            "orders",
            {"Order 41 (Ada Smith)", "Order 4711 (Ada Smith)", "Order 43", "Order 44 (Person 5)"},
        ),
        ("complaints", {"Complaint 7 (Order 4711)", "Complaint 8 (Order 43)", "Complaint 9"}),
        ("shifts", {"Shift Ada Smith · 2024-05-06", "Shift Person 5 · 2024-05-07"}),
    ],
)
def test_each_row_of_a_list_and_its_page_have_the_name(app, table, names):
    assert listed(app, table) == names
    view = app.view(table)
    for row in app.all_rows(view, app.filters.Query()):
        key_text = row.href.rpartition("/")[2]
        loaded = app.row_page.load_row(view, app.keys.decode_key(view, key_text), key_text)
        assert loaded.name == row.name


def test_a_row_without_a_key_has_the_singular(app):
    assert listed(app, "logs") == {"Log"}


def test_a_cell_names_the_row_that_it_refers_to_with_what_stands_beside_it(app):
    [row] = [
        row
        for row in app.all_rows(app.view("complaints"), app.filters.Query())
        if row.name == "Complaint 7 (Order 4711)"
    ]
    [cell] = [cell for cell in row.cells if cell.href == "/orders/4711"]
    assert cell.text == "Order 4711 (Ada Smith)"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["Order 41 (Ada Smith)", "Order 43", "Order 44 (Person 5)", "Order 4711 (Ada Smith)"]),
        ("4711", ["Order 4711 (Ada Smith)"]),
        ("47", ["Order 4711 (Ada Smith)"]),
        ("Order 4711", ["Order 4711 (Ada Smith)"]),
        ("order 41 (ada SMITH)", ["Order 41 (Ada Smith)"]),
        ("Smith", ["Order 41 (Ada Smith)", "Order 4711 (Ada Smith)"]),
        (
            "Order",
            ["Order 41 (Ada Smith)", "Order 43", "Order 44 (Person 5)", "Order 4711 (Ada Smith)"],
        ),
        ("Person 5", []),
        ("nobody", []),
    ],
)
def test_a_picker_looks_in_the_key_and_in_what_stands_beside_it(app, words, found):
    assert picked(app, "complaints", "order_id", words) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("smith ada", ["Ada Smith", "Ada Smith"]),
        ("Ada Ng", []),
        ("ng_%", ["Bo Ng_%"]),
        ("2", ["Ada Smith"]),
        ("5", ["Person 5"]),
        ("Cher", ["Cher"]),
    ],
)
def test_a_picker_looks_in_all_parts_of_a_name(app, words, found):
    assert picked(app, "orders", "buyer_id", words) == found


def test_rows_with_equal_names_are_told_apart_by_their_key(app):
    options = app.relations.search_options(app.view("orders"), "buyer_id", "Ada")
    assert {(each.text, each.value) for each in options} == {("Ada Smith", "1"), ("Ada Smith", "2")}


def test_a_form_names_what_is_chosen(app):
    form = app.form(app.view("complaints"), (7,))
    assert form.inputs["order_id"].label == "Order 4711 (Ada Smith)"


@pytest.mark.parametrize(
    ("table", "words", "names"),
    [
        (
            "orders",
            "ada smith",
            {"Order 41 (Ada Smith)", "Order 4711 (Ada Smith)", "Order 44 (Person 5)"},
        ),
        ("people", "Smith Ada", {"Ada Smith", "Bo Ng_%", "Person 5"}),
        ("people", "Ada Ng", set()),
        ("orders", "Order 47", {"Order 4711 (Ada Smith)"}),
        ("complaints", "4711", {"Complaint 7 (Order 4711)"}),
        ("complaints", "order 4711", {"Complaint 7 (Order 4711)"}),
        ("complaints", "Complaint 7 (Order 4711)", {"Complaint 7 (Order 4711)"}),
        ("complaints", "smith", {"Complaint 7 (Order 4711)"}),
    ],
)
def test_a_search_finds_rows_by_the_names_of_what_they_refer_to(app, table, words, names):
    found = app.all_rows(app.view(table), app.filters.Query(search=words))
    assert {row.name for row in found} == names


def test_related_rows_say_by_which_relation_they_refer(app):
    view = app.view("people")
    related = app.related_rows(view, app.data.fetch_row(view, (1,)))
    assert {block.label for block in related} >= {
        "People (Chief)",
        "Orders (Buyer)",
        "Orders (Seller)",
        "Shifts",
    }
