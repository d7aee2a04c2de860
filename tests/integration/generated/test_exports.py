"""An export has exactly the rows of the list, in its order, and exactly what is stored.

The kind of fault: null that becomes an empty text, a number that is rounded, a text that is no UTF-8, a date that Python
does not know, a row that is lost or doubled where reading goes on, a text that a spreadsheet runs as a formula, a file
that looks whole although it is not."""

import asyncio
import csv
import io
import json
import math
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.exported import csv_fields, csv_values
from tests.stored_bytes import opened, stored_bytes
from tests.type_values import CASES

DIALECTS = list(CASES)


def exported(app: Any, table: str, made: str, query: Any = None) -> bytes:
    client = TestClient(app.exports.export_route())
    asked = address(app, table, query) if query else ""
    answer = client.get(f"/api/export/{table}/{made}?{asked}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer.content


def address(app: Any, table: str, query: Any) -> str:
    """What the address of the list with this query says."""
    shown = app.list_addresses.ListAddress(**vars(query))
    said: str = shown.written(app.view(table)).partition("?")[2]
    return said


def ids_of(app: Any, table: str, query: Any) -> list[int]:
    names, rows = csv_values(exported(app, table, "csv", query))
    return [row[names.index("id")] for row in rows]


def listed_ids(app: Any, view: Any, query: Any) -> list[int]:
    rows = app.data.fetch_page(view, query, 1_000).rows
    return [int(row.href.rpartition("/")[2]) for row in rows]


def with_all_columns(app: Any, table: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    view = app.view(table)
    shown = replace(view, fields=tuple(replace(each, hidden=False) for each in view.fields))
    monkeypatch.setitem(app.views.VIEWS, table, shown)
    return shown


@pytest.fixture
def read_again_and_again(typed, awkward, monkeypatch):
    """On SQLite nine rows are read by a statement, as if it took long."""
    for app in (typed("sqlite"), awkward):
        monkeypatch.setattr(app.export_reading, "READ_SECONDS", 0)
        monkeypatch.setattr(app.export_reading, "_ROWS", 9)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_csv_of_every_type_is_read_back_to_the_byte(typed, dialect, monkeypatch):
    app = typed(dialect)
    for case in CASES[dialect]:
        with_all_columns(app, case.name, monkeypatch)
        content = exported(app, case.name, "csv")
        assert csv_values(content)[0] == ["id", "word", "v"]
        read = READ_BACK[dialect](app, case, content)
        assert read == stored_bytes(app.place, case.name), case.name


def read_into_postgresql(app: Any, case: Any, content: bytes) -> Any:
    """By the database's own reader of CSV."""
    with copy_of(opened(app.place).cursor(), case, "CREATE TABLE {copy} (LIKE {name})") as copy:
        with copy.cursor.copy(f"COPY {copy.name} FROM STDIN (FORMAT csv, HEADER)") as copying:
            copying.write(content)
        return stored_bytes(app.place, copy.name)


def read_into_mysql(app: Any, case: Any, content: bytes) -> Any:
    _, *rows = csv_fields(content)
    with copy_of(opened(app.place).cursor(), case, "CREATE TABLE {copy} LIKE {name}") as copy:
        copy.cursor.execute("SET SESSION sql_mode = ''")
        for row in rows:
            sent = [each.text if isinstance(each.value, float) else each.value for each in row]
            markers = ["UNHEX(%s)" if isinstance(each, bytes) else "%s" for each in sent]
            given = [each.hex() if isinstance(each, bytes) else each for each in sent]
            copy.cursor.execute(f"INSERT INTO {copy.name} VALUES ({', '.join(markers)})", given)
        return stored_bytes(app.place, copy.name)


def read_into_sqlite(app: Any, case: Any, content: bytes) -> Any:
    _, rows = csv_values(content)
    made = f"CREATE TABLE {{copy}} (id integer PRIMARY KEY, word varchar(20), v {case.declared})"
    with (
        closing(sqlite3.connect(app.place, isolation_level=None)) as connection,
        copy_of(connection.cursor(), case, made) as copy,
    ):
        for row in rows:
            markers = ["CAST(? AS TEXT)" if isinstance(each, str) else "?" for each in row]
            sent = [as_bytes(each) if isinstance(each, str) else each for each in row]
            insert = f"INSERT INTO {copy.name} VALUES ({', '.join(markers)})"
            copy.cursor.execute(insert, sent)
        return stored_bytes(app.place, copy.name)


def as_bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


@contextmanager
def copy_of(cursor: Any, case: Any, statement: str) -> Iterator[Any]:
    """A table of the same columns."""
    name = f"copy_of_{case.name}"
    cursor.execute(f"DROP TABLE IF EXISTS {name}")
    cursor.execute(statement.format(copy=name, name=case.name))
    yield SimpleNamespace(name=name, cursor=cursor)
    cursor.execute(f"DROP TABLE {name}")


READ_BACK = {
    "sqlite": read_into_sqlite,
    "postgresql": read_into_postgresql,
    "mysql": read_into_mysql,
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_rows_are_those_of_the_list_in_its_order(
    typed, dialect, read_again_and_again, monkeypatch
):
    app = typed(dialect)
    Query, Condition = app.filters.Query, app.filters.Condition
    queries = [
        Query(sort="v", descending=True),
        Query(sort="word", conditions=(Condition("v", "filled"),)),
    ]
    if dialect == "sqlite":
        queries += [Query(), Query(sort="id", descending=True), Query(sort="v"), Query(search="1")]
    for case in CASES[dialect]:
        view = with_all_columns(app, case.name, monkeypatch)
        for query in queries:
            assert ids_of(app, case.name, query) == listed_ids(app, view, query), query


def test_every_table_is_exported_whole_whatever_its_key(awkward, read_again_and_again):
    """Also views, tables without a key, and keys of several columns, of texts that are no UTF-8, or of null."""
    app = awkward
    for view in app.views.views_in_order():
        names, rows = csv_values(exported(app, view.name, "csv"))
        with app.database.read_connection() as connection:
            columns = ", ".join(f'"{name}"' for name in names)
            stored = connection.exec_driver_sql(
                f'SELECT {columns} FROM "{view.table.name}"'
            ).fetchall()
        assert len(rows) == len(stored), view.name
        assert sorted(map(repr, rows)) == sorted(repr(list(row)) for row in stored)


SMALL = settings(max_examples=150, deadline=None)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.text('",\r\n=+-@\t\0 x\\', max_size=6),
    st.binary(max_size=8),
)
ROWS = st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[VALUES] * width), max_size=5))


@pytest.fixture(scope="module")
def write(awkward) -> Callable[..., bytes]:
    def written(made: str, rows: Any, name: str = "c") -> bytes:
        width = len(rows[0]) if rows else 1
        columns = [awkward.export_columns.Column(f"{name}{at}", False) for at in range(width)]
        out = io.BytesIO()
        awkward.exports.FORMATS[made].write(out, columns, iter(rows))
        return out.getvalue()

    return written


@SMALL
@given(rows=ROWS)
def test_any_value_is_read_back_from_csv(write, rows):
    content = write("csv", rows)
    names, read = csv_values(content)
    assert names == [f"c{at}" for at in range(len(names))]
    assert [list(map(repr, row)) for row in read] == [list(map(repr, row)) for row in rows]
    by_python = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert by_python[0] == names
    if len(names) > 1:  # it skips empty lines
        assert [len(row) for row in by_python[1:]] == [len(row) for row in rows]


@SMALL
@given(rows=ROWS)
def test_no_text_of_a_guarded_csv_is_a_formula(write, rows):
    content = write("guarded-csv", rows, "=c")
    assert content.startswith("\ufeff".encode())
    head, *read = csv_fields(content[3:])
    assert all(each.text.startswith("'=c") for each in head)
    for row, fields in zip(rows, read, strict=True):
        for value, field in zip(row, fields, strict=True):
            assert not (field.is_quoted and field.text.startswith(tuple("=+-@\t\r\n")))
            if isinstance(value, str):
                assert field.text in (value, f"'{value}")


@SMALL
@given(rows=ROWS)
def test_any_value_is_read_back_from_json(write, rows):
    read = json.loads(write("json", rows))
    expected = [[each.hex() if isinstance(each, bytes) else each for each in row] for row in rows]
    assert [list(map(repr, row.values())) for row in read] == [list(map(repr, row)) for row in expected]  # fmt: skip


def test_json_has_all_digits_and_says_true_where_1_is_stored(awkward):
    column = awkward.export_columns.Column
    out = io.BytesIO()
    digits = Decimal("12345678901234567890.123456789012345678901234567890")
    rows = [(digits, 1, 1), (Decimal("NaN"), 0, 0), (math.inf, None, "x")]
    columns = [column('a "%s"', False), column("flag", True), column("number", False)]
    awkward.export_json.write_json(out, columns, iter(rows))
    read = json.loads(out.getvalue(), parse_float=Decimal)
    assert [list(row.values()) for row in read] == [[digits, True, 1], ["NaN", False, 0], ["inf", None, "x"]]  # fmt: skip
    assert set(read[0]) == {'a "%s"', "flag", "number"}


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_excel_has_texts_as_texts_and_numbers_if_it_can_hold_them(write, rows):
    sheet = openpyxl.load_workbook(io.BytesIO(write("excel", rows))).active
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            assert cell.data_type != "f"
            if isinstance(value, bool):
                assert cell.value is value
            elif isinstance(value, int | float) and cell.data_type == "n":
                assert cell.value == value
            elif isinstance(value, int | float):
                assert cell.value == str(value)
                assert abs(value) >= 10**15 or not 1e-300 < abs(value) < 1e300
            elif value:
                text = "\\x" + value.hex() if isinstance(value, bytes) else value
                assert openpyxl.utils.escape.unescape(cell.value or "") == text


@pytest.mark.parametrize("dialect", DIALECTS)
def test_excel_and_json_have_the_rows_of_every_type(typed, dialect):
    app = typed(dialect)
    for case in CASES[dialect][::4]:
        ids = ids_of(app, case.name, app.filters.Query())
        sheet = openpyxl.load_workbook(io.BytesIO(exported(app, case.name, "excel"))).active
        assert [cell.value for (cell, *_) in sheet.iter_rows(min_row=2)] == ids
        assert [row["id"] for row in json.loads(exported(app, case.name, "json"))] == ids


def test_excel_tells_what_it_cannot_hold(awkward, write, monkeypatch):
    (text,) = [
        cell.value
        for (cell,) in openpyxl.load_workbook(
            io.BytesIO(write("excel", [("\U0001f600" * 20_000,)]))
        ).active.iter_rows(min_row=2)
    ]
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
    assert text.startswith("\U0001f600" * 16_000)
    assert "cut" in text
    few = awkward.exports.FORMATS["excel"]._replace(most_rows=5)
    monkeypatch.setitem(awkward.exports.FORMATS, "excel", few)
    answer = TestClient(awkward.exports.export_route()).get("/api/export/things/excel")
    assert answer.status_code == 422
    assert "at most" in answer.text
    assert "CSV" in answer.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("nothing_of_this/csv", 404),
        ("things/pdf", 404),
        ("things/csv?secret=1", 400),
        ("things/csv?id=1&secret:filled=", 400),
        ("things/csv?:sort=secret", 400),
        ("things/csv?:limit=7", 400),
        ("things/csv?id:near=7", 400),
        ("things/csv?no_relation.id=7", 400),
        ("things/csv?:search=" + "x" * 201, 400),
        ("things/csv?" + "&".join(f"id={n}" for n in range(51)), 400),
    ],
)
def test_what_is_no_list_is_not_exported(awkward, address, status):
    answer = TestClient(awkward.exports.export_route()).get(f"/api/export/{address}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")


def test_rows_that_only_connect_others_and_hidden_fields_are_not_exported(awkward, monkeypatch):
    view = awkward.view("things")
    fields = [replace(each, hidden=each.name == "story") for each in view.fields]
    monkeypatch.setitem(awkward.views.VIEWS, "things", replace(view, fields=tuple(fields)))
    for made in ("csv", "json"):
        assert b"story" not in exported(awkward, "things", made)
    monkeypatch.setitem(awkward.views.VIEWS, "things", replace(view, section="none"))
    client = TestClient(awkward.exports.export_route())
    assert client.get("/api/export/things/csv").status_code == 404


def test_a_database_that_cannot_be_reached_is_told_in_words(awkward, monkeypatch):
    def gone(*_: Any, **__: Any) -> Any:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(awkward.connecting, "_open", gone)
    awkward.database.engine.cache_clear()
    client = TestClient(awkward.exports.export_route())
    for made in awkward.exports.FORMATS:
        answer = client.get(f"/api/export/things/{made}")
        assert answer.status_code == 503
        assert "Restore it" in answer.text
    assert not awkward.exports._running


def test_an_export_that_fails_midway_does_not_look_whole(awkward, monkeypatch):
    def failing(view: Any, query: Any) -> Iterator[Any]:
        for number in range(2_000):
            yield (number, *["x" * 100] * (len(view.visible_fields) - 1))
        raise awkward.errors.DataError(awkward.errors.LOCKED)

    monkeypatch.setattr(awkward.exports, "rows_of", failing)
    client = TestClient(awkward.exports.export_route())
    for made in ("csv", "json"):
        with pytest.raises(awkward.errors.DataError):
            client.get(f"/api/export/things/{made}")
    assert not awkward.exports._running


def test_it_says_when_as_many_run_as_may(awkward, monkeypatch):
    monkeypatch.setattr(awkward.exports, "MOST_AT_ONCE", 0)
    answer = TestClient(awkward.exports.export_route()).get("/api/export/things/csv")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_a_full_disk_is_told(awkward, monkeypatch):
    monkeypatch.setattr(awkward.export_spool, "KEPT_FREE", 1 << 70)
    answer = TestClient(awkward.exports.export_route()).get("/api/export/things/csv")
    assert answer.status_code == 503
    assert "disk" in answer.text


def test_a_thread_that_nobody_reads_from_ends_and_a_slow_reader_gets_all(awkward):
    """The file grows without the reader, which may come late."""

    async def read() -> None:
        spool = awkward.export_spool.Spool()
        written, ended = threading.Event(), threading.Event()

        def write(out: Any) -> None:
            out.write(bytes(1_000_000))
            out.flush()
            written.set()
            try:
                while True:
                    spool.must_go_on()
            finally:
                ended.set()

        spool.fill(write)
        assert await asyncio.to_thread(written.wait, 30)
        pieces = spool.pieces()
        assert sum([len(await anext(pieces)) for _ in range(4)]) == 1_000_000
        spool.abandon()
        assert await asyncio.to_thread(ended.wait, 30)

    asyncio.run(read())


def test_the_list_says_what_its_export_is_asked_for(awkward):
    state = getattr(awkward, "pages.things").ThingsList(_reflex_internal_init=True)
    assert state.export_query == ""
    state.sort, state.descending, state.match_any = "story", True, True
    state.conditions = [awkward.filters.Condition("id", "range", "3", "9", shown="not sent")]
    ListAddress = awkward.list_addresses.ListAddress
    asked = ListAddress.read_whole(awkward.view("things"), state.export_query)
    assert asked.rows() == state._query()
    assert "not sent" not in state.export_query
