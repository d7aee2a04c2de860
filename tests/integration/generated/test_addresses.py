"""Every kind of address that an app has, opened on all three databases: lists, lists with a filter, rows, and the
form of a new row with values that a parent's row or a person puts into its address.

The kind of fault: text of an address meets a column of another type (a number, a date, a uuid), and the page says
that the table has changed, or says nothing at all."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.served_apps import app_on

TABLES = {
    "owners": ("id {whole} PRIMARY KEY, name varchar(40)", "(18446744073709551, 'Ada'), (2, 'Bo')"),
    "codes": (
        "code varchar(20) PRIMARY KEY, word varchar(40)",
        "('new', 'x'), ('50% & ü/?#', 'y'), ('1', 'z')",
    ),
    "days": ("day date PRIMARY KEY, word varchar(40)", "('2024-02-29', 'leap')"),
    "amounts": (
        "amount {decimal} PRIMARY KEY, word varchar(40)",
        "(1.50, 'x'), (12345678.25, 'y')",
    ),
    "tokens": (
        "token {uuid} PRIMARY KEY, word varchar(40)",
        "('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'x')",
    ),
    "hashes": ("hash {bytes} PRIMARY KEY, word varchar(40)", "({one}, 'x')"),
    "pairs": ("a {whole}, b varchar(9), word varchar(40), PRIMARY KEY (a, b)", "(1, 'x', 'p')"),
}
PARENTS = {
    "owner": ("owners", "id", "{whole}"),
    "code": ("codes", "code", "varchar(20)"),
    "day": ("days", "day", "date"),
    "amount": ("amounts", "amount", "{decimal}"),
    "token": ("tokens", "token", "{uuid}"),
}
"""For each parent, the column of the table of children that refers to it."""
TYPES = {
    "postgresql": {"whole": "bigint", "decimal": "numeric(12, 2)", "uuid": "uuid", "bytes": "bytea", "one": r"'\x00ff'"},
    "mysql": {"whole": "bigint unsigned", "decimal": "decimal(12, 2)", "uuid": "uuid", "bytes": "varbinary(16)", "one": "x'00ff'"},
    "sqlite": {"whole": "INT", "decimal": "DECIMAL(12, 2)", "uuid": "UUID", "bytes": "BLOB", "one": "x'00ff'"},
}  # fmt: skip


def statements(dialect):
    types = TYPES[dialect]
    for name, (columns, rows) in TABLES.items():
        yield f"CREATE TABLE {name} ({columns.format(**types)})"
        yield f"INSERT INTO {name} VALUES {rows.format(**types)}"
    columns = [f"{name} {declared.format(**types)}" for name, (_, _, declared) in PARENTS.items()]
    keys = [
        f"FOREIGN KEY ({name}) REFERENCES {table} ({key})"
        for name, (table, key, _) in PARENTS.items()
    ]
    keys.append("FOREIGN KEY (pair_a, pair_b) REFERENCES pairs (a, b)")
    yield (
        f"CREATE TABLE children (id integer PRIMARY KEY, pair_a {types['whole']}, pair_b varchar(9), "
        f"{', '.join([*columns, *keys])})"
    )
    firsts = ["2", "'50% & ü/?#'", "'2024-02-29'", "1.50", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"]
    yield f"INSERT INTO children (id, pair_a, pair_b, {', '.join(PARENTS)}) VALUES (1, 1, 'x', {', '.join(firsts)})"
    yield "INSERT INTO children (id) VALUES (2)"


@pytest.fixture(scope="module", params=list(TYPES))
def app(request, tmp_path_factory):
    dialect = request.param
    with app_on(dialect, statements(dialect), request, tmp_path_factory, "Addresses") as app:
        yield app


def opened_list(app, href):
    """The rows of the list at this address."""
    parts = urlsplit(href)
    view = next(each for each in app.views.VIEWS.values() if f"/{each.route}" == parts.path)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    conditions = tuple(app.filter_addresses.address_conditions(view, asked.items()))
    assert app.filter_conditions.no_match_reason(view, conditions) == ""
    return app.all_rows(view, app.filters.Query(conditions=conditions))


def opened_form(app, href):
    """The form of a new row at this address."""
    parts = urlsplit(href)
    view = next(each for each in app.views.VIEWS.values() if f"/{each.route}/new" == parts.path)
    return view, app.row_forms.blank_form(view, dict(parse_qsl(parts.query)))


def test_each_row_its_related_lists_and_the_form_of_a_child_are_opened(app):
    children = 0
    for view in app.views.VIEWS.values():
        for row in opened_list(app, f"/{view.route}"):
            key = app.keys.decode_key(view, row.href.rpartition("/")[2])
            values = app.data.fetch_row(view, key)
            assert app.rows.address(view, values) == row.href
            app.rows.detail_cells(view, values)
            app.consequences.consequences(view, values)
            for block in app.related_rows(view, values):
                assert len(opened_list(app, block.href)) == block.total
                children += block.total
                target, form = opened_form(app, block.new_href)
                assert form.wrong == {}
                for name in dict(parse_qsl(urlsplit(block.new_href).query)):
                    held = form.inputs[name]
                    assert held.text
                    assert held.label or not target.relation_of(name)
    assert children == len(PARENTS) + 1


def test_a_child_added_from_its_parent_belongs_to_it(app):
    view = app.view("owners")
    values = app.data.fetch_row(view, app.keys.decode_key(view, "18446744073709551"))
    (block,) = app.related_rows(view, values)
    target, form = opened_form(app, block.new_href)
    saved = app.changes.create(target, form.snapshot.given | {"id": "77"})
    key = app.keys.decode_key(target, saved)
    child = app.data.fetch_row(target, key)
    app.delete(target, key)
    assert child["owner"] == 18446744073709551


@pytest.mark.parametrize(
    "text",
    ["abc", "-", "1e999", "'", "%", "\0", "\ud800", "9" * 60, "2024-13-45", "true", "[", "ü" * 900],
)
def test_any_text_may_stand_in_an_address(app, text):
    view = app.view("children")
    for name in (*PARENTS, "pair_a", "id"):
        (condition,) = app.filter_addresses.address_conditions(view, {name: text}.items())
        said = app.filter_conditions.no_match_reason(view, [condition])
        try:
            rows = app.data.fetch_page(view, app.filters.Query(conditions=(condition,)), 5).rows
        except app.errors.DataError as error:
            assert error.problem.title == app.errors.NO_VALUE  # noqa: PT017
        else:
            assert not (said and rows)
        form = app.row_forms.blank_form(view, {name: text, "unknown": text})
        assert name not in form.wrong or form.inputs[name].text == ""
        app.relations.search_options(view, name, text)
    for part in (text, "new", "~", f"~{text}"):
        app.keys.decode_key(view, part)
