"""Which columns the list of a table shows at first, and in which order: what tells rows apart comes first."""

from proto_ddf.generator.planning.column_words import name_matches, words_of
from proto_ddf.generator.planning.measure_words import SIDE_DATE
from proto_ddf.generator.planning.measures import is_date
from proto_ddf.generator.planning.relations import related_columns
from proto_ddf.generator.spec import FieldSpec, TableSpec, Widget
from proto_ddf.sources.schema.model import ColumnType

WIDE = 10
"""A list with up to WIDE columns shows all of them; a wider one starts with FIRST columns."""
FIRST = 8

_RECORDED = r"created|inserted|added|registered|imported|synced|record|row|timestamp|angelegt|erstellt|geaendert"
"""The date of a record, not of what it is about."""
_ID = r"id|ids|uid|uuid|guid|key|pk|rowid|token|hash|checksum|schluessel"
_ADDRESS = (
    r"address\d?|addr\d?|street|str|strasse|rue|calle|via|road|house|housenumber|zip|zipcode|postal|postcode|plz|"
    r"adresse|direccion|indirizzo|endereco|email|fax"
)
_LONG = (Widget.TEXTAREA, Widget.JSON)
_ADDRESSES = (Widget.EMAIL, Widget.PHONE, Widget.URL, Widget.COORDINATES)
_CHOICES = (Widget.SELECT, Widget.SWITCH)


def plan_list_columns(table: TableSpec) -> list[str]:
    """The columns of the table's list, after the rows' names and dates are planned: names, relations, dates, money and
    choices come first; ids, addresses and long texts come last."""
    shown = listable(table)
    naming = _naming(table)
    ranks = {field.column: _rank(table, field) for field in table.fields}
    ranked = [
        *(column for column in naming if column in shown),
        *sorted((column for column in shown if column not in naming), key=ranks.__getitem__),
    ]
    return ranked if len(ranked) <= WIDE else ranked[: max(FIRST, len(naming))]


def listable(table: TableSpec) -> list[str]:
    """The columns that a list of the table can show."""
    return [field.column for field in table.fields if not field.hidden]


def keep_list_columns(table: TableSpec, chosen: list[str], known: set[str]) -> None:
    """Show what a person chose, as far as it still exists, and then what the plan shows of the columns that were not
    `known` then; all that the plan shows if nothing is left."""
    shown = listable(table)
    added = [column for column in table.list_columns if column not in known]
    kept = [column for column in (*chosen, *added) if column in shown]
    table.list_columns = kept or table.list_columns


def _naming(table: TableSpec) -> list[str]:
    """The columns that a row is called by."""
    if table.row_name:
        return table.row_name
    return [*table.primary_key, *([table.beside] if table.beside else [])]


def _rank(table: TableSpec, field: FieldSpec) -> int:
    if field.column in related_columns(table.relations):
        return 0
    if is_date(field):
        return _rank_of_date(table, field)
    if _is_long(field):
        return 9
    if field.widget in _ADDRESSES or name_matches(field.column, _ADDRESS):
        return 8
    if _is_id(table, field):
        return 7
    if field.widget is Widget.MONEY:
        return 3
    if field.widget in _CHOICES:
        return 4
    return 5


def _rank_of_date(table: TableSpec, field: FieldSpec) -> int:
    if field.column == table.main_date:
        return 1
    return 6 if name_matches(field.column, rf"{SIDE_DATE}|{_RECORDED}") else 2


def _is_long(field: FieldSpec) -> bool:
    return field.widget in _LONG or field.type in (ColumnType.JSON, ColumnType.BINARY)


def _is_id(table: TableSpec, field: FieldSpec) -> bool:
    words = words_of(field.column)
    return (
        field.widget is Widget.UUID
        or table.primary_key == [field.column]
        or (bool(words) and name_matches(words[-1], _ID))
    )
