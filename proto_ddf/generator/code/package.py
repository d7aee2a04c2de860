"""Packs an app as a zip file that runs alone: its code and a snapshot of its data."""

import sqlite3
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from sqlalchemy import make_url

from proto_ddf.errors.types import IntegrationError

MANIFEST = ".written.json"
"""The digests of the code when it was written; see manual_edits.py."""
GOOD_CONFIGURATION = ".good_configuration"
"""A copy of the files that configure the app, as they were when it last ran well."""

_NOT_CODE = {
    *(".web", ".states", "logs", "data", "uploaded_files", ".env"),
    *(".submissions.db", ".views.db", ".form_tokens.db", MANIFEST, GOOD_CONFIGURATION),
}
"""Entries at the top of the app's folder that are not code. `.env` holds the address of the data on this machine; apps of
earlier releases have `.form_tokens.db`."""
_LEFT_OUT = {
    *("node_modules", "__pycache__", ".git", ".venv"),
    *(".pytest_cache", ".ruff_cache", ".mypy_cache"),
}
_LEFT_OUT_ENDINGS = (".pyc", ".log", ".pid", ".zip")
_FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date of the zip format; a fixed date makes the file the same for the same app."""
_BACKUP_PAGES = 1_000
_LEFTOVER_SECONDS = 3600


def package_app(slug: str, app_folder: Path, database: Path | None) -> Path:
    """Make a zip beside `app_folder` and return its path. The caller has to remove it.

    Args:
        slug: name of the top folder in the zip.
        database: the SQLite file that the app works on, its own or a source. A snapshot becomes data/app.db; it may be
            in use. None: without data.

    Raises:
        IntegrationError: code file_not_found, if the app or the database does not exist.
        sqlite3.Error: the database cannot be read.
        OSError: the file cannot be written.
    """
    for needed in (app_folder, database):
        if needed is not None and not needed.exists():
            name = needed.name
            raise IntegrationError(
                f"{name} is gone.", "files", "read", code="file_not_found", path=name
            )
    _clear_leftovers(app_folder)
    archive_path = app_folder.with_name(f".{app_folder.name}.{uuid4().hex[:8]}.zip")
    snapshot = archive_path.with_suffix(".db")
    try:
        if database is not None:
            _copy_database(database, snapshot)
        _write(archive_path, slug, app_folder, snapshot if database is not None else None)
    except BaseException:
        archive_path.unlink(missing_ok=True)
        raise
    finally:
        snapshot.unlink(missing_ok=True)
    return archive_path


def sqlite_file(url: str, app_folder: Path) -> Path | None:
    """The SQLite file of an app's DATABASE_URL, relative to its folder; None if it is not SQLite."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    name = parsed.database
    return app_folder / (unquote(urlsplit(name).path) if name.startswith("file:") else name)


def _clear_leftovers(app_folder: Path) -> None:
    """Remove zips that were not removed, for example after a kill. A recent one may still be downloading."""
    oldest = time.time() - _LEFTOVER_SECONDS
    for ending in ("zip", "db"):
        for leftover in app_folder.parent.glob(f".{app_folder.name}.*.{ending}"):
            with suppress(FileNotFoundError):
                if leftover.stat().st_mtime < oldest:
                    leftover.unlink()


def _copy_database(database: Path, snapshot: Path) -> None:
    address = f"{database.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=10)) as source,
        closing(sqlite3.connect(snapshot)) as copy,
    ):
        source.backup(copy, pages=_BACKUP_PAGES, sleep=0.05)
        copy.execute("PRAGMA journal_mode=DELETE")


def _write(archive_path: Path, slug: str, app_folder: Path, snapshot: Path | None) -> None:
    with zipfile.ZipFile(archive_path, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in code_files(app_folder):
            _add(archive, f"{slug}/{path.relative_to(app_folder).as_posix()}", path)
        if snapshot is not None:
            _add(archive, f"{slug}/data/app.db", snapshot)


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    entry = zipfile.ZipInfo(name, _FIRST_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(entry, "w") as target:
        while block := source.read(1 << 20):
            target.write(block)


def code_files(folder: Path, top: bool = True) -> Iterator[Path]:
    """The code files of an app in a fixed order, without its data, build and logs. Links are left out, because they may
    lead out of the folder."""
    for path in sorted(folder.iterdir(), key=lambda each: each.name):
        if path.is_symlink() or path.name in _LEFT_OUT or (top and path.name in _NOT_CODE):
            continue
        if path.is_dir():
            yield from code_files(path, top=False)
        elif not path.name.endswith(_LEFT_OUT_ENDINGS):
            yield path
