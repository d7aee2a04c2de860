import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest

from proto_ddf.errors import classify
from proto_ddf.errors.types import IntegrationError, ValidationError
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.policies import fresh_policies

MakeSource = Callable[[str], SqliteSource]
PEOPLE = """
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, born DATE, paid DECIMAL(10, 2), active BOOLEAN);
INSERT INTO people VALUES
    (1, 'Ann 50%', '1990-02-01', 12.5, 1),
    (2, 'bob', NULL, 3, 0),
    (3, NULL, '1980-01-01', NULL, NULL),
    (4, 'Ärger_x', 'soon', '', 'maybe');
"""


@pytest.fixture
def people(sqlite_source: MakeSource) -> SqliteSource:
    return sqlite_source(PEOPLE)


def ids(source: SqliteSource, **options: object) -> list[int]:
    return [row[0] for row in source.preview(PageRequest("people", **options)).rows]  # type: ignore[arg-type]


def test_values_have_the_type_of_their_column_if_they_fit_and_stay_as_they_are_if_not(
    people: SqliteSource,
) -> None:
    assert people.preview(PageRequest("people")).rows == (
        (1, "Ann 50%", date(1990, 2, 1), Decimal("12.50"), True),
        (2, "bob", None, Decimal("3.00"), False),
        (3, None, date(1980, 1, 1), None, None),
        (4, "Ärger_x", "soon", "", "maybe"),
    )


def test_nulls_are_last_in_both_directions(people: SqliteSource) -> None:
    assert ids(people, sort="name") == [1, 2, 4, 3]
    assert ids(people, sort="name", descending=True) == [4, 2, 1, 3]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("BOB", [2]),
        ("50%", [1]),
        ("%", [1]),
        ("r_x", [4]),
        ("n_5", []),
        ("ärger", [4]),
        ("ÄRGER", [4]),
        ("1980", [3]),
        ("  bob ", [2]),
        ("", [1, 2, 3, 4]),
        ("' OR 1=1 --", []),
    ],
)
def test_a_search_covers_every_column(
    people: SqliteSource, search: str, expected: list[int]
) -> None:
    assert ids(people, search=search) == expected
    assert people.preview(PageRequest("people", search=search, limit=0)).total == len(expected)


def test_pages_follow_each_other(people: SqliteSource) -> None:
    pages = [
        people.preview(PageRequest("people", sort="active", offset=at, limit=2)) for at in (0, 2, 4)
    ]
    assert [page.total for page in pages] == [4, 4, 4]
    assert [len(page.rows) for page in pages] == [2, 2, 0]
    assert {row[0] for page in pages for row in page.rows} == {1, 2, 3, 4}


def test_rows_come_in_batches(people: SqliteSource) -> None:
    batches = list(people.rows("people", batch=3))
    assert [len(batch) for batch in batches] == [3, 1]
    assert (
        tuple(row for batch in batches for row in batch)
        == people.preview(PageRequest("people")).rows
    )


def test_blobs_stay_bytes_and_broken_text_is_shown(sqlite_source: MakeSource) -> None:
    source = sqlite_source(
        "CREATE TABLE t (b BLOB, s TEXT); INSERT INTO t VALUES (x'00ff', CAST(x'41ff42' AS TEXT))"
    )
    assert source.preview(PageRequest("t")).rows == ((b"\x00\xff", "A\ufffdB"),)
    assert source.preview(PageRequest("t", search="a")).total == 1
    assert source.preview(PageRequest("t", search="ä")).total == 0


def test_tables_and_columns_that_are_not_there_are_refused(people: SqliteSource) -> None:
    with pytest.raises(IntegrationError) as missing:
        people.preview(PageRequest("nobody"))
    assert (missing.value.code, missing.value.context["table"]) == ("table_unknown", "nobody")
    with pytest.raises(IntegrationError) as iterated:
        list(people.rows("nobody"))
    assert iterated.value.code == "table_unknown"
    with pytest.raises(ValidationError) as unknown:
        people.preview(PageRequest("people", sort="nothing"))
    assert (unknown.value.code, unknown.value.field) == ("field_unknown", "sort")


def test_many_threads_may_read_at_once(people: SqliteSource) -> None:
    with ThreadPoolExecutor(8) as pool:
        pages = list(
            pool.map(lambda _: people.preview(PageRequest("people", search="bob")), range(40))
        )
    assert {page.total for page in pages} == {1}


def test_rows_that_are_not_read_to_the_end_leave_no_lock(people: SqliteSource) -> None:
    rows = people.rows("people", batch=1)
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    with sqlite3.connect(people.path, timeout=0) as writer:
        writer.execute("DELETE FROM people")
    writer.close()


ENDLESS = """
CREATE TABLE t (x INTEGER PRIMARY KEY);
INSERT INTO t VALUES (1);
CREATE VIEW more AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n;
CREATE VIEW never AS SELECT x, x || '' AS word FROM more WHERE x < 0;
"""
"""Two views without an end: one returns more and more rows, the other never finds its first row."""


@pytest.fixture
def endless(sqlite_source: MakeSource, monkeypatch: pytest.MonkeyPatch) -> SqliteSource:
    fresh_policies(monkeypatch, source={"read_timeout_ms": 200})
    monkeypatch.setattr("proto_ddf.sources.sqlite.source._SECONDS_TO_COUNT", 0.1)
    monkeypatch.setattr("proto_ddf.sources.sqlite.catalogue._SECONDS_FOR_VIEW", 0.1)
    return sqlite_source(ENDLESS)


def test_a_view_without_an_end_is_not_counted_to_the_end(endless: SqliteSource) -> None:
    tables = {table.name: table for table in endless.read_schema().tables}
    assert list(tables) == ["t", "more", "never"]
    assert [each.row_count_estimated for each in tables.values()] == [False, True, True]
    assert [each.row_count for each in tables.values()] == [1, 0, 0]


def test_a_page_that_takes_too_long_is_stopped(endless: SqliteSource) -> None:
    assert endless.preview(PageRequest("t")).rows == ((1,),)
    page = endless.preview(PageRequest("more", limit=2, offset=3))
    assert (page.rows, page.total, page.at_least) == (((4,), (5,)), 5, True)
    for table, options in (("never", {}), ("more", {"search": "x"}), ("more", {"search": "ä"})):
        with pytest.raises(IntegrationError) as raised:
            endless.preview(PageRequest(table, **options))  # type: ignore[arg-type]
        classified = classify(raised.value)
        assert (classified.code, classified.retryable) == ("query_timeout", False)
        assert "source.db did not answer the query within 0.2 s" in classified.message


def test_rows_are_read_while_they_come_and_the_wait_for_the_next_has_a_limit(
    endless: SqliteSource,
) -> None:
    rows = endless.rows("more", 3)
    assert [next(rows), next(rows)] == [[(1,), (2,), (3,)], [(4,), (5,), (6,)]]
    rows.close()  # type: ignore[attr-defined]
    with pytest.raises(IntegrationError) as raised:
        list(endless.rows("never"))
    assert raised.value.code == "query_timeout"
