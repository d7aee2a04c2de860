"""Checks of pages of rows."""

from itertools import pairwise
from typing import Any


def texts(rows: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in rows]


def check_going_back(app: Any, view: Any, descending: bool) -> None:
    """In the order of any field, going back from a page leads to the page that was shown before it."""
    fetch = app.data.fetch_page
    for field in view.visible_fields:
        order = app.filters.Query(sort=field.name, descending=descending)
        pages = [fetch(view, order, 7)]
        while pages[-1].has_more:
            pages.append(fetch(view, order, 7, after=pages[-1].last))
        for earlier, later in pairwise(pages):
            back = fetch(view, order, 7, before=later.first)
            assert texts(back.rows) == texts(earlier.rows), field.name
