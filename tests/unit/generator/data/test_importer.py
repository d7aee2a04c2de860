import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from proto_ddf import errors
from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.data.importer import BATCH, import_tables
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.spec import AppSpec
from proto_ddf.progress import NoProgress
from proto_ddf.sources.protocol import Source
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, SourceSchema, TableInfo

MakeSource = Callable[[SourceSchema, dict[str, list[tuple[Any, ...]]]], Source]


class Watcher(NoProgress):
    """Keeps what it is told; stops the work after so many looks, if told so."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.messages: list[str] = []
        self.looks = 0
        self.stop_after = stop_after

    def report(self, message: str) -> None:
        self.messages.append(message)

    def check_stop(self) -> None:
        self.looks += 1
        if self.looks == self.stop_after:
            raise KeyboardInterrupt


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "app" / "data" / "app.db"


def _schema(*columns: ColumnInfo, rows: int = 0, **more: Any) -> SourceSchema:
    return SourceSchema(tables=(TableInfo(name="things", columns=columns, row_count=rows, **more),))


def _plan(schema: SourceSchema) -> AppSpec:
    return plan_app(schema, name="Things app", imported=True, allow_editing=True)


def _rows(database: Path, sql: str = "SELECT * FROM things") -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


EVERY_TYPE = tuple(ColumnInfo(name=kind.value, type=kind) for kind in ColumnType)
VALUES = {
    ColumnType.INTEGER: 7,
    ColumnType.DECIMAL: Decimal("12.50"),
    ColumnType.FLOAT: 1.5,
    ColumnType.BOOLEAN: True,
    ColumnType.DATE: date(2024, 2, 29),
    ColumnType.DATETIME: datetime(2024, 2, 29, 12, 30, 5),
    ColumnType.TIME: time(23, 59, 1),
    ColumnType.TEXT: "é\n''\"",
    ColumnType.JSON: {"a": [1, None]},
    ColumnType.BINARY: b"\x00\xff",
}
SQL_TYPES = {
    ColumnType.INTEGER: sa.Integer(),
    ColumnType.DECIMAL: sa.Numeric(10, 2),
    ColumnType.FLOAT: sa.Float(),
    ColumnType.BOOLEAN: sa.Boolean(),
    ColumnType.DATE: sa.Date(),
    ColumnType.DATETIME: sa.DateTime(),
    ColumnType.TIME: sa.Time(),
    ColumnType.TEXT: sa.Text(),
    ColumnType.JSON: sa.JSON(),
    ColumnType.BINARY: sa.LargeBinary(),
}


def test_sqlalchemy_reads_every_type_back(make_source: MakeSource, database: Path) -> None:
    schema = _schema(*EVERY_TYPE, rows=2)
    source = make_source(schema, {"things": [tuple(VALUES.values()), (None,) * len(VALUES)]})
    assert import_tables(source, _plan(schema), schema, database, NoProgress()) == {"things": 2}
    table = sa.Table(
        "things",
        sa.MetaData(),
        *(sa.Column(kind.value, SQL_TYPES[kind]) for kind in VALUES),
    )
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        found = connection.execute(sa.select(table)).fetchall()
    engine.dispose()
    assert tuple(found[0]) == tuple(VALUES.values())
    assert tuple(found[1]) == (None,) * len(VALUES)


@pytest.mark.parametrize("width", [1, 3, 600])
@pytest.mark.parametrize("count", [1, 99, 100, 333, 334, 1_001])
def test_rows_keep_their_values_and_order_however_many_are_stored_at_once(
    make_source: MakeSource, database: Path, width: int, count: int
) -> None:
    columns = [ColumnInfo(name=f"c{at}", type=ColumnType.INTEGER) for at in range(width)]
    schema = _schema(*columns, rows=count)
    rows = [tuple(range(n * width, (n + 1) * width)) for n in range(count)]
    source = make_source(schema, {"things": rows})
    import_tables(source, _plan(schema), schema, database, NoProgress())
    listed = ", ".join(column.name for column in columns)
    assert _rows(database, f"SELECT {listed} FROM things ORDER BY rowid") == rows


def test_times_of_a_zone_are_stored_in_utc(make_source: MakeSource, database: Path) -> None:
    schema = _schema(ColumnInfo(name="at", type=ColumnType.DATETIME), rows=2)
    local = datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    rows = [(local,), (datetime(2024, 1, 1, tzinfo=UTC),)]
    import_tables(
        make_source(schema, {"things": rows}), _plan(schema), schema, database, NoProgress()
    )
    stored = [("2023-12-31 23:00:00",), ("2024-01-01 00:00:00",)]
    assert _rows(database, "SELECT at FROM things") == stored


def test_a_table_without_a_key_gets_one_that_numbers_itself(
    make_source: MakeSource, database: Path
) -> None:
    schema = _schema(ColumnInfo(name="word", type=ColumnType.TEXT), rows=2)
    source = make_source(schema, {"things": [("a",), ("b",)]})
    import_tables(source, _plan(schema), schema, database, NoProgress())
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("INSERT INTO things (word) VALUES ('c')")
        found = connection.execute("SELECT row_id, word FROM things").fetchall()
    assert found == [(1, "a"), (2, "b"), (3, "c")]


def test_keys_and_not_null_hold(make_source: MakeSource, database: Path) -> None:
    schema = _schema(
        ColumnInfo(name="code", type=ColumnType.TEXT, nullable=False, primary_key=True),
        ColumnInfo(name="must", type=ColumnType.INTEGER, nullable=False),
        ColumnInfo(name="may", type=ColumnType.INTEGER),
        primary_key=("code",),
    )
    source = make_source(schema, {"things": [("a", 1, None)]})
    import_tables(source, _plan(schema), schema, database, NoProgress())
    with closing(sqlite3.connect(database)) as connection:
        for values in ("('a', 1, 1)", "('b', NULL, 1)", "(NULL, 1, 1)"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(f"INSERT INTO things VALUES {values}")
        connection.execute("INSERT INTO things VALUES ('b', 1, NULL)")


def test_relations_dates_and_names_are_indexed(
    shop: SourceSchema, shop_source: Source, database: Path
) -> None:
    spec = plan_app(shop, name="My shop", imported=True, source=shop_source)
    assert import_tables(shop_source, spec, shop, database, NoProgress()) == {
        "customers": 100,
        "orders": 300,
    }
    sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    assert {name for (name,) in _rows(database, sql)} >= {
        "ix__customers__name",
        "ix__orders__customer_id",
        "ix__orders__order_date",
        "ix__orders__updated_at",
    }


def test_any_names_are_imported(make_source: MakeSource, database: Path) -> None:
    names = ['a"b', "select", "x; DROP TABLE y", "é 🚀", "%s ?", "row_id"]
    columns = tuple(ColumnInfo(name=name, type=ColumnType.DATE) for name in names)
    schema = SourceSchema(tables=(TableInfo(name='my "odd" table', columns=columns),))
    source = make_source(schema, {'my "odd" table': [(None,) * len(names)]})
    import_tables(source, _plan(schema), schema, database, NoProgress())
    found = _rows(database, "SELECT name FROM pragma_table_info('my \"odd\" table')")
    assert [name for (name,) in found] == ["row_id_2", *names]


def test_progress_counts_the_rows(make_source: MakeSource, database: Path) -> None:
    total = 2 * BATCH + 5
    schema = _schema(ColumnInfo(name="n", type=ColumnType.INTEGER), rows=total)
    source = make_source(schema, {"things": [(n,) for n in range(total)]})
    watcher = Watcher()
    import_tables(source, _plan(schema), schema, database, watcher)
    assert watcher.messages == [
        "things: 10,000 of 20,005 rows",
        "things: 20,000 of 20,005 rows",
        "things: 20,005 of 20,005 rows",
    ]


def test_a_stop_in_the_middle_leaves_the_old_data(make_source: MakeSource, database: Path) -> None:
    schema = _schema(ColumnInfo(name="n", type=ColumnType.INTEGER), rows=2)
    first = make_source(schema, {"things": [(1,)]})
    import_tables(first, _plan(schema), schema, database, NoProgress())
    second = make_source(schema, {"things": [(n,) for n in range(3 * BATCH)]})
    with pytest.raises(KeyboardInterrupt):
        import_tables(second, _plan(schema), schema, database, Watcher(stop_after=2))
    assert _rows(database, "SELECT n FROM things") == [(1,)]
    assert [path.name for path in database.parent.iterdir()] == ["app.db"]


def test_what_a_kill_left_behind_is_cleared(make_source: MakeSource, database: Path) -> None:
    schema = _schema(ColumnInfo(name="n", type=ColumnType.INTEGER))
    database.parent.mkdir(parents=True)
    for ending in (".tmp-dead", "-wal", "-journal"):
        database.with_name(database.name + ending).write_text("left over")
    import_tables(
        make_source(schema, {"things": [(1,)]}), _plan(schema), schema, database, NoProgress()
    )
    assert [path.name for path in database.parent.iterdir()] == ["app.db"]


@pytest.mark.parametrize("rows", [[(1,), (1,)], [(2**70,)], [(None,)]])
def test_rows_that_do_not_fit_fail_with_the_table_named(
    make_source: MakeSource, database: Path, rows: list[tuple[Any, ...]]
) -> None:
    column = ColumnInfo(name="n", type=ColumnType.TEXT, nullable=False, primary_key=True)
    schema = _schema(column, primary_key=("n",))
    with pytest.raises(errors.SystemError) as caught:
        import_tables(
            make_source(schema, {"things": rows}), _plan(schema), schema, database, NoProgress()
        )
    assert caught.value.code == "import_failed"
    assert caught.value.context["table"] == "things"
    assert not database.exists()


def test_an_error_of_the_source_stays_what_it_is(
    make_source: MakeSource, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = _schema(ColumnInfo(name="n", type=ColumnType.INTEGER))
    source = make_source(schema, {"things": []})

    def rows(*_: object) -> Iterator[list[tuple[Any, ...]]]:
        yield [(1,)]
        raise sqlite3.DatabaseError("the source broke")

    monkeypatch.setattr(source, "rows", rows)
    with pytest.raises(sqlite3.DatabaseError, match="the source broke"):
        import_tables(source, _plan(schema), schema, database, NoProgress())
    assert not any(database.parent.iterdir())


def test_a_table_that_is_gone_from_the_source_is_reported(
    shop: SourceSchema, shop_source: Source, database: Path
) -> None:
    spec = plan_app(shop, name="My shop", imported=True)
    less = SourceSchema(tables=shop.tables[:1])
    with pytest.raises(ValidationError) as caught:
        import_tables(shop_source, spec, less, database, NoProgress())
    assert caught.value.code == "table_unknown"


def test_a_full_disk_is_reported_as_one(
    make_source: MakeSource, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from proto_ddf.generator.data import importer

    def small(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA max_page_count = 4")

    monkeypatch.setattr(importer, "_disable_journal", small)
    schema = _schema(ColumnInfo(name="word", type=ColumnType.TEXT))
    source = make_source(schema, {"things": [("x" * 1000,)] * 100})
    with pytest.raises(errors.SystemError) as caught:
        import_tables(source, _plan(schema), schema, database, NoProgress())
    assert caught.value.code == "disk_space_low"
    assert not any(database.parent.iterdir())
