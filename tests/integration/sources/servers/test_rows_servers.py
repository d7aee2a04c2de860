"""Pages and streams of rows from real servers of each kind."""

from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from typing import Any

import pytest

from proto_ddf.errors import IntegrationError, ValidationError, classify
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.servers import engines, rows
from proto_ddf.sources.servers.source import ServerSource
from tests.policies import fresh_policies
from tests.servers.database_server import Database
from tests.servers.failing import PATIENT
from tests.servers.reading import source_of

pytestmark = pytest.mark.usefixtures("patient")

PEOPLE = [
    (1, "Ann", 30, "100%"),
    (2, "bo", None, "a_b"),
    (3, "Ánn", 5, "back\\slash"),
    (4, "Cy", None, "it's"),
    (5, "anna", 5, "%s :x {y}"),
]
FOUND = {
    "ann": [1, 5],
    "ANN": [1, 5],
    "áN": [3],
    "%": [1, 5],
    "_": [2],
    "\\": [3],
    "'": [4],
    "%s": [5],
    ":x {y}": [5],
    "30": [1],
    " bo ": [2],
    "nothing": [],
    "x' OR '1'='1": [],
    "\0\ud800": [1, 2, 3, 4, 5],
}
"""The keys of the rows that a search must find, by its words."""
ORDERS = {
    ("age", False): [3, 5, 1, 2, 4],
    ("age", True): [1, 5, 3, 4, 2],
    ("id", True): [5, 4, 3, 2, 1],
}
"""The keys in each order: by column and whether it is descending."""
LOOSE = [(at % 3, f"row {at}") for at in range(40)]


@pytest.fixture
def source(server_database: Database) -> Iterator[ServerSource]:
    yield source_of(server_database)
    engines.dispose_all()


@pytest.fixture
def people(server_database: Database) -> Database:
    """Rows with nulls, and with characters that have a meaning for LIKE, drivers or SQL."""
    server_database.run(
        "CREATE TABLE people (id int PRIMARY KEY, name varchar(20) NOT NULL, age int, note varchar(20))",
        "CREATE TABLE loose (a int, b varchar(20))",
    )
    with closing(server_database.connect()) as connection, connection.cursor() as cursor:
        cursor.executemany("INSERT INTO people VALUES (%s, %s, %s, %s)", PEOPLE)
        cursor.executemany("INSERT INTO loose VALUES (%s, %s)", LOOSE)
    return server_database


def ids(source: ServerSource, **asked: Any) -> list[int]:
    return [row[0] for row in source.preview(PageRequest("people", **asked)).rows]


@pytest.mark.usefixtures("people")
class TestPage:
    def test_rows_are_sorted_by_their_key(self, source: ServerSource) -> None:
        page = source.preview(PageRequest("people"))
        assert page.columns == ("id", "name", "age", "note")
        assert list(page.rows) == PEOPLE
        assert (page.total, page.at_least, page.offset) == (5, False, 0)

    def test_a_search_covers_all_columns(self, source: ServerSource) -> None:
        for search, found in FOUND.items():
            page = source.preview(PageRequest("people", search=search))
            assert [row[0] for row in page.rows] == found, search
            assert page.total == len(found), search

    def test_nulls_come_last_and_ties_by_key(self, source: ServerSource) -> None:
        for (sort, descending), order in ORDERS.items():
            asked: dict[str, Any] = {"sort": sort, "descending": descending}
            assert ids(source, **asked) == order
            one_by_one = [ids(source, offset=at, limit=1, **asked) for at in range(6)]
            assert list(chain(*one_by_one)) == order
            searched = ids(source, search="a", **asked)
            assert searched == [at for at in order if at in searched] != []

    def test_pages_of_a_table_without_a_key_have_each_row_once(self, source: ServerSource) -> None:
        for asked in ({}, {"sort": "a"}, {"search": "row"}):
            pages = [
                source.preview(PageRequest("loose", offset=at, limit=7, **asked))
                for at in range(0, 42, 7)
            ]  # type: ignore[arg-type]
            found = [row for page in pages for row in page.rows]
            assert (len(found), len(set(found))) == (40, 40)
            assert {page.total for page in pages} == {40}

    def test_a_page_beyond_the_last_row_still_has_the_total(self, source: ServerSource) -> None:
        page = source.preview(PageRequest("people", offset=50, limit=10))
        assert (page.rows, page.total) == ((), 5)

    def test_counting_has_a_limit(
        self, source: ServerSource, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rows, "COUNTED", 10)
        first = source.preview(PageRequest("loose", limit=5))
        assert (first.total, first.at_least) == (10, True)
        later = source.preview(PageRequest("loose", limit=5, offset=20))
        assert (later.total, later.at_least) == (25, True)
        last = source.preview(PageRequest("loose", limit=5, offset=35))
        assert (last.total, last.at_least) == (40, False)
        assert source.preview(PageRequest("loose", limit=5, search="row 1")).at_least is True
        assert source.preview(PageRequest("loose", limit=5, search="row 39")).total == 1

    def test_the_size_of_a_page_is_limited(self, source: ServerSource) -> None:
        assert len(source.preview(PageRequest("people", limit=-1)).rows) == 0
        assert len(source.preview(PageRequest("people", limit=10**9, offset=-5)).rows) == 5

    def test_an_unknown_column(self, source: ServerSource) -> None:
        for sort in ("gone", "id; DROP TABLE people", "", "\0"):
            with pytest.raises(ValidationError) as caught:
                source.preview(PageRequest("people", sort=sort))
            assert (caught.value.code, caught.value.field) == ("field_unknown", "sort")

    def test_an_unknown_table(self, source: ServerSource) -> None:
        for table in ("gone", "people; DROP TABLE people", "", "a.b.c", "😀", "people\0"):
            for read in (
                lambda table: source.preview(PageRequest(table)),
                lambda table: next(source.rows(table)),
            ):
                with pytest.raises(IntegrationError) as caught:
                    read(table)
                assert caught.value.code == "table_unknown"

    def test_a_change_of_the_table_is_noticed(self, source: ServerSource, people: Database) -> None:
        source.read_schema()
        people.run("ALTER TABLE people DROP COLUMN note", "ALTER TABLE people ADD COLUMN more int")
        assert source.preview(PageRequest("people")).columns == ("id", "name", "age", "more")
        people.run("DROP TABLE people")
        with pytest.raises(IntegrationError) as caught:
            source.preview(PageRequest("people"))
        assert caught.value.code == "table_unknown"


@pytest.fixture
def many(server_database: Database) -> Database:
    """A table with 30,000 rows."""
    series = {
        "postgresql": "generate_series(1, 30000) AS n(i)",
        "mysql": "(SELECT seq AS i FROM seq_1_to_30000) AS n",
    }[server_database.server.kind]
    server_database.run(
        "CREATE TABLE many (i int PRIMARY KEY, t varchar(10))",
        f"INSERT INTO many SELECT i, 'row' FROM {series}",
    )
    return server_database


@pytest.mark.usefixtures("many")
class TestStream:
    def test_every_row_is_read_in_batches(self, source: ServerSource) -> None:
        batches = list(source.rows("many", 7_000))
        assert [len(batch) for batch in batches] == [7_000] * 4 + [2_000]
        assert sorted(row[0] for batch in batches for row in batch) == list(range(1, 30_001))

    def test_a_stream_sees_one_state_of_the_table(
        self, source: ServerSource, many: Database
    ) -> None:
        stream = source.rows("many", 1_000)
        next(stream)
        many.run("UPDATE many SET t = 'later'")
        assert {row[1] for batch in stream for row in batch} == {"row"}

    def test_a_stream_that_is_not_read_to_the_end_leaves_the_source_usable(
        self, source: ServerSource
    ) -> None:
        for _ in range(17):  # one more than a pool has connections
            stream = source.rows("many", 10)
            assert len(next(stream)) == 10
            stream.close()  # type: ignore[attr-defined]
        assert source.preview(PageRequest("many", limit=1)).rows == ((1, "row"),)
        assert sum(len(batch) for batch in source.rows("many")) == 30_000

    def test_pages_are_read_while_a_stream_is_open(self, source: ServerSource) -> None:
        stream = source.rows("many", 1_000)
        next(stream)
        assert source.preview(PageRequest("many", sort="i", descending=True, limit=1)).rows == (
            (30_000, "row"),
        )
        assert sum(len(batch) for batch in stream) == 29_000

    def test_a_query_that_takes_too_long_is_stopped(
        self, source: ServerSource, many: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nap = "pg_sleep(5)::text" if source.server.name == "postgresql" else "sleep(5)"
        many.run(f"CREATE VIEW slow AS SELECT i, {nap} AS nap FROM many WHERE i < 3")
        fresh_policies(monkeypatch, source={**PATIENT, "read_timeout_ms": 2000})
        with pytest.raises(IntegrationError) as caught:
            source.preview(PageRequest("slow"))
        found = classify(caught.value)
        assert (found.code, found.retryable) == ("query_timeout", False)
        assert "within 2 s" in found.message
        assert source.preview(PageRequest("many", limit=1)).total == 30_000
