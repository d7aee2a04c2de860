import sqlite3

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf.errors.types import ValidationError
from proto_ddf.sources.preview import MAX_LIMIT, PreviewQuery, like_pattern, preview_query, quote
from proto_ddf.sources.protocol import PageRequest


def build(
    search: str = "", sort: str | None = None, offset: int = 0, limit: int = 5
) -> PreviewQuery:
    return preview_query(
        PageRequest("t", search, sort, descending=True, offset=offset, limit=limit),
        ["a", "b"],
        matches=lambda column: f"{column} LIKE ? ESCAPE '\\'",
        to_parameter=like_pattern,
        tie_break=["rowid"],
    )


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_a_quoted_name_is_that_name_in_both_databases(name: str) -> None:
    sql = f"SELECT 1 AS {quote(name)}"
    with sqlite3.connect(":memory:") as connection:
        assert connection.execute(sql).description[0][0] == name
    connection.close()
    assert duckdb.sql(sql).columns == [name]


@settings(deadline=None)
@given(st.text(), st.text())
def test_wildcards_in_a_search_stand_for_themselves(search: str, value: str) -> None:
    connection = duckdb.connect(":memory:")
    found = connection.execute(
        "SELECT ?::VARCHAR LIKE ? ESCAPE '\\'", [value, like_pattern(search)]
    ).fetchone()
    connection.close()
    assert found == (search in value,)


def test_values_are_bound_once_per_column() -> None:
    query = build(search=" 50%_ ", sort="a", offset=-3, limit=10**9)
    assert query.parameters == ["%50\\%\\_%"] * 2
    assert query.page_parameters == [*query.parameters, MAX_LIMIT, 0]
    assert "50" not in query.page
    assert query.page.count("?") == len(query.page_parameters)


def test_sorting_by_what_is_no_column_is_refused() -> None:
    with pytest.raises(ValidationError) as raised:
        build(sort="a; DROP TABLE t")
    assert (raised.value.code, raised.value.field) == ("field_unknown", "sort")
