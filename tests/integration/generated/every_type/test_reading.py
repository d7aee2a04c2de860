"""Every type of the three databases is listed, opened, filtered, sorted and paged, whatever its values are.

The kind of fault: one value that a driver, Python, an address or a browser cannot represent makes a whole page
fail, or a row unreachable. To it belong times of 24:00 and of more than a day, dates that are infinite, zero or
before Christ, numbers beyond 2^63 and beyond doubles, NaN, bytes as keys, texts that are not UTF-8, types without
an order or without equality, arrays of such types, domains over them, and on SQLite any value in any column."""

from itertools import pairwise

import pytest

from tests.type_values import CASES

ALL = [(dialect, case.name) for dialect, cases in CASES.items() for case in cases]
KEYS = [
    (dialect, f"by_{case.name}") for dialect, cases in CASES.items() for case in cases if case.key
]


PAGE = 3
"""Rows."""


def texts(rows):
    return [[cell.text for cell in row.cells] for row in rows]


@pytest.mark.parametrize(("dialect", "table"), ALL + KEYS)
def test_every_order_is_paged_forwards_and_backwards(typed, dialect, table):
    app = typed(dialect)
    view, fetch = app.view(table), app.data.fetch_page
    total = app.data.count_rows(view, app.filters.Query())
    for field in view.visible_fields:
        for descending in (False, True) if field.name == "v" else (False,):
            order = app.filters.Query(sort=field.name, descending=descending)
            at_once = fetch(view, order, 1000).rows
            assert len(at_once) == total
            pages, read = [fetch(view, order, PAGE)], PAGE
            while pages[-1].has_more:
                pages.append(fetch(view, order, PAGE, after=pages[-1].last, offset=read))
                read += PAGE
                assert read <= total + PAGE, "no end"
            assert texts(row for page in pages for row in page.rows) == texts(at_once)
            for number, (earlier, later) in enumerate(pairwise(pages)):
                back = fetch(view, order, PAGE, before=later.first, offset=PAGE * number)
                assert texts(back.rows) == texts(earlier.rows)


@pytest.mark.parametrize(("dialect", "table"), ALL + KEYS)
def test_every_row_is_opened_by_its_address(typed, dialect, table):
    app = typed(dialect)
    view = app.view(table)
    rows = app.all_rows(view, app.filters.Query(), 50)
    assert len({row.href for row in rows}) == len(rows)
    for row in rows:
        part = row.href.rpartition("/")[2]
        assert part != "new"
        assert part.replace("~", "").replace("-", "").replace("_", "").isalnum()
        key = app.keys.decode_key(view, part)
        values = app.data.fetch_row(view, key)
        assert app.rows.address(view, values) == row.href
        cells = app.rows.detail_cells(view, values)
        assert len(cells) == len(view.visible_fields)
        for cell in cells:
            cell.text.encode()  # characters that no page can show were replaced
        assert app.rows.row_name(view, values)


@pytest.mark.parametrize(("dialect", "table"), ALL)
def test_an_address_with_a_filter_for_a_value_lists_the_rows_with_it(typed, dialect, table):
    app = typed(dialect)
    view = app.view(table)
    field = view.by_name["v"]
    for row in app.all_rows(view, app.filters.Query(), 50):
        key = app.keys.decode_key(view, row.href.rpartition("/")[2])
        value = app.data.fetch_row(view, key)["v"]
        if field.kind == "binary" or isinstance(value, bytes):
            continue  # a page shows only the size of the value
        if dialect == "sqlite" and is_number_among_texts(view, value):
            continue
        text = "" if value is None else app.formats.plain_text(value)
        (condition,) = app.filter_addresses.address_conditions(view, {"v": text}.items())
        found = app.all_rows(view, app.filters.Query(conditions=(condition,)), 50)
        if not app.dialect.can_hold(text):
            assert app.filter_conditions.no_match_reason(view, [condition])
            continue
        assert row.href in [each.href for each in found], (text, value)
        assert app.filter_conditions.no_match_reason(view, [condition]) == ""
        assert app.filter_chips.Chip.of(view, condition).words


def is_number_among_texts(view, value):
    """Whether the value is a number in a column of another type. In an address, infinity equals the text of its
    name, and 1e300 has many spellings."""
    return isinstance(value, float) and not view.by_name["v"].is_number


HOSTILE = [
    *("x", "'", '"', "%", "\\", "a\0b", "\ud800", "1e999", "NaN", "infinity", "24:00", "99999999999999999999999"),
    *("2024-13-45", "0000-00-00", "99999-01-01", "[", "{", "{}", "(", "null", "-", "1" * 400, "<b>", "~", "0x1"),
    *("9" * 5000, "true", "10:00:00+99:00", "2024-05-01T24:00:00", "\N{ARABIC-INDIC DIGIT THREE}", " 1 ", "1_0"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "table"), ALL)
def test_a_filter_for_any_value_is_answered(typed, dialect, table):
    """The filter finds rows, or none, or says that the value is invalid: there is never an unexpected error."""
    app = typed(dialect)
    view = app.view(table)
    Condition = app.filters.Condition
    offered = {*app.filters.OPERATORS[app.filters.shape_of(view, "v")], "equals"}
    for number, text in enumerate(HOSTILE):
        for operator, until in (("equals", ""), ("range", text), ("contains", "")):
            if operator not in offered or (operator == "contains" and number % 7):
                continue
            condition = Condition("v", operator, text, until)
            app.filter_conditions.no_match_reason(view, [condition])
            query = app.filters.Query(conditions=(condition,))
            check_answer(app, app.data.fetch_page, view, query, 5)
        if number % 7 == 0:
            check_answer(app, app.data.fetch_page, view, app.filters.Query(search=text), 5)


@pytest.mark.parametrize(("dialect", "table"), KEYS)
def test_any_text_as_a_key_is_answered(typed, dialect, table):
    app = typed(dialect)
    view = app.view(table)
    for text in [
        *HOSTILE,
        "~",
        "~e30",
        "~WzFd",
        "~" + "W1tb" * 9000,
        "~W3siYnl0ZXMiOiJ4eiJ9XQ",
        "~W251bGxd",
    ]:
        part = app.keys.decode_key(view, text)
        if part is not None:
            check_answer(app, app.data.fetch_row, view, part)


def check_answer(app, call, *given):
    problem = app.errors.ROW_GONE
    try:
        call(*given)
    except app.errors.DataError as error:
        problem = error.problem
    assert problem == app.errors.ROW_GONE or problem.title == app.errors.NO_VALUE, given
