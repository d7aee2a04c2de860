"""Every way in which a CSV file can be invalid, with real files."""

import os
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.errors import describe
from proto_ddf.errors.types import ProtoDDFError, ValidationError
from proto_ddf.progress import NoProgress, current_progress
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from proto_ddf.sources.files.csv.csv_encoding import recognise
from proto_ddf.sources.files.csv.kind import CSV
from proto_ddf.sources.files.duckdb_session import cache_folder
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.protocol import PageRequest
from tests.stages import findings, first_failure

MakeSource = Callable[..., FilesSource]


def failure(source: FilesSource) -> ProtoDDFError:
    """The error of the first stage that fails."""
    _, error = first_failure(source)
    assert error.context["field"] == "paths"
    return error


def test_good_files_pass_every_stage(csv_source: MakeSource) -> None:
    source = csv_source(a=b"x,y\n1,2\n", b="n;m\nä;1\n".encode("latin-1"))
    assert list(findings(source).items()) == [
        ("find_files", "2 files, 16 bytes"),
        ("read_format", "comma, UTF-8; semicolon, Windows-1252"),
        ("infer_types", "2 tables, 4 columns, 2 rows"),
        ("check_shape", "Nothing"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf", "file_empty"),
        (b" \n\n \n", "file_empty"),
        (b"a,b\n", "file_header_only"),
        (b"a,b", "file_header_only"),
        (b"a,b\n\n\n", "file_header_only"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "file_not_csv"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "file_not_csv"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "file_not_csv"),
        (b'{"a": 1, "b": 2}\n', "file_not_csv"),
        (b'a,b\n1,"never closed\n2,3\n', "file_not_csv"),
        (b'a,b\n1,"x" y\n', "file_not_csv"),
    ],
)
def test_each_kind_of_invalid_content_has_its_own_code(
    csv_source: MakeSource, content: bytes, code: str
) -> None:
    error = failure(csv_source(people=content))
    assert error.code == code
    assert "people.csv" in describe(error)["message"]


def test_random_bytes_are_no_csv(csv_source: MakeSource) -> None:
    assert failure(csv_source(t=os.urandom(50_000))).code == "file_not_csv"
    printable = bytes(byte for byte in os.urandom(200_000) if byte >= 128 or byte == 1)
    assert failure(csv_source(t=printable)).code == "file_not_csv"


def test_a_database_is_no_csv(csv_source: MakeSource) -> None:
    source = csv_source(t=b"")
    source.paths[0].unlink()
    with closing(sqlite3.connect(source.paths[0])) as connection:
        connection.execute("CREATE TABLE t (a)")
    assert failure(source).code == "file_not_csv"


@pytest.mark.parametrize(
    ("content", "line", "expected", "found"),
    [
        (b"a,b,c\n1,2,3\n4,5\n", 3, 3, 2),
        (b"a,b\n1,2\n3,4,5\n", 3, 2, 3),
        (b'a,b\n"1\n1",2\n\n3\n', 5, 2, 1),
        (b"a,b\n" + b"1,2\n" * 50_000 + b"3\n", 50_002, 2, 1),
        (b"sep=;\na;b\n1\n", 3, 2, 1),
    ],
)
def test_ragged_rows_are_reported_with_line_and_counts(
    csv_source: MakeSource, content: bytes, line: int, expected: int, found: int
) -> None:
    error = failure(csv_source(people=content))
    assert error.code == "file_ragged_rows"
    place = {name: error.context[name] for name in ("line", "expected", "found")}
    assert place == {"line": line, "expected": expected, "found": found}
    assert f"Line {line} has {found}" in describe(error)["message"]


def test_the_invalid_file_of_several_is_named(csv_source: MakeSource) -> None:
    assert "second.csv" in failure(csv_source(first=b"a\n1\n", second=b"a,b\n1\n")).message


def test_a_missing_file(csv_source: MakeSource) -> None:
    source = csv_source(t=b"a\n1\n")
    source.read_schema()
    source.paths[0].unlink()
    assert failure(source).code == "file_not_found"
    for read in (lambda: source.preview(PageRequest("t")), lambda: recognise(source.paths[0])):
        with pytest.raises(ProtoDDFError) as raised:
            read()
        assert raised.value.code == "source_gone"
    assert describe(raised.value)["retry_possible"]


def test_a_file_that_may_not_be_read(
    csv_source: MakeSource,
    open_home: Path,
    unprivileged: Callable[[], AbstractContextManager[None]],
) -> None:
    path = open_home / "secret.csv"
    path.write_bytes(b"a\n1\n")
    path.chmod(0)
    cache_folder()
    with unprivileged():
        error = failure(FilesSource(CSV, [path]))
    assert error.code == "file_unreadable"


@pytest.mark.parametrize("names", [[], ["a.csv", "b.csv"], ["notes.md"]])
def test_a_zip_must_hold_one_csv(home: Path, names: list[str]) -> None:
    path = home / "uploads" / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "a\n1\n")
    assert failure(FilesSource(CSV, [path])).code == "file_not_csv"


def test_a_zip_that_unpacks_to_too_much_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_UPLOAD_MB", "1")
    get_settings.cache_clear()
    path = home / "uploads" / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "a\n" + "1\n" * 600_000)
    error = failure(FilesSource(CSV, [path]))
    assert (error.code, error.context["limit_mb"]) == ("file_too_large", 1)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_damaged_zip_cannot_be_read(home: Path, method: int) -> None:
    path = home / "uploads" / "x.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.csv", "a\n" + "".join(f"{n * n}\n" for n in range(1_000)))
    content = bytearray(path.read_bytes())
    content[200:210] = b"XXXXXXXXXX"
    path.write_bytes(content)
    assert failure(FilesSource(CSV, [path])).code == "file_unreadable"


def test_an_incomplete_zip(home: Path) -> None:
    path = home / "uploads" / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "a\n" + "".join(f"{n * n}\n" for n in range(1_000)))
    path.write_bytes(path.read_bytes()[:1_000])
    assert failure(FilesSource(CSV, [path])).code == "file_cut_short"


def test_reading_stops_when_the_operation_does(csv_source: MakeSource) -> None:
    class Stopped(BaseException): ...

    class StopLater(NoProgress):
        left = 4

        def check_stop(self) -> None:
            self.left -= 1
            if self.left < 0:
                raise Stopped

    def read() -> None:
        current_progress.set(StopLater())
        csv_source(t=b"a,b\n" + b"1,2\n" * 100_000).read_schema()

    with pytest.raises(Stopped):
        copy_context().run(read)
    assert not list(cache_folder().glob("*-*"))


def test_reading_a_long_file_reports_progress(csv_source: MakeSource) -> None:
    class Noting(NoProgress):
        def __init__(self) -> None:
            self.messages: list[str] = []

        def report(self, message: str) -> None:
            self.messages.append(message)

    noting = Noting()

    def read() -> None:
        current_progress.set(noting)
        csv_source(long=b"a\n" + b"1\n" * 200_000).read_schema()

    copy_context().run(read)
    assert noting.messages == ["long.csv: 100,000 rows read", "long.csv: 200,000 rows read"]


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({}, "file_required"),
        ({"paths": []}, "file_required"),
        ({"paths": [" "]}, "file_required"),
        ({"paths": "a.csv"}, "invalid_value"),
        ({"paths": ["/etc/passwd"]}, "path_not_allowed"),
        ({"paths": ["../proto_ddf.db"]}, "path_not_allowed"),
    ],
)
def test_the_form_names_the_invalid_field(home: Path, config: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as raised:
        store.make_source("csv", config)
    assert (raised.value.field, raised.value.code) == ("paths", code)


def test_an_unknown_field_is_refused(home: Path) -> None:
    with pytest.raises(ValidationError) as raised:
        store.make_source("csv", {"paths": ["a.csv"], "password": "x"})
    assert (raised.value.field, raised.value.code) == ("password", "field_unknown")
