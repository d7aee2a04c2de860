"""Related rows on all databases: their pages, order and number; and adding and changing them on the row's page.

The kind: a relation that a table has twice, to itself, by several columns, by its own key, from a table without a key;
rows that come and go while they are turned over; whoever may only read."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.served_apps import app_on

PEOPLE = range(1, 24)


def statements(dialect):
    moment = "TIMESTAMP" if dialect == "postgresql" else "DATETIME"
    yield "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(40), chief_id INTEGER, FOREIGN KEY (chief_id) REFERENCES people (id))"
    yield (
        f"CREATE TABLE orders (id INTEGER PRIMARY KEY, buyer_id INTEGER NOT NULL, seller_id INTEGER, note VARCHAR(40), amount DECIMAL(8, 2), at {moment},"
        " FOREIGN KEY (buyer_id) REFERENCES people (id), FOREIGN KEY (seller_id) REFERENCES people (id))"
    )
    yield "CREATE TABLE pairs (a INTEGER, b VARCHAR(20), word VARCHAR(20), PRIMARY KEY (a, b))"
    yield (
        "CREATE TABLE parts (pair_a INTEGER NOT NULL, pair_b VARCHAR(20) NOT NULL, place INTEGER NOT NULL, size INTEGER,"
        " PRIMARY KEY (pair_a, pair_b, place), FOREIGN KEY (pair_a, pair_b) REFERENCES pairs (a, b))"
    )
    yield "CREATE TABLE passports (person_id INT NOT NULL PRIMARY KEY, mark VARCHAR(20), FOREIGN KEY (person_id) REFERENCES people (id))"
    yield "CREATE TABLE visits (person_id INTEGER, word VARCHAR(20), amount INTEGER, FOREIGN KEY (person_id) REFERENCES people (id))"
    for number in PEOPLE:
        chief = "NULL" if number == 1 else 1 if number < 14 else 2
        yield f"INSERT INTO people VALUES ({number}, 'Person {number % 7}', {chief})"
    for number in range(1, 34):
        note = "NULL" if number % 5 == 0 else f"'note {number % 4}'"
        amount = "NULL" if number % 3 == 0 else f"{number % 6}.50"
        at = "NULL" if number % 4 == 0 else f"'2024-0{number % 9 + 1}-01 10:00:00'"
        yield f"INSERT INTO orders VALUES ({number}, {1 if number < 18 else 2}, {number % 3 + 1}, {note}, {amount}, {at})"
    yield "INSERT INTO pairs VALUES (1, '50% & ü/?#', 'odd'), (2, 'b', 'even')"
    for number in range(12):
        yield f"INSERT INTO parts VALUES (1, '50% & ü/?#', {number}, {number % 3})"
    yield "INSERT INTO passports VALUES (1, 'A1')"
    for number in range(13):
        yield f"INSERT INTO visits VALUES (1, 'word {number % 5}', {number % 3})"


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mysql"])
def app(request, tmp_path_factory):
    dialect = request.param
    with app_on(dialect, statements(dialect), request, tmp_path_factory, "Related") as app:
        yield app


ROWS = {"people": (1,), "pairs": (1, "50% & ü/?#")}
RELATIONS = [
    ("people", "people.chief_id"),
    ("people", "orders.buyer_id"),
    ("people", "orders.seller_id"),
    ("people", "passports.person_id"),
    ("people", "visits.person_id"),
    ("pairs", "parts.pair_a,pair_b"),
]


def first_place(app, table, relation, key=None):
    view = app.view(table)
    values = app.data.fetch_row(view, key or ROWS[table])
    return next(each for each in app.related.first_places(view, values) if each.name == relation)


def marks(app, relation, block):
    """What tells the rows of a block apart; rows without a key are told by their texts."""
    return [row.href or tuple(cell.text for cell in row.cells) for row in block.rows]


def walked(app, table, place):
    """The pages of a relation from the first to the last one, and back."""
    view = app.view(table)
    block, place = app.related.read_related(view, place)
    assert (block.at_start, place.position) == (True, 0)
    pages = [block]
    while block.has_next:
        block, place = app.related.read_related(view, app.related.turned(place, True))
        pages.append(block)
        assert len(pages) < 20
    back = [block]
    while not block.at_start:
        block, place = app.related.read_related(view, app.related.turned(place, False))
        back.append(block)
        assert len(back) < 20
    return pages, back[::-1]


@pytest.mark.parametrize(("table", "relation"), RELATIONS)
def test_all_rows_are_turned_over_in_every_order_and_counted(app, table, relation):
    place = first_place(app, table, relation)
    other, _ = app.related.referring_pages(app.view(table))[relation]
    total = app.related.count_related(app.view(table), place)
    for field in ("", *(each.name for each in other.visible_fields)):
        for descending in (False, True) if field else (False,):
            asked = place
            for _ in range(descending + 1 if field else 0):
                asked = app.related.sorted_by(asked, field)
            assert (asked.query.sort, asked.query.descending) == (field, descending)
            pages, back = walked(app, table, asked)
            found = [mark for page in pages for mark in marks(app, relation, page)]
            of_list = app.all_rows(other, asked.query)
            assert len(found) == len(of_list) == total
            if other.key:
                assert found == [row.href for row in of_list]
                assert [marks(app, relation, each) for each in back] == [
                    marks(app, relation, each) for each in pages
                ]
            assert pages[0].range_text.startswith(f"1–{len(pages[0].rows)}")  # noqa: RUF001
            assert pages[0].total == (total if len(pages) == 1 else -1)


def test_the_list_that_a_block_leads_to_has_the_same_rows(app):
    for table, relation in RELATIONS:
        place = first_place(app, table, relation)
        block, _ = app.related.read_related(app.view(table), place)
        other, _ = app.related.referring_pages(app.view(table))[relation]
        parts = urlsplit(block.href)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        conditions = tuple(app.filter_addresses.address_conditions(other, asked.items()))
        rows = app.all_rows(other, app.filters.Query(conditions=conditions))
        assert len(rows) == app.related.count_related(app.view(table), place)


@pytest.mark.parametrize(("table", "relation"), RELATIONS)
def test_the_form_of_a_new_row_belongs_to_the_row(app, table, relation):
    place = first_place(app, table, relation)
    block, _ = app.related.read_related(app.view(table), place)
    other, found = app.related.referring_pages(app.view(table))[relation]
    if relation == "visits.person_id":  # it has no key
        assert (block.new_href, block.editable) == ("", False)
        return
    if relation == "passports.person_id":  # a person has one
        assert (block.new_href, block.editable) == ("", True)
        free = first_place(app, table, relation, (3,))
        block, place = app.related.read_related(app.view(table), free)
    address = urlsplit(block.new_href)
    assert address.path == f"/{other.route}/new"
    texts = dict(parse_qsl(address.query))
    assert texts == app.related.given_by(place.query)
    loaded = app.row_page.load_form(other, "new", texts)
    assert loaded.form.wrong == {}
    held = {name: control.text for name, control in loaded.form.inputs.items() if control.text}
    assert set(held) == set(found.fields)


def test_who_may_only_read_is_offered_no_change(app):
    token = app.sign_in._may_edit.set(False)
    try:
        for table, relation in RELATIONS:
            block, _ = app.related.read_related(app.view(table), first_place(app, table, relation))
            assert (block.new_href, block.editable) == ("", False)
    finally:
        app.sign_in._may_edit.reset(token)


def test_a_relation_without_a_value_or_rows_is_empty(app):
    block, place = app.related.read_related(
        app.view("people"), first_place(app, "people", "orders.seller_id", (9,))
    )
    assert (block.rows, block.has_next, block.at_start, place.shown) == ([], False, True, 0)
    assert app.related.count_related(app.view("people"), place) == 0


STEPS = ["next", "previous", "again", "sort", "add", "delete"]


def test_rows_that_come_and_go_never_leave_an_empty_page_among_rows(app):
    @settings(max_examples=15, deadline=None)
    @given(steps=st.lists(st.sampled_from(STEPS)))
    def holds(steps):
        Turning(app).go(steps)

    holds()


class Turning:
    """A person who turns rows over while others add and delete some."""

    def __init__(self, app):
        self.app, self.view, self.number = app, app.view("people"), 1000
        app.run("DELETE FROM orders WHERE buyer_id = 7")
        self.show(first_place(app, "people", "orders.buyer_id", (7,)))

    def show(self, place):
        self.block, self.place = self.app.related.read_related(self.view, place)
        ((there,),) = self.app.run("SELECT count(*) FROM orders WHERE buyer_id = 7")
        assert bool(self.block.rows) == bool(there)
        assert len({row.href for row in self.block.rows}) == len(self.block.rows)
        assert len(self.block.rows) <= self.app.related.SIZE
        assert self.block.at_start or self.place.position > 0

    def go(self, steps):
        related = self.app.related
        for step in steps:
            match step:
                case "add":
                    for _ in range(3):
                        self.number += 1
                        self.app.run(f"INSERT INTO orders (id, buyer_id) VALUES ({self.number}, 7)")
                case "delete":
                    last = self.number - 4
                    self.app.run(f"DELETE FROM orders WHERE buyer_id = 7 AND id > {last}")
                case "sort":
                    self.show(related.sorted_by(self.place, "note"))
                case "again":
                    self.show(self.place)
                case "next" if self.block.has_next:
                    self.show(related.turned(self.place, True))
                case "previous" if not self.block.at_start:
                    self.show(related.turned(self.place, False))
