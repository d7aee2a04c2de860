"""Names and values of any sort, with every kind of database: whatever a database accepts can be read."""

import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from proto_ddf.settings import get_settings
from proto_ddf.sources.protocol import PageRequest, Source
from proto_ddf.sources.servers import engines
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.servers.database_server import Database
from tests.servers.reading import source_of

pytestmark = pytest.mark.usefixtures("patient")

quick = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""The fixtures are shared by all examples of a test, so each example makes its own table."""

_LONGEST = 60
"""The largest number of bytes of a name."""
NASTY = [
    "select",
    "Order",
    'a"b',
    "a`b",
    "it's",
    "100%",
    "%s",
    "%(name)s",
    ":x",
    "::y",
    "?",
    "a\\b",
    "a.b",
    "a b",
    "a;DROP TABLE t--",
    "{x}",
    "$1",
    "😀",
    "ÄÖ",
    "/* c */",
    "a\tb",
    "a\nb",
]
SPELLABLE = st.characters(min_codepoint=1, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc"])
NAMES = st.sampled_from(NASTY) | st.text(SPELLABLE, min_size=1, max_size=12)
TEXTS = st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=30)


@dataclass
class OfServer:
    """Tables of a server."""

    database: Database
    connection: Any

    def __post_init__(self) -> None:
        self.source: Source = source_of(self.database)
        self.mark = "%s"
        self.mysql = self.database.server.kind == "mysql"
        self.types = (
            (
                "longtext",
                "bigint",
                "decimal(20,5)",
                "double",
                "date",
                "datetime(6)",
                "time(6)",
                "longblob",
            )
            if self.mysql
            else ("text", "bigint", "numeric(20,5)", "float8", "date", "timestamp", "time", "bytea")
        )

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)

    def quote(self, name: str) -> str:
        mark = "`" if self.mysql else '"'
        return mark + name.replace(mark, mark * 2).replace("%", "%%") + mark


@dataclass
class OfFile:
    """Tables of a SQLite file."""

    path: Path

    def __post_init__(self) -> None:
        self.source: Source = SqliteSource(self.path)
        self.mark = "?"
        self.types = ("text", "integer", "text", "real", "date", "datetime", "time", "blob")

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement, values)

    def quote(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'


Place = OfServer | OfFile
"""A database in which to make and read tables. `types` are the column types for a text, a whole number, a decimal, a
float, a date, a datetime, a time and bytes; `mark` is the placeholder of a value in a statement."""


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def place(request: pytest.FixtureRequest, home: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield OfFile(get_settings().uploads_folder / "names.db")
        return
    fixture = {"postgresql": "postgres_database", "mysql": "mariadb_database"}[request.param]
    database: Database = request.getfixturevalue(fixture)
    with closing(database.connect()) as connection:
        yield OfServer(database, connection)
    engines.dispose_all()


def usable(place: Place, names: list[str]) -> list[str]:
    """The names that every database accepts: not too long, without blanks around them, and not equal to others but
    for case. MariaDB accepts no characters beyond U+FFFF."""
    mysql = isinstance(place, OfServer) and place.mysql
    kept: dict[str, str] = {}
    for name in names:
        fits = len(name.encode()) <= _LONGEST and name.strip() == name
        if fits and not (mysql and max(name) > "\uffff"):
            kept.setdefault(name.casefold(), name)
    return list(kept.values())


@quick
@given(table=NAMES, columns=st.lists(NAMES, min_size=1, max_size=5))
@example(table="a.b", columns=NASTY)
@example(table="%s%%(x)s:y", columns=["%", "%%", "%s", ":a", "a)b", "[x]"])
@example(table='"`\\', columns=['"', "`", "\\", "'"])
def test_names_of_any_text(place: Place, table: str, columns: list[str]) -> None:
    names = usable(place, columns)
    if not usable(place, [table]) or not names or table.lower().startswith("sqlite_"):
        return
    quoted = [place.quote(name) for name in names]
    declared = ", ".join(f"{name} varchar(20)" for name in quoted)
    values = [f"v{at}" for at in range(len(names))]
    place.run(f"CREATE TABLE {place.quote(table)} ({declared})")
    try:
        marks = ", ".join([place.mark] * len(names))
        place.run(f"INSERT INTO {place.quote(table)} VALUES ({marks})", values)
        [found] = place.source.read_schema().tables
        assert (found.name, [column.name for column in found.columns]) == (table, names)
        assert found.row_count == 1
        for name in names:
            for search in ("", "V0", table, name):
                page = place.source.preview(
                    PageRequest(table, search=search, sort=name, descending=bool(search))
                )
                assert page.columns == tuple(names)
                assert page.rows in (((tuple(values)),), ())
            assert place.source.preview(PageRequest(table, search="V0", sort=name)).total == 1
        assert list(place.source.rows(table)) == [[tuple(values)]]
    finally:
        place.run(f"DROP TABLE {place.quote(table)}")


@quick
@given(
    rows=st.lists(
        st.tuples(
            TEXTS,
            st.integers(-(2**63), 2**63 - 1),
            st.decimals(-(10**14), 10**14, places=5),
            st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300),
            st.dates(date(1000, 1, 1)),
            st.datetimes(datetime(1000, 1, 1)),
            st.times(),
            st.binary(max_size=20),
        ).map(list)
        | st.just([None] * 8),
        min_size=1,
        max_size=5,
    ),
    search=TEXTS,
)
def test_values_are_read_as_they_were_inserted(
    place: Place, rows: list[list[Any]], search: str
) -> None:
    declared = ", ".join(f"c{at} {name}" for at, name in enumerate(place.types))
    place.run(f"CREATE TABLE t (id integer PRIMARY KEY, {declared})")
    try:
        for at, row in enumerate(rows):
            given_values = [_as_stored(place, value) for value in row]
            place.run(f"INSERT INTO t VALUES ({', '.join([place.mark] * 9)})", [at, *given_values])
        place.source.read_schema()
        page = place.source.preview(PageRequest("t"))
        for at, (found, row) in enumerate(zip(page.rows, rows, strict=True)):
            assert found[0] == at
            for value, put_in in zip(found[1:], row, strict=True):
                assert _same(value, put_in), (value, put_in)
        for column in page.columns:
            for descending in (False, True):
                ordered = place.source.preview(PageRequest("t", sort=column, descending=descending))
                assert sorted(map(str, ordered.rows)) == sorted(map(str, page.rows))
                at = page.columns.index(column)
                nulls = [row[at] is None for row in ordered.rows]
                assert nulls == sorted(nulls)
        matching = place.source.preview(PageRequest("t", search=search))
        assert set(map(str, matching.rows)) <= set(map(str, page.rows))
        assert matching.total == len(matching.rows)
        for row, found in zip(rows, page.rows, strict=True):
            if row[0] and row[0].strip() and row[0].isascii():
                looked_for = place.source.preview(PageRequest("t", search=row[0]))
                assert found in looked_for.rows
        assert [row for batch in place.source.rows("t", 2) for row in batch] == list(page.rows)
    finally:
        place.run("DROP TABLE t")


def _as_stored(place: Place, value: Any) -> Any:
    """The value as a driver accepts it: SQLite has no such types."""
    if not isinstance(place, OfFile):
        return value
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | time) else value


def _same(value: Any, put_in: Any) -> bool:
    if isinstance(put_in, Decimal):
        return Decimal(value) == put_in
    if isinstance(put_in, float):
        return math.isclose(value, put_in, rel_tol=1e-12)
    return bool(value == put_in) and type(value) is type(put_in)


INJECTIONS = (
    "'; DROP TABLE t; --",
    "' UNION SELECT 'secret' --",
    "%' OR 1=1 --",
    "\\' OR 1=1 --",
    "%(c)s",
    "%s",
    ":c",
    "$1",
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_arguments_are_never_read_as_sql(place: Place, text: str) -> None:
    place.run("CREATE TABLE t (id integer PRIMARY KEY, c varchar(50))")
    insert = f"INSERT INTO t VALUES ({place.mark}, {place.mark})"
    place.run(insert, [1, "plain"])
    place.run(insert, [2, text])
    assert place.source.preview(PageRequest("t", search=text)).rows == ((2, text),)
    for given_name in ({"table": text}, {"table": "t", "sort": text}):
        with pytest.raises(Exception, match="There is no"):
            place.source.preview(PageRequest(**given_name))  # type: ignore[arg-type]
    assert place.source.preview(PageRequest("t")).total == 2
