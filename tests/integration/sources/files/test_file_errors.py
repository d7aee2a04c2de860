"""Errors that a file of any kind can cause, whatever its content."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.files.duckdb_session import cache_folder
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.registry import KINDS
from tests.file_sources import failure

KINDS_OF_FILES = [name for name, kind in KINDS.items() if kind.typed]


def plain(kind: str, path: Path) -> FilesSource:
    source = make_source(kind, {"paths": [str(path)]}).inner
    assert isinstance(source, FilesSource)
    return source


def test_every_kind_of_file_is_tested_here() -> None:
    assert KINDS_OF_FILES == ["csv", "excel", "json", "parquet"]


@pytest.mark.parametrize("kind", KINDS_OF_FILES)
def test_a_missing_file(home: Path, kind: str) -> None:
    source = plain(kind, home / "uploads" / "gone.file")
    assert failure(source).code == "file_not_found"
    for act in (source.read_schema, lambda: source.file_format.recognise(source.paths[0])):
        with pytest.raises(ProtoDDFError) as raised:
            act()
        assert raised.value.code == "source_gone"


@pytest.mark.parametrize("kind", KINDS_OF_FILES)
def test_a_file_that_may_not_be_read(
    kind: str,
    open_home: Path,
    unprivileged: Callable[[], AbstractContextManager[None]],
) -> None:
    path = open_home / "secret.file"
    path.write_bytes(b"PK something")
    path.chmod(0)
    cache_folder()
    with unprivileged():
        assert failure(plain(kind, path)).code == "file_unreadable"
        with pytest.raises(ProtoDDFError) as raised:
            plain(kind, path).check()
    assert raised.value.code == "file_unreadable"


@pytest.mark.parametrize("kind", KINDS_OF_FILES)
def test_a_folder_is_not_a_file(home: Path, kind: str) -> None:
    (home / "uploads" / "folder").mkdir()
    assert failure(plain(kind, home / "uploads" / "folder")).code == "file_not_found"


@pytest.mark.parametrize("kind", KINDS_OF_FILES)
def test_an_empty_file_leaves_nothing_behind(home: Path, kind: str) -> None:
    path = home / "uploads" / "empty.file"
    path.touch()
    assert failure(plain(kind, path)).code == "file_empty"
    with pytest.raises(ProtoDDFError) as raised:
        plain(kind, path).read_schema()
    assert raised.value.code == "file_empty"
    assert [each.name for each in cache_folder().iterdir() if each.name != "spill"] == []
