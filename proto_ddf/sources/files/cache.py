"""Cached copies of files: one folder for each version of a file, made on first use.

A folder holds the file's raw tables (Parquet, or a link to the file itself if DuckDB can read it directly) and, beside
each, its typed copies (see `typed_tables`). Folders and copies are made under a temporary name and then moved to their
path, so that threads and processes may request them at the same time.
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
from proto_ddf.sources.files.errors import os_errors_translated
from proto_ddf.sources.files.file_age import last_written
from proto_ddf.sources.files.format import FileFormat, RawColumn, RawTable
from proto_ddf.sources.schema.column_types import ChosenTypes

_VERSION = 6
"""Raise it when the same raw table would get other types, or when the layout of the copies changes."""
_TABLES = "tables.json"
_KNOWN = 256
"""Number of files whose raw tables are kept in memory."""


class _BuildLock:
    """A lock that exists as long as a thread holds it or waits for it."""

    def __init__(self) -> None:
        self.lock = Lock()


_build_locks: WeakValueDictionary[str, _BuildLock] = WeakValueDictionary()
_lock = Lock()


def raw_tables(file_format: FileFormat, path: Path) -> list[RawTable]:
    """The tables of a file, as its format reads them.

    Raises:
        ProtoDDFError: see `FileFormat.read`; `source_gone`, `file_unreadable`.
    """
    folder = _folder_of(file_format, path)
    with _one_builder(folder.name):
        if not folder.exists():
            _read_tables(file_format, path, folder)
    return list(_stored_tables(folder))


def typed_copy(table: RawTable, chosen: ChosenTypes, name: str) -> Path:
    """The path of a table's typed copy, made if missing; open it with `typed_tables.opened`.

    Args:
        chosen: types that a person chose, by column; the others are inferred.
        name: the table's name, for messages.

    Raises:
        IntegrationError: `value_not_of_type`.
        SystemError: code `import_failed`, if rows were lost during reading.
    """
    known = {column.name for column in table.columns}
    chosen = {column: kind for column, kind in sorted(chosen.items()) if column in known}
    path = typed_tables.path_of(table, chosen)
    with _one_builder(f"{path.parent.name}/{path.name}"):
        if not path.exists():
            _write_typed_copy(table, chosen, name, path)
    return path


def forget(path: Path) -> None:
    for copy in duckdb_session.cache_folder().glob(f"{_prefix(path)}-*"):
        _remove(copy)


def prune(kept: Iterable[Path], before: float) -> int:
    """Delete old copies, and what builds that were killed left behind. A file that is read later gets a new copy.

    Args:
        kept: files whose copies stay.
        before: copies made before this time are deleted (seconds since the epoch).

    Returns:
        How many files and folders were deleted.
    """
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
        _stored_tables.cache_clear()
        typed_tables.close_below(path)
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _prefix(path: Path) -> str:
    return hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:20]


def _folder_of(file_format: FileFormat, path: Path) -> Path:
    with os_errors_translated(path):
        found = path.stat()
    version = f"{file_format.name}{file_format.version}{file_format.variant}-{_VERSION}-{found.st_size:x}-{found.st_mtime_ns:x}"
    return duckdb_session.cache_folder() / f"{_prefix(path)}-{version}"


@contextmanager
def _one_builder(name: str) -> Iterator[None]:
    with _lock:
        build_lock = _build_locks.setdefault(name, _BuildLock())
    with build_lock.lock:
        yield


def _read_tables(file_format: FileFormat, path: Path, folder: Path) -> None:
    with TemporaryDirectory(dir=folder.parent) as scratch:
        new = Path(scratch) / "new"
        new.mkdir()
        tables = file_format.read(path, new)
        (new / _TABLES).write_text(json.dumps([_to_json(table) for table in tables]), "utf-8")
        forget(path)
        try:
            new.rename(folder)
        except OSError:
            if not folder.exists():  # another process made it first
                raise


def _to_json(table: RawTable) -> dict[str, Any]:
    return {**asdict(table), "data": table.data.name}


@lru_cache(_KNOWN)
def _stored_tables(folder: Path) -> tuple[RawTable, ...]:
    stored = json.loads((folder / _TABLES).read_text("utf-8"))
    return tuple(_from_json(folder, table) for table in stored)


def _from_json(folder: Path, stored: dict[str, Any]) -> RawTable:
    columns = tuple(RawColumn(**_tuples(each)) for each in stored["columns"])
    return RawTable(**{**_tuples(stored), "data": folder / stored["data"], "columns": columns})


def _tuples(stored: dict[str, Any]) -> dict[str, Any]:
    """Lists as tuples, which JSON cannot store."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
    }


def _write_typed_copy(table: RawTable, chosen: ChosenTypes, name: str, path: Path) -> None:
    with TemporaryDirectory(dir=duckdb_session.cache_folder()) as scratch:
        new = Path(scratch) / "typed"
        typed_tables.write(table, chosen, name, new, f"Working out the types of {name}")
        new.replace(path)
