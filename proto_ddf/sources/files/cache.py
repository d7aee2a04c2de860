"""Copies of files, one folder per version of a file, made when first asked for.

A folder holds the file's tables as they were read (raw: Parquet, or a link to the file itself where DuckDB reads
that as well) and, beside each, as they are typed (see `typed_tables`). Folders and copies are made beside their
place and moved there whole, so that threads and processes may ask at once.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from proto_ddf.sources.files import duckdb_session, typed_tables
from proto_ddf.sources.files.errors import explained
from proto_ddf.sources.files.file_age import last_written
from proto_ddf.sources.files.format import FileFormat, RawColumn, RawTable
from proto_ddf.sources.schema.column_types import Choices

_VERSION = 5
"""Raise it when the same raw table would be typed otherwise."""
_TABLES = "tables.json"
_KNOWN = 256
"""Files whose raw tables are remembered."""


class _Building:
    """A lock that lives as long as somebody holds or awaits it."""

    def __init__(self) -> None:
        self.lock = Lock()


_building: WeakValueDictionary[str, _Building] = WeakValueDictionary()
_lock = Lock()


def raw_tables(form: FileFormat, path: Path) -> list[RawTable]:
    """The tables of a file, as its format reads them.

    Raises:
        ProtoDDFError: see `FileFormat.read`; `source_gone`, `file_unreadable`.
    """
    place = _place(form, path)
    with _alone(place.name):
        if not place.exists():
            _read(form, path, place)
    return list(_loaded(place))


def typed_copy(table: RawTable, chosen: Choices, name: str) -> Path:
    """Where the rows of a table are, typed; to be opened by `typed_tables.opened`.

    Args:
        chosen: types that a person chose, by column; others are worked out.
        name: of the table, for people.

    Raises:
        IntegrationError: `value_not_of_type`.
        SystemError: code `import_failed`, when rows were lost on the way.
    """
    known = {column.name for column in table.columns}
    chosen = {column: kind for column, kind in sorted(chosen.items()) if column in known}
    place = typed_tables.place_of(table, chosen)
    with _alone(f"{place.parent.name}/{place.name}"):
        if not place.exists():
            _type(table, chosen, name, place)
    return place


def forget(path: Path) -> None:
    """Delete the copies of a file."""
    for copy in duckdb_session.cache_folder().glob(f"{_prefix(path)}-*"):
        _remove(copy)


def prune(kept: Iterable[Path], before: float) -> int:
    """Delete the copies made before that time (seconds since the epoch), but for those of the files `kept`, and
    what was left by builds that were killed before then. Returns how many. Whoever reads a file again has it
    typed again."""
    prefixes = {_prefix(path) for path in kept}
    folder = duckdb_session.cache_folder()
    copies = [copy for copy in folder.glob("*-*") if copy.name.partition("-")[0] not in prefixes]
    left = [*folder.glob("tmp*"), *folder.glob("spill/*")]
    stale = [path for path in (*copies, *left) if last_written(path) < before]
    for path in stale:
        _remove(path)
    return len(stale)


def _remove(path: Path) -> None:
    if path.is_dir():
        _loaded.cache_clear()
        typed_tables.close_below(path)
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _prefix(path: Path) -> str:
    return hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:20]


def _place(form: FileFormat, path: Path) -> Path:
    with explained(path):
        found = path.stat()
    version = f"{form.name}{form.version}{form.variant}-{_VERSION}-{found.st_size:x}-{found.st_mtime_ns:x}"
    return duckdb_session.cache_folder() / f"{_prefix(path)}-{version}"


@contextmanager
def _alone(name: str) -> Iterator[None]:
    with _lock:
        building = _building.setdefault(name, _Building())
    with building.lock:
        yield


def _read(form: FileFormat, path: Path, place: Path) -> None:
    with TemporaryDirectory(dir=place.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        tables = form.read(path, made)
        (made / _TABLES).write_text(json.dumps([_dump(table) for table in tables]), "utf-8")
        forget(path)
        try:
            made.rename(place)
        except OSError:
            if not place.exists():  # else another process was first
                raise


def _dump(table: RawTable) -> dict[str, Any]:
    return {**asdict(table), "data": table.data.name}


@lru_cache(_KNOWN)
def _loaded(place: Path) -> tuple[RawTable, ...]:
    held = json.loads((place / _TABLES).read_text("utf-8"))
    return tuple(_load(place, table) for table in held)


def _load(place: Path, held: dict[str, Any]) -> RawTable:
    columns = tuple(RawColumn(**_tuples(each)) for each in held["columns"])
    return RawTable(**{**_tuples(held), "data": place / held["data"], "columns": columns})


def _tuples(held: dict[str, Any]) -> dict[str, Any]:
    """JSON has lists for tuples."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in held.items()
    }


def _type(table: RawTable, chosen: Choices, name: str, place: Path) -> None:
    with TemporaryDirectory(dir=duckdb_session.cache_folder()) as folder:
        made = Path(folder) / "typed"
        typed_tables.write(table, chosen, name, made, f"Working out the types of {name}")
        made.replace(place)
