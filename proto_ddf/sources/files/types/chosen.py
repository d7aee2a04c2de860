"""The SQL of columns whose types a person chose. Values may be written in several ways, but each must be of the type:
the first one that is not is reported with its row."""

import re

import duckdb

from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.files.duckdb_session import run, string_literal
from proto_ddf.sources.files.errors import FIELD
from proto_ddf.sources.files.format import RawColumn, RawTable
from proto_ddf.sources.schema.column_types import CHOSEN, WORDS, ChosenType, LenientFormat

_SHOWN = 60
"""Characters of a value that an error message shows."""
_MOST_DECIMALS = 9
_BLANKS = " \u00a0\u202f"
_POINT = "{v}"
_COMMA = f"translate(translate({{v}}, '.{_BLANKS}', ''), ',', '.')"
_GROUPED = f"translate({{v}}, ',{_BLANKS}''\u2019', '')"


def trimmed(column: RawColumn) -> str:
    """SQL of a value's text without blanks around it."""
    return f"trim({column.text})"


def is_missing(table: RawTable, column: RawColumn) -> str:
    """SQL that is true where a text stands for "no value". Does not apply to text columns."""
    # DuckDB turns a longer IN into a join, which does not keep the order of the file's rows.
    pattern = "|".join(re.escape(word) for word in (*table.missing, *column.missing))
    return f"coalesce(regexp_full_match({trimmed(column)}, {string_literal(pattern)}), true)"


def chosen_value(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    column: RawColumn,
    chosen: ChosenType,
    otherwise: str,
) -> str:
    """SQL of a column's values as the chosen type.

    Args:
        otherwise: SQL used in place of a value that is not of the type.
    """
    if chosen is ChosenType.TEXT:
        return column.text
    cases = f"WHEN {is_missing(table, column)} THEN NULL"
    for value_format in _lenient_formats(connection, table, column, chosen):
        value = trimmed(column)
        cast = value_format.cast.replace("{v}", value)
        matches = f"regexp_full_match({value}, {string_literal(value_format.pattern)})"
        cases += f" WHEN {matches} THEN coalesce({cast}, {otherwise})"
    return f"CASE {cases} ELSE {otherwise} END"


def check_chosen(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    column: RawColumn,
    chosen: ChosenType,
    name: str,
) -> None:
    """Check that every value is of the chosen type.

    Args:
        name: the table's name, for messages.

    Raises:
        IntegrationError: `value_not_of_type`, with the first value that is not.
    """
    if chosen is ChosenType.TEXT:
        return
    expression = chosen_value(connection, table, column, chosen, "NULL")
    mismatches = f"NOT {is_missing(table, column)} AND ({expression}) IS NULL"
    found = run(
        connection,
        f"SELECT {table.row_number} AS number, left({column.text}, {_SHOWN}) FROM {table.rows}"
        f" WHERE {mismatches} ORDER BY number LIMIT 1",
    )
    if found:
        row, value = found[0]
        raise IntegrationError(
            f"{name}.{column.name}, row {row}: {value!r} is not {WORDS[chosen]}.",
            "file",
            "read",
            code="value_not_of_type",
            table=name,
            column=column.name,
            row=row,
            value=value,
            wanted=WORDS[chosen],
            field=FIELD,
        )


def _lenient_formats(
    connection: duckdb.DuckDBPyConnection, table: RawTable, column: RawColumn, chosen: ChosenType
) -> list[LenientFormat]:
    if chosen in CHOSEN:
        return CHOSEN[chosen]
    if chosen is ChosenType.DECIMAL:
        return [_decimal(connection, table, column, "[+-]?[0-9]+", r"\.", _POINT)]
    blanks = _BLANKS.replace(" ", r"\x20")
    if chosen is ChosenType.NUMBER_COMMA:
        whole = rf"[+-]?([0-9]{{1,3}}([.{blanks}][0-9]{{3}})+|[0-9]+)"
        return [_decimal(connection, table, column, whole, ",", _COMMA)]
    whole = rf"[+-]?([0-9]{{1,3}}([,{blanks}'\x{{2019}}][0-9]{{3}})+|[0-9]+)"
    return [_decimal(connection, table, column, whole, r"\.", _GROUPED)]


def _decimal(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    column: RawColumn,
    whole: str,
    point: str,
    plain: str,
) -> LenientFormat:
    """A format with as many decimals as the longest value has. Values with more digits than a double holds are refused.

    Args:
        whole: pattern of the part before the decimals.
        point: pattern of the decimal sign.
        plain: SQL of the number in DuckDB's notation, with `{v}` for the text.
    """
    decimals = f"regexp_extract({trimmed(column)}, {string_literal(f'{point}([0-9]+)$')}, 1)"
    matches = f"regexp_full_match({trimmed(column)}, {string_literal(f'{whole}({point}[0-9]+)?')})"
    longest = f"max(length({decimals})) FILTER ({matches})"
    found = run(connection, f"SELECT {longest} FROM {table.rows}")[0][0]
    scale = min(found or 0, _MOST_DECIMALS)
    kind = f"DECIMAL(18, {scale})"
    exact = f"TRY_CAST(TRY_CAST({plain} AS DOUBLE) AS {kind}) = TRY_CAST({plain} AS {kind})"
    return LenientFormat(
        f"{whole}({point}[0-9]{{0,{scale}}})?",
        f"CASE WHEN {exact} THEN TRY_CAST({plain} AS {kind}) END",
    )
