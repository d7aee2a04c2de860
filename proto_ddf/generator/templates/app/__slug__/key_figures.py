"""The numbers at the top of the dashboard: rows, sums and averages."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from .charts import measured
from .data import COUNT_LIMIT, count_rows
from .database import read_connection
from .filter_addresses import list_address
from .filter_conditions import matches
from .filters import Query
from .periods import ALL_TIME, Period
from .views import TableView

_EXACT = 10_000
"""Larger numbers are shown without decimals."""


@dataclass(frozen=True, kw_only=True)
class KeyFigure:
    id: str
    title: str
    view: TableView
    measure: str = "count"
    """ "count", "sum" or "avg"."""
    value: str | None = None
    """The field to sum or average."""


@dataclass
class ShownFigure:
    text: str = ""
    more: str = ""
    """ "+" if there are more rows than are counted."""
    href: str = ""
    """The address of the rows."""


def figure_data(figure: KeyFigure, period: Period = ALL_TIME) -> ShownFigure:
    """The number of a figure in the period.

    Raises:
        DataError: the database could not answer.
    """
    view = figure.view
    query = Query(conditions=period.conditions(view))
    href = list_address(view, query.conditions)
    if figure.measure == "count":
        count = count_rows(view, query)
        is_limit = count >= COUNT_LIMIT and query.conditions
        return ShownFigure(str(count), "+" if is_limit else "", href)
    statement = sa.select(measured(view, figure.measure, figure.value))
    with read_connection() as connection:
        found = connection.execute(statement.where(*matches(view, query))).scalar_one()
    return ShownFigure(_written(found), href=href)


def _written(value: Any) -> str:
    """A number as the browser can format it, with two decimals at most."""
    if value is None:
        return "—"
    number = Decimal(str(value))
    if not number.is_finite():
        return str(value)
    places = Decimal(1) if number == int(number) or abs(number) >= _EXACT else Decimal("0.01")
    return f"{number.quantize(places):f}"
