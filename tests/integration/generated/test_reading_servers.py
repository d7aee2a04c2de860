"""Reading from PostgreSQL and MariaDB: every page of every order, search, filters, keys."""

from itertools import pairwise

import pytest

TABLES = [
    *("customers", "orders", "lines", "remarks", "tokens", "codes", "rates", "no_key"),
    "large_orders",
]
KEYED = TABLES[:-2]


def texts(rows):
    return [[cell.text for cell in row.cells] for row in rows]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_hold_every_row_once_in_order(served, table, descending):
    view = served.view(table)
    query = served.filters.Query
    total = served.data.count_rows(view, query())
    assert total
    for field in view.shown:
        order = query(sort=field.name, descending=descending)
        by_pages = served.all_rows(view, order)
        at_once = served.data.fetch_page(view, order, 1000).rows
        assert texts(by_pages) == texts(at_once), field.name
        assert len(by_pages) == total
        if view.key:
            assert len({row.href for row in by_pages}) == total


@pytest.mark.parametrize("table", KEYED)
@pytest.mark.parametrize("descending", [False, True])
def test_going_back_shows_what_was_before(served, table, descending):
    view = served.view(table)
    fetch = served.data.fetch_page
    for field in view.shown:
        order = served.filters.Query(sort=field.name, descending=descending)
        pages = [fetch(view, order, 7)]
        while pages[-1].has_more:
            pages.append(fetch(view, order, 7, after=pages[-1].last))
        for earlier, later in pairwise(pages):
            back = fetch(view, order, 7, before=later.first)
            assert texts(back.rows) == texts(earlier.rows), field.name


@pytest.mark.parametrize("descending", [False, True])
def test_nulls_come_last_in_both_directions(served, descending):
    view = served.view("orders")
    for at, field in enumerate(view.shown):
        order = served.filters.Query(sort=field.name, descending=descending)
        styles = [row.cells[at].style == "null" for row in served.all_rows(view, order)]
        assert styles == sorted(styles), field.name
