"""The SQL of a preview page for SQLite and DuckDB: identifiers are quoted, values are bound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from proto_ddf.errors.types import IntegrationError, ValidationError
from proto_ddf.sources.protocol import PageRequest

MAX_LIMIT = 1_000
_SEARCH_LENGTH = 200


@dataclass(frozen=True)
class PreviewQuery:
    """Two statements with their parameters: `parameters` for `count`, `page_parameters` for `page`."""

    count: str
    parameters: list[Any]
    page: str
    page_parameters: list[Any]
    offset: int
    limit: int


def quote(name: str) -> str:
    """An SQL identifier in quotes; it may hold any characters."""
    return '"' + name.replace('"', '""') + '"'


def like_pattern(search: str) -> str:
    """A LIKE pattern for "contains", with `\\` as its escape character."""
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def searched(search: str) -> str:
    """The search text without blanks around it, shortened if it is long."""
    return search.strip()[:_SEARCH_LENGTH]


def page_bounds(offset: int, limit: int) -> tuple[int, int]:
    """Offset and limit of a page, within the allowed range."""
    return max(offset, 0), min(max(limit, 0), MAX_LIMIT)


def check_sort(table: str, columns: Sequence[str], sort: str | None) -> None:
    """Raises ValidationError with code `field_unknown` if `sort` is not one of the columns."""
    if sort is not None and sort not in columns:
        raise ValidationError(
            f"There is no column {sort!r} in {table!r}.",
            "sort",
            sort,
            code="field_unknown",
            name=sort,
        )


def preview_query(
    request: PageRequest,
    columns: Sequence[str],
    *,
    matches: Callable[[str], str],
    to_parameter: Callable[[str], str],
    tie_break: Sequence[str],
    rows: str | None = None,
) -> PreviewQuery:
    """The statements for one page of a table.

    Args:
        matches: makes the condition on one quoted column, with one `?` for the parameter.
        to_parameter: makes the parameter from the search text.
        tie_break: SQL expressions that keep the order of rows the same on all pages.
        rows: the SQL to use after FROM, if it is not the table's name.

    Raises:
        ValidationError: as `check_sort`.
    """
    check_sort(request.table, columns, request.sort)
    where, parameters = "", []
    if search := searched(request.search):
        where = " WHERE " + " OR ".join(matches(quote(column)) for column in columns)
        parameters = [to_parameter(search)] * len(columns)
    order = list(tie_break)
    if request.sort is not None:
        direction = "DESC" if request.descending else "ASC"
        order = [f"{quote(request.sort)} IS NULL", f"{quote(request.sort)} {direction}", *order]
    ordering = f" ORDER BY {', '.join(order)}" if order else ""
    names = ", ".join(quote(column) for column in columns)
    offset, limit = page_bounds(request.offset, request.limit)
    source = f"FROM {rows or quote(request.table)}{where}"
    return PreviewQuery(
        count=f"SELECT count(*) {source}",
        parameters=parameters,
        page=f"SELECT {names} {source}{ordering} LIMIT ? OFFSET ?",
        page_parameters=[*parameters, limit, offset],
        offset=offset,
        limit=limit,
    )


def table_unknown(table: str, system: str, path: str) -> IntegrationError:
    """The error for a table that the source does not have, or no longer has."""
    return IntegrationError(
        f"There is no table {table!r} in {path}.",
        system,
        "read",
        code="table_unknown",
        table=table,
        path=path,
        field="table",
    )
