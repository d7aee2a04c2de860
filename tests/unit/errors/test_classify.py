"""Any exception becomes a classification: by its type, its number, its causes, at last by its text.

The drivers' errors are induced, not made up, wherever that is possible: their texts change.
"""

import asyncio
import csv
import errno
import json
import os
import socket
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import httpx
import psutil
import pydantic
import pytest
import sqlalchemy
from sqlalchemy import exc

from proto_ddf import errors
from proto_ddf.errors import CATALOGUE, IntegrationError, ProtoDDFError, ValidationError, classify


def raised_by(act: Callable[[], object]) -> Exception:
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def caused(error: Exception, cause: BaseException) -> Exception:
    def act() -> None:
        raise error from cause

    return raised_by(act)


def while_handling(error: Exception, first: Exception) -> Exception:
    def act() -> None:
        try:
            raise first
        except Exception:
            raise error  # noqa: B904

    return raised_by(act)


class TestTyped:
    @pytest.mark.parametrize("code", CATALOGUE)
    def test_is_known_by_its_code(self, code: str) -> None:
        entry = CATALOGUE[code]
        found = classify(IntegrationError("x", system="s", operation="o", code=code))
        assert (found.code, found.family, found.category) == (code, entry.family, entry.category)
        assert (found.retryable, found.try_again) == (entry.retryable, entry.try_again)
        assert found.severity == entry.severity
        assert found.confidence == 1.0

    def test_its_context_fills_the_words(self) -> None:
        error = IntegrationError(
            "x",
            system="csv",
            operation="read",
            code="file_ragged_rows",
            line=7,
            found=3,
            expected=2,
        )
        found = classify(error)
        assert "Line 7 has 3; 2 were expected." in found.message
        assert "at line 7" in found.hint

    def test_names_the_field_of_its_own_before_that_of_the_code(self) -> None:
        own = ValidationError("x", field="paths", value="a", code="file_not_found")
        assert classify(own).field == "paths"
        assert classify(errors.SystemError("x", "disk", code="file_not_found")).field == "path"

    def test_says_its_own_sentence_where_the_code_says_little(self) -> None:
        assert classify(ValidationError("Ports end at 65535.", "port", 70000)).message == (
            "Ports end at 65535."
        )

    def test_an_unknown_code_falls_back_to_the_class(self) -> None:
        assert classify(errors.SystemError("x", "disk", code="no_such_code")).code == "system_error"

    def test_a_general_error_is_explained_by_its_cause(self) -> None:
        cause = OSError(errno.ENOSPC, "No space left on device")
        assert classify(caused(errors.SystemError("x", "disk"), cause)).code == "disk_space_low"

    def test_a_failed_step_is_explained_by_a_full_disk_but_not_by_a_connection(self) -> None:
        step = errors.SystemError("x", "build", code="build_failed")
        assert classify(caused(step, OSError(errno.ENOSPC, "full"))).code == "disk_space_low"
        step = errors.SystemError("x", "build", code="build_failed")
        assert classify(caused(step, ConnectionResetError())).code == "build_failed"

    def test_a_precise_code_stands_whatever_caused_it(self) -> None:
        error = ValidationError("x", "name", "a", code="project_name_taken")
        assert (
            classify(caused(error, sqlite3.IntegrityError("UNIQUE"))).code == "project_name_taken"
        )

    def test_a_cause_with_the_same_code_adds_what_it_knows(self) -> None:
        error = errors.SystemError("x", "disk", code="disk_space_low")
        cause = OSError(errno.ENOSPC, "full", "/srv/app.db")
        assert "/srv/app.db" in classify(caused(error, cause)).message


class TestOperatingSystem:
    @pytest.mark.parametrize(
        ("number", "code"),
        [
            (errno.ENOSPC, "disk_space_low"),
            (errno.EDQUOT, "disk_space_low"),
            (errno.EACCES, "permission_denied"),
            (errno.EPERM, "permission_denied"),
            (errno.EROFS, "permission_denied"),
            (errno.ENOENT, "file_not_found"),
            (errno.EISDIR, "file_unreadable"),
            (errno.EIO, "file_unreadable"),
            (errno.EADDRINUSE, "port_in_use"),
            (errno.ECONNREFUSED, "connection_failed"),
            (errno.ECONNRESET, "connection_failed"),
            (errno.EPIPE, "connection_failed"),
            (errno.ENETUNREACH, "connection_failed"),
            (errno.ETIMEDOUT, "timeout"),
        ],
    )
    def test_is_known_by_its_number(self, number: int, code: str) -> None:
        found = classify(OSError(number, os.strerror(number)))
        assert found.code == code
        assert found.confidence == 1.0

    def test_names_the_file(self, tmp_path: Path) -> None:
        found = classify(raised_by((tmp_path / "gone.csv").read_text))
        assert found.code == "file_not_found"
        assert str(tmp_path / "gone.csv") in found.message

    def test_a_port_that_is_taken(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            error = raised_by(lambda: socket.create_server(server.getsockname()))
        assert classify(error).code == "port_in_use"

    def test_nobody_listening(self) -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            error = raised_by(lambda: socket.create_connection(reserved.getsockname(), timeout=5))
        found = classify(error)
        assert found.code == "connection_failed"
        assert found.retryable

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (ConnectionError("lost"), "connection_failed"),
            (TimeoutError(), "timeout"),
            (socket.gaierror(socket.EAI_NONAME, "unknown"), "host_unknown"),
            (asyncio.IncompleteReadError(b"", 3), "connection_failed"),
            (PermissionError("no"), "permission_denied"),
            (FileNotFoundError("no"), "file_not_found"),
            (MemoryError(), "out_of_memory"),
        ],
    )
    def test_is_known_by_its_class_where_it_has_no_number(
        self, error: Exception, code: str
    ) -> None:
        assert classify(error).code == code

    def test_a_busy_resource_is_worth_a_retry(self) -> None:
        found = classify(OSError(errno.EAGAIN, "try again"))
        assert (found.retryable, found.category) == (True, "transient")

    def test_undecodable_bytes(self) -> None:
        assert classify(raised_by(lambda: b"\xff".decode())).code == "file_encoding"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as db:
        db.execute("create table t (a)")
    db.close()
    return path


def query(path: Path, sql: str, mode: str = "rw") -> Callable[[], object]:
    def act() -> object:
        db = sqlite3.connect(f"file:{path}?mode={mode}", uri=True, timeout=0)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    return act


class TestSqlite:
    @pytest.fixture
    def lock(self, shop: Path) -> Iterator[None]:
        holder = sqlite3.connect(shop)
        holder.execute("begin exclusive")
        yield
        holder.close()

    @pytest.mark.usefixtures("lock")
    def test_locked_is_transient(self, shop: Path) -> None:
        found = classify(raised_by(query(shop, "select * from t")))
        assert (found.code, found.retryable, found.category) == ("sqlite_locked", True, "transient")

    @pytest.mark.usefixtures("lock")
    def test_locked_is_known_through_sqlalchemy(self, shop: Path) -> None:
        engine = sqlalchemy.create_engine(f"sqlite:///{shop}", connect_args={"timeout": 0})
        error = raised_by(lambda: engine.connect().execute(sqlalchemy.text("select * from t")))
        assert isinstance(error, exc.OperationalError)
        assert classify(error).code == "sqlite_locked"
        engine.dispose()

    def test_garbage(self, tmp_path: Path) -> None:
        path = tmp_path / "garbage.db"
        path.write_bytes(b"no database" * 500)
        found = classify(raised_by(query(path, "select * from sqlite_master")))
        assert (found.code, found.retryable) == ("sqlite_not_a_database", False)

    def test_read_only(self, shop: Path) -> None:
        error = raised_by(query(shop, "insert into t values (1)", mode="ro"))
        assert classify(error).code == "sqlite_read_only"

    def test_full(self, shop: Path) -> None:
        db = sqlite3.connect(shop)
        db.execute("pragma max_page_count = 2")
        error = raised_by(lambda: db.execute("insert into t select randomblob(100000)"))
        db.close()
        assert classify(error).code == "disk_space_low"

    def test_missing_file(self, tmp_path: Path) -> None:
        error = raised_by(query(tmp_path / "none.db", "select 1"))
        assert classify(error).code == "file_unreadable"

    def test_missing_table_is_named(self, shop: Path) -> None:
        found = classify(raised_by(query(shop, "select * from orders")))
        assert found.code == "table_unknown"
        assert "“orders”" in found.message

    def test_missing_column_is_named(self, shop: Path) -> None:
        found = classify(raised_by(query(shop, "select price from t")))
        assert found.code == "source_changed"
        assert "“price”" in found.message

    def test_disk_io_error_by_its_extended_number(self) -> None:
        error = sqlite3.OperationalError("?")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
        assert classify(error).code == "file_unreadable"

    def test_other_sql_errors_are_not_retried(self, shop: Path) -> None:
        found = classify(raised_by(query(shop, "selec 1")))
        assert (found.code, found.retryable) == ("integration_error", False)


class TestSqlAlchemy:
    def test_an_exhausted_pool_is_a_timeout(self, shop: Path) -> None:
        engine = sqlalchemy.create_engine(
            f"sqlite:///{shop}",
            poolclass=sqlalchemy.QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=0,
        )
        with engine.connect():
            error = raised_by(engine.connect)
        engine.dispose()
        assert isinstance(error, exc.TimeoutError)
        assert classify(error).code == "timeout"

    def test_a_missing_table_is_named(self, shop: Path) -> None:
        engine = sqlalchemy.create_engine(f"sqlite:///{shop}")
        error = raised_by(
            lambda: sqlalchemy.Table("orders", sqlalchemy.MetaData(), autoload_with=engine)
        )
        engine.dispose()
        found = classify(error)
        assert found.code == "table_unknown"
        assert "orders" in found.message

    def test_a_lost_connection(self) -> None:
        error = exc.OperationalError("select 1", None, Exception("?"), connection_invalidated=True)
        assert classify(error).code == "connection_failed"


class TestDuckdb:
    def read(self, path: Path, options: str = "") -> Exception:
        return raised_by(
            lambda: (
                duckdb.connect().execute(f"select * from read_csv('{path}'{options})").fetchall()
            )
        )

    def test_ragged_rows_name_line_and_counts(self, tmp_path: Path) -> None:
        path = tmp_path / "ragged.csv"
        path.write_text("a,b\n1,2\n3,4,5\n")
        options = ", auto_detect=false, header=true, columns={'a': 'int', 'b': 'int'}"
        found = classify(self.read(path, options))
        assert found.code == "file_ragged_rows"
        assert "Line 3 has 3; 2 were expected." in found.message

    def test_latin_1(self, tmp_path: Path) -> None:
        path = tmp_path / "latin.csv"
        path.write_bytes("a,b\nMünchen,2\n".encode("latin-1"))
        found = classify(self.read(path))
        assert found.code == "file_encoding"
        assert "line 2" in found.message

    def test_binary(self, tmp_path: Path) -> None:
        path = tmp_path / "image.csv"
        path.write_bytes(bytes(range(256)) * 20)
        assert classify(self.read(path)).code in {"file_not_csv", "file_encoding"}

    def test_missing_file_is_named(self, tmp_path: Path) -> None:
        found = classify(self.read(tmp_path / "gone.csv"))
        assert found.code == "file_not_found"
        assert "gone.csv" in found.message

    def test_a_value_of_another_type_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "mixed.csv"
        path.write_text("a\n1\nmany\n")
        options = ", auto_detect=false, header=true, columns={'a': 'int'}"
        found = classify(self.read(path, options))
        assert found.code == "import_failed"
        assert "(line 3)" in found.message
        assert "“many” in the column “a” is not of type integer" in found.message

    def test_missing_table_is_named(self) -> None:
        error = raised_by(lambda: duckdb.connect().execute("select * from orders"))
        assert classify(error).code == "table_unknown"
        assert "“orders”" in classify(error).message

    def test_missing_column(self) -> None:
        error = raised_by(lambda: duckdb.connect().execute("select x from range(3)"))
        assert classify(error).code == "source_changed"

    def test_out_of_memory(self) -> None:
        db = duckdb.connect(config={"memory_limit": "1MB", "temp_directory": ""})
        error = raised_by(lambda: db.execute("select list(range) from range(10000000)").fetchall())
        assert isinstance(error, duckdb.OutOfMemoryException)
        assert classify(error).code == "out_of_memory"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ('IO Error: Could not write file "x": No space left on device', "disk_space_low"),
            ('IO Error: Cannot open file "/r": Permission denied', "permission_denied"),
        ],
    )
    def test_what_cannot_be_induced_here_is_known_by_its_text(self, text: str, code: str) -> None:
        assert classify(duckdb.IOException(text)).code == code

    def test_other_errors_are_not_retried(self) -> None:
        error = raised_by(lambda: duckdb.connect().execute("selec 1"))
        assert (classify(error).code, classify(error).retryable) == ("integration_error", False)


class TestHttp:
    request = httpx.Request("GET", "https://api.example.com/rows")

    def status_error(self, status: int) -> Exception:
        response = httpx.Response(status, request=self.request)
        return raised_by(response.raise_for_status)

    def test_nobody_listening(self) -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            port = reserved.getsockname()[1]
            found = classify(raised_by(lambda: httpx.get(f"http://127.0.0.1:{port}/")))
        assert (found.code, found.retryable) == ("connection_failed", True)
        assert "127.0.0.1" in found.message

    def test_a_silent_server_is_a_timeout(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            error = raised_by(lambda: httpx.get(f"http://127.0.0.1:{port}/", timeout=0.05))
        assert classify(error).code == "timeout"

    @pytest.mark.parametrize("status", [425, 500, 502, 503])
    def test_a_busy_server_is_worth_a_retry(self, status: int) -> None:
        found = classify(self.status_error(status))
        assert (found.code, found.retryable, found.category) == (
            "integration_error",
            True,
            "transient",
        )
        assert str(status) in found.message

    @pytest.mark.parametrize("status", [400, 404, 410, 422])
    def test_a_refused_request_is_not(self, status: int) -> None:
        found = classify(self.status_error(status))
        assert (found.code, found.retryable) == ("integration_error", False)

    @pytest.mark.parametrize("status", [401, 407])
    def test_a_refused_login(self, status: int) -> None:
        assert classify(self.status_error(status)).code == "authentication_failed"

    def test_no_address(self) -> None:
        assert classify(raised_by(lambda: httpx.get("gopher://x"))).code == "invalid_value"


class TestProcesses:
    def test_a_failed_program_names_itself_and_its_exit_code_not_its_arguments(self) -> None:
        argv = [sys.executable, "-c", "raise SystemExit(3)", "--token=abc"]
        found = classify(raised_by(lambda: subprocess.run(argv, check=True)))
        assert found.code == "process_failed"
        assert f"“{Path(sys.executable).name}”" in found.message
        assert "exit code 3" in found.message
        assert "abc" not in found.message

    def test_a_program_that_takes_too_long(self) -> None:
        error = subprocess.TimeoutExpired("bun install", 30)
        assert classify(error).code == "timeout"

    def test_a_process_that_is_gone(self) -> None:
        assert classify(psutil.NoSuchProcess(1)).code == "process_failed"


class Login(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    port: int
    password: str = pydantic.Field(max_length=3)


class TestPydantic:
    def of(self, **values: object) -> Exception:
        return raised_by(lambda: Login.model_validate(values))

    def test_names_the_field(self) -> None:
        found = classify(self.of(port="x", password="a"))
        assert (found.code, found.field, found.family) == ("invalid_value", "port", "validation")
        assert "integer" in found.message

    def test_a_missing_field(self) -> None:
        found = classify(self.of(password="a"))
        assert (found.code, found.field) == ("required", "port")

    def test_a_field_too_many(self) -> None:
        found = classify(self.of(port=1, password="a", colour="red"))
        assert (found.code, found.field) == ("field_unknown", "colour")

    def test_never_shows_the_value(self) -> None:
        assert "hunter2" not in classify(self.of(port=1, password="hunter2")).message


class TestFileFormats:
    def test_no_zip(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        path.write_text("no zip")
        assert classify(raised_by(lambda: zipfile.ZipFile(path))).code == "file_unreadable"

    def test_no_json(self) -> None:
        assert classify(raised_by(lambda: json.loads("{"))).code == "file_unreadable"

    def test_no_csv(self) -> None:
        error = raised_by(lambda: list(csv.reader(['"a"b'], strict=True)))
        assert classify(error).code == "file_not_csv"


class TestText:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("error: No space left on device (os error 28)", "disk_space_low"),
            ("EACCES: permission denied, open '/x'", "permission_denied"),
            ("listen EADDRINUSE: address already in use :::3000", "port_in_use"),
            ("connect ECONNREFUSED 127.0.0.1:5432", "connection_failed"),
            ("server closed the connection unexpectedly", "connection_failed"),
            ('FATAL: password authentication failed for user "joe"', "authentication_failed"),
            ("Access denied for user 'joe'@'localhost'", "authentication_failed"),
            ("the request timed out", "timeout"),
        ],
    )
    def test_tells_with_less_confidence(self, text: str, code: str) -> None:
        found = classify(RuntimeError(text))
        assert found.code == code
        assert 0 < found.confidence < 0.8

    def test_says_nothing_about_our_own_mistakes(self) -> None:
        assert classify(ValueError("bad option: connection refused")).code == "unknown"

    def test_silence_is_unknown(self) -> None:
        found = classify(RuntimeError("flux"))
        assert (found.code, found.family, found.confidence) == ("unknown", "general", 0.0)
        assert not found.retryable
        assert found.try_again


class TestCauses:
    def test_the_cause_explains_an_unknown_error(self) -> None:
        assert (
            classify(caused(RuntimeError("x"), ConnectionResetError())).code == "connection_failed"
        )

    def test_it_is_found_several_links_down(self) -> None:
        deep = caused(KeyError("y"), caused(RuntimeError("x"), TimeoutError()))
        assert classify(deep).code == "timeout"

    def test_an_error_that_was_being_handled_is_a_guess_and_no_reason_to_retry(self) -> None:
        found = classify(while_handling(KeyError("x"), ConnectionResetError()))
        assert found.code == "connection_failed"
        assert found.confidence < 0.8
        assert not found.retryable

    def test_a_context_that_was_silenced_is_not_looked_at(self) -> None:
        error = while_handling(KeyError("x"), ConnectionResetError())
        error.__suppress_context__ = True
        assert classify(error).code == "unknown"

    def test_a_typed_error_below_an_unknown_one_speaks(self) -> None:
        typed = errors.SystemError("x", "ports", code="port_unavailable", start=1, end=2)
        found = classify(caused(RuntimeError("x"), typed))
        assert found.code == "port_unavailable"
        assert "between 1 and 2" in found.message

    def test_a_ring_of_causes_ends(self) -> None:
        first, second = RuntimeError("1"), RuntimeError("2")
        first.__cause__, second.__cause__ = second, first
        assert classify(first).code == "unknown"


class TestGroups:
    def test_a_group_is_what_its_member_is(self) -> None:
        found = classify(ExceptionGroup("g", [ConnectionResetError()]))
        assert (found.code, found.retryable) == ("connection_failed", True)

    def test_the_member_that_no_retry_mends_decides(self) -> None:
        group = ExceptionGroup("g", [OSError(errno.ECONNREFUSED, "x"), PermissionError("no")])
        assert classify(group).code == "permission_denied"

    def test_groups_in_groups(self) -> None:
        inner = ExceptionGroup("i", [TimeoutError()])
        assert classify(ExceptionGroup("o", [inner])).code == "timeout"


class TestNeverRaises:
    def test_an_error_without_text(self) -> None:
        class Mute(Exception):
            def __str__(self) -> str:
                raise RuntimeError("no text")

        assert classify(Mute()).code == "unknown"

    def test_a_typed_error_with_odd_parts(self) -> None:
        assert classify(IntegrationError("x", system=None, operation=None, code=None)).code  # type: ignore[arg-type]
        assert classify(ProtoDDFError("x", code=["odd"])).code == "unknown"  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "error", [KeyboardInterrupt(), asyncio.CancelledError(), GeneratorExit(), SystemExit(1)]
    )
    def test_what_is_no_exception_is_unknown_and_not_retried(self, error: BaseException) -> None:
        found = classify(error)
        assert (found.code, found.retryable) == ("unknown", False)
