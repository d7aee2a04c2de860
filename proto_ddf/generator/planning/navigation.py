"""Which tables come first, which are look-ups, reports, or no page at all."""

import math
from collections.abc import Iterable, Sequence

from proto_ddf.generator.spec import Section, TableSpec

FEW_ROWS = 12
"""A table of its own that has at most so many rows is a look-up."""
NARROW = 2
"""A table with at most so many columns beside its key may be a look-up with more rows."""
NARROW_ROWS = 200
ROWS_A_LOOK_UP = 4
"""So many rows refer to each row of a look-up at least, on average."""

_SECTIONS = (Section.MAIN, Section.LOOK_UP, Section.REPORT, Section.NONE)
_REFERENCE = 0.7
_RELATION = 0.5
"""What a table gains for each table that refers to it, and for each that it refers to. Orders, to which their items
refer, stand above the items."""

_DETAIL = 0.8


def arrange(tables: Sequence[TableSpec]) -> list[TableSpec]:
    """The tables in the order of navigation, each with its section set."""
    for table in tables:
        table.section = section_of(table, tables)
    importance = {table.table: importance_of(table, tables) for table in tables}

    def rank(table: TableSpec) -> tuple[int, float]:
        return _SECTIONS.index(table.section), -importance[table.table]

    return sorted(tables, key=rank)


def is_link(table: TableSpec) -> bool:
    """Whether a table has two relations of a column each and no other data; a key that the database numbers is
    none."""
    if table.is_view or [len(each.columns) for each in table.relations] != [1, 1]:
        return False
    related = {column for relation in table.relations for column in relation.columns}
    others = [field for field in table.fields if field.column not in related]
    return all(field.generated or table.primary_key == [field.column] for field in others)


def section_of(table: TableSpec, tables: Sequence[TableSpec]) -> Section:
    if table.is_view:
        return Section.REPORT
    if is_link(table) and not _referring(table, tables):
        return Section.NONE
    return Section.LOOK_UP if _is_look_up(table, tables) else Section.MAIN


def _is_look_up(table: TableSpec, tables: Sequence[TableSpec]) -> bool:
    if not table.row_count or _targets(table):
        return False
    referring = [other.row_count for other in _referring(table, tables)]
    most = max(referring or [other.row_count for other in tables])
    if table.row_count * ROWS_A_LOOK_UP > most:
        return False
    if table.row_count <= FEW_ROWS:
        return True
    columns = len([field for field in table.fields if field.column not in table.primary_key])
    return bool(referring) and columns <= NARROW and table.row_count <= NARROW_ROWS


def importance_of(table: TableSpec, tables: Sequence[TableSpec]) -> float:
    """Grows with the rows, with the tables that refer to it, and with those that it refers to. Rows without a name or
    a date, such as the items of orders, are details of others."""
    references = len([other for other in _referring(table, tables) if not is_link(other)])
    relations = len(_targets(table))
    weight = 1 + _REFERENCE * references + _RELATION * relations
    is_detail = not table.row_name and not table.main_date
    return math.log1p(table.row_count) * weight * (_DETAIL if is_detail else 1)


def _referring(table: TableSpec, tables: Iterable[TableSpec]) -> list[TableSpec]:
    return [other for other in tables if table.table in _targets(other)]


def _targets(table: TableSpec) -> set[str]:
    """The other tables to which a table refers."""
    return {relation.target_table for relation in table.relations} - {table.table}
