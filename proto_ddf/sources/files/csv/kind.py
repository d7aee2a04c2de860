"""CSV and TSV files as a source: each file is a table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import field_validator

from proto_ddf.errors.types import IntegrationError
from proto_ddf.progress import current_progress
from proto_ddf.sources.files import duckdb_session
from proto_ddf.sources.files.csv import csv_duckdb_reader
from proto_ddf.sources.files.csv.csv_encoding import (
    SUFFIXES,
    CsvFormat,
    csv_name,
    recognise,
)
from proto_ddf.sources.files.csv.csv_strict_reader import records
from proto_ddf.sources.files.csv.title_lines import lines_above_header
from proto_ddf.sources.files.errors import file_error
from proto_ddf.sources.files.format import MAX_COLUMNS, RawColumn, RawTable, table_name
from proto_ddf.sources.files.source import FilesConfig, file_kind
from proto_ddf.sources.files.text.delimited_text import SEPARATOR, record_line, unescaped
from proto_ddf.sources.files.text.encodings import AUTO, LABELS, choices
from proto_ddf.sources.files.text.text_encoding import FIELD as ENCODING_FIELD
from proto_ddf.sources.protocol import FormField

_MISSING = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None")
"""Texts that mean "no value" in every column that is not text. In a text column they may be values: NA is Namibia."""
_KINDS = ("boolean", "number", "date", "datetime", "time")
_ROWS_BETWEEN_CHECKS = 5_000
_ROWS_BETWEEN_REPORTS = 100_000


@dataclass(frozen=True)
class CsvFiles:
    """The format of CSV and TSV files."""

    variant: str = AUTO
    """The encoding: AUTO or one of `encodings.LABELS`."""

    name = "csv"
    version = 6
    multiple_tables = False
    has_header = True

    def table_name(self, path: Path) -> str:
        return table_name(csv_name(path), (*SUFFIXES, ".zip"))

    def recognise(self, path: Path) -> str:
        return recognise(path, self.variant).summary

    def read(self, path: Path, folder: Path) -> Sequence[RawTable]:
        """The file's rows as text: if possible a link to the file itself, which DuckDB reads.

        Raises:
            IntegrationError: see `csv_encoding.recognise` and `csv_strict_reader.records`; `file_header_only`,
                `too_many_columns`.
        """
        csv_format = recognise(path, self.variant)
        if len(csv_format.names) > MAX_COLUMNS:
            words = f"has {len(csv_format.names)} columns"
            counts = {"found": len(csv_format.names), "limit": MAX_COLUMNS}
            raise file_error(path, "too_many_columns", words, **counts)
        columns = [
            RawColumn(name, f"c{at}", _KINDS, candidate_kinds=_KINDS)
            for at, name in enumerate(csv_format.names)
        ]
        title = lines_above_header(csv_format.sample, csv_format.skip)
        try:
            table = csv_duckdb_reader.read(path, csv_format, columns, _MISSING, folder)
            table = table or _exact(path, csv_format, columns, folder)
        except IntegrationError as error:
            error.context["doubt"] = title if error.code == "file_ragged_rows" else None
            raise
        return [replace(table, shape_warnings=(title,) if title else ())]


def _exact(
    path: Path, csv_format: CsvFormat, columns: Sequence[RawColumn], folder: Path
) -> RawTable:
    plain, data = folder / "plain", folder / "0.parquet"
    rows, width = _write_plain(path, csv_format, plain)
    if not rows:
        raise file_error(path, "file_header_only", "has no rows")
    with duckdb_session.cursor() as connection:
        duckdb_session.run(connection, _to_raw(plain, data, len(csv_format.names)))
    plain.unlink()
    return RawTable(data, tuple(columns[:width]), "number", _MISSING, row_count=rows)


def _write_plain(path: Path, csv_format: CsvFormat, plain: Path) -> tuple[int, int]:
    """Write the records as lines that DuckDB reads. Returns the count of rows, and of columns that have a name or a
    value.

    Python's own reader splits the file, because it reports the line of an error and accepts mixed line ends, which
    DuckDB's does not.
    """
    progress, number = current_progress.get(), 0
    width = len(csv_format.names) - csv_format.unnamed
    with plain.open("w", encoding="utf-8", newline="") as file:
        for number, record in enumerate(records(path, csv_format), start=1):
            if number % _ROWS_BETWEEN_CHECKS == 0:
                progress.check_stop()
            if number % _ROWS_BETWEEN_REPORTS == 0:
                progress.report(f"{path.name}: {number:,} rows read")
            while csv_format.unnamed and any(record[width:]):
                width += 1
            file.write(record_line(number, record))
    return number, width


def _to_raw(plain: Path, data: Path, width: int) -> str:
    columns = [f"c{at}" for at in range(width)]
    declared = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    listed = ", ".join(f"{unescaped(column)} AS {column}" for column in columns)
    read = (
        f"read_csv({duckdb_session.string_literal(plain)}, columns = {{'number': 'BIGINT', {declared}}},"
        f" delim = '{SEPARATOR}', quote = '', escape = '', header = false, auto_detect = false,"
        f" nullstr = '', max_line_size = 67108864)"
    )
    return duckdb_session.copy_to(f"SELECT number, {listed} FROM {read}", data)


CSV = CsvFiles()


class CsvConfig(FilesConfig):
    """The paths of the files, and their encoding if it cannot be detected."""

    encoding: str = AUTO

    @field_validator("encoding")
    @classmethod
    def _known(cls, encoding: str) -> str:
        if encoding != AUTO and encoding not in LABELS:
            raise ValueError("is not one of the supported encodings")
        return encoding


KIND = file_kind(
    CSV,
    label="CSV/TSV files",
    description="Tables in text files, one per file. The app works on a typed copy of their rows.",
    icon="file-spreadsheet",
    help_text="Upload CSV or TSV files (a ZIP may hold one), or give paths Proto-DDF may read (* stands for any name).",
    accept=(".csv", ".tsv", ".txt", ".zip"),
    config_model=CsvConfig,
    format_of=lambda config: CsvFiles(config.encoding),
    fields=(
        FormField(
            name=ENCODING_FIELD,
            label="Encoding",
            widget="select",
            help="Choose one only if the connection test says that the encoding cannot be detected.",
            choices=tuple(choices()),
            advanced=True,
        ),
    ),
)
