"""CSV files as DuckDB reads them: many times faster than Python does, and the same of files that keep the rules.

It is not as strict, though: it drops blanks around quotes, joins quoted parts with blanks between them, loses rows
where quoted line ends meet the borders of its threads' parts, and misreads files with line ends of several kinds.
So it is believed only where no value holds a line end, quotes have no blanks between them, and every other byte of
the file is accounted for: those of the values and of the delimiters and line ends between them add up to the file.
Whatever is in doubt is left to Python's reader.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path

import duckdb

from proto_ddf.sources.files import duckdb_session, typed_tables
from proto_ddf.sources.files.csv.csv_encoding import CsvFormat, open_bytes
from proto_ddf.sources.files.csv.csv_strict_reader import RowBytes, row_bytes
from proto_ddf.sources.files.format import RawColumn, RawTable

_PARTS = "buffer_size = 8388608"
"""Bytes that are read at a time: DuckDB would read four times as many, also for a sample."""


def read(
    path: Path, form: CsvFormat, columns: Sequence[RawColumn], missing: Sequence[str], folder: Path
) -> RawTable | None:
    """The table of a file that stays where it is, and beside its link in `folder` the typed copy, for which every
    row was read. None: the file is for the exact reader.

    Raises:
        IntegrationError: `source_gone`, `file_unreadable`.
        SystemError: code `import_failed`.
        duckdb.Error: of memory or disk.
    """
    if not form.rows_at:
        return None
    link = folder / "0.csv"
    link.symlink_to(path)  # DuckDB takes brackets in a path for a pattern
    table = RawTable(link, tuple(columns), "number", tuple(missing), reader=_reader(form))
    place = typed_tables.path_of(table, {})
    with ThreadPoolExecutor(1, thread_name_prefix="row-bytes") as pool:
        found = pool.submit(copy_context().run, _row_bytes, path, form)
        try:
            made = typed_tables.write(
                table, {}, path.name, place, f"Reading {path.name}", measured=True
            )
        except (duckdb.InvalidInputException, duckdb.NotImplementedException):
            made = None
        if made is None or not _accounted_for(form, made, found.result()):
            link.unlink()
            place.unlink(missing_ok=True)
            return None
    return replace(table, row_count=made.rows)


def _row_bytes(path: Path, form: CsvFormat) -> RowBytes:
    with open_bytes(path) as stream:
        stream.seek(form.rows_at)
        return row_bytes(stream)


def _reader(form: CsvFormat) -> str:
    columns = [f"c{at}" for at in range(len(form.names))]
    declared = ", ".join(f"{column}: 'VARCHAR'" for column in columns)
    return (
        f"(SELECT row_number() OVER () AS number, {', '.join(columns)}"
        f" FROM read_csv({{path}}, delim = {duckdb_session.text(form.delimiter)}, quote = '\"', escape = '\"',"
        f" header = true, columns = {{{declared}}}, auto_detect = false, strict_mode = true,"
        f" nullstr = '', {_PARTS}))"
    )


def _accounted_for(form: CsvFormat, made: typed_tables.Written, found: RowBytes) -> bool:
    texts = made.texts
    if texts is None or not made.rows or texts.line_ends or found.blanks_between_quotes:
        return False
    delimiters = made.rows * (len(form.names) - 1)
    line_ends = (made.rows - 1) * form.line_end
    return texts.size + delimiters + line_ends == found.size
