"""Errors of SQLite, SQLAlchemy and DuckDB."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import sqlalchemy
from sqlalchemy import exc

from proto_ddf.errors import classify
from tests.unit.errors.raising import raised_by


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
        assert (found.code, found.retryable) == ("query_invalid", False)


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
        assert (classify(error).code, classify(error).retryable) == ("query_invalid", False)
