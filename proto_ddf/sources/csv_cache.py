"""Typed copies of CSV files as Parquet, one per version of a file, made when first asked for.

A copy is written beside its place and moved there whole, so that threads and processes may ask at once.
"""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from weakref import WeakValueDictionary

from proto_ddf.errors.types import SystemError
from proto_ddf.progress import current_progress
from proto_ddf.sources import duck
from proto_ddf.sources.ages import last_written
from proto_ddf.sources.csv_text import CsvFormat, file_error, recognise, records
from proto_ddf.sources.csv_types import typed_columns
from proto_ddf.sources.preview import quote

_VERSION = 1
"""Raise it when the same file would be typed otherwise."""
_SEPARATOR = "\x1f"
# Characters that end a field or a line in the plain file DuckDB reads, and the noncharacters (which no
# text may interchange) that stand for them there.
_ESCAPES = {"\n": "\ufdd0", "\r": "\ufdd1", _SEPARATOR: "\ufdd2"}
_TRANSLATION = str.maketrans(_ESCAPES)
_ROWS_BETWEEN_CHECKS = 5_000
_ROWS_BETWEEN_REPORTS = 100_000


class _Building:
    """A lock that lives as long as somebody holds or awaits it."""

    def __init__(self) -> None:
        self.lock = Lock()


_building: WeakValueDictionary[str, _Building] = WeakValueDictionary()
_lock = Lock()


def typed_copy(path: Path) -> Path:
    """The Parquet file with the rows of a CSV file, typed.

    Raises:
        IntegrationError: see `csv_text.recognise` and `csv_text.records`; `file_header_only`.
        SystemError: code `import_failed`, when rows were lost on the way.
    """
    place = _place(path)
    with _lock:
        building = _building.setdefault(place.name, _Building())
    with building.lock:
        if not place.exists():
            _build(path, place)
    return place


def forget(path: Path) -> None:
    """Delete the copies of a file."""
    for copy in duck.cache_folder().glob(f"{_prefix(path)}-*.parquet"):
        copy.unlink(missing_ok=True)


def prune(kept: Iterable[Path], before: float) -> int:
    """Delete the copies made before that time (seconds since the epoch), but for those of the files `kept`, and
    what was left by builds that were killed before then. Returns how many. Whoever reads a file again has it
    typed again."""
    prefixes = {_prefix(path) for path in kept}
    folder = duck.cache_folder()
    copies = [c for c in folder.glob("*.parquet") if c.name.partition("-")[0] not in prefixes]
    left = [*folder.glob("tmp*"), *folder.glob("spill/*")]
    stale = [path for path in (*copies, *left) if last_written(path) < before]
    for path in stale:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(stale)


def _prefix(path: Path) -> str:
    return hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:20]


def _place(path: Path) -> Path:
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise file_error(path, "source_gone", "is gone") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise file_error(path, "file_unreadable", reason, reason=reason) from error
    version = f"{_VERSION}-{found.st_size:x}-{found.st_mtime_ns:x}"
    return duck.cache_folder() / f"{_prefix(path)}-{version}.parquet"


def _build(path: Path, place: Path) -> None:
    form = recognise(path)
    with TemporaryDirectory(dir=place.parent) as folder:
        plain, untyped, typed = (Path(folder) / name for name in ("plain", "untyped", "typed"))
        rows = _write_plain(path, form, plain)
        if not rows:
            raise file_error(path, "file_header_only", "has no rows")
        columns = [f"c{position}" for position in range(len(form.names))]
        with duck.cursor() as connection:
            duck.run(connection, _to_untyped(plain, untyped, columns))
            plain.unlink()
            source = f"read_parquet({duck.text(untyped)})"
            expressions = typed_columns(connection, source, columns)
            named = zip(expressions, form.names, strict=True)
            listed = ", ".join(f"{expression} AS {quote(name)}" for expression, name in named)
            target = f"{duck.text(typed)} (FORMAT parquet)"
            written = duck.run(connection, f"COPY (SELECT {listed} FROM {source}) TO {target}")
        if written != [(rows,)]:
            raise SystemError(
                f"Of {rows} rows {written} were read.",
                "duckdb",
                code="import_failed",
                table=path.name,
            )
        forget(path)
        typed.replace(place)


def _write_plain(path: Path, form: CsvFormat, plain: Path) -> int:
    """Write the records so that a line is a record and no field needs quotes. Returns how many.

    Each begins with its number, so that no line is blank. Python's own reader splits the file: it tells
    the line of a fault, and copes with line ends of different kinds, where DuckDB's does not.
    """
    progress, width, number = current_progress.get(), len(form.names), 0
    with plain.open("w", encoding="utf-8", newline="") as file:
        for number, record in enumerate(records(path, form), start=1):
            if number % _ROWS_BETWEEN_CHECKS == 0:
                progress.check_stop()
            if number % _ROWS_BETWEEN_REPORTS == 0:
                progress.report(f"{path.name}: {number:,} rows read")
            line = _SEPARATOR.join(record)
            if "\n" in line or "\r" in line or line.count(_SEPARATOR) != width - 1:
                line = _SEPARATOR.join(value.translate(_TRANSLATION) for value in record)
            file.write(f"{number}{_SEPARATOR}{line}\n")
    return number


def _to_untyped(plain: Path, untyped: Path, columns: list[str]) -> str:
    declared = ", ".join(f"'{column}': 'VARCHAR'" for column in ["number", *columns])
    listed = ", ".join(f"{_unescaped(column)} AS {column}" for column in columns)
    return (
        f"COPY (SELECT {listed} FROM read_csv({duck.text(plain)}, columns = {{{declared}}},"
        f" delim = '{_SEPARATOR}', quote = '', escape = '', header = false, auto_detect = false,"
        f" nullstr = '', max_line_size = 67108864)) TO {duck.text(untyped)} (FORMAT parquet)"
    )


def _unescaped(column: str) -> str:
    escaped = "".join(_ESCAPES.values())
    return f"translate({column}, '{escaped}', chr(10) || chr(13) || chr(31))"
