import csv
import io
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.errors.types import IntegrationError, ValidationError
from proto_ddf.sources.files import cache
from proto_ddf.sources.files.csv.csv_encoding import recognise
from proto_ddf.sources.files.csv.kind import CSV
from proto_ddf.sources.files.duckdb_session import cache_folder
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.model import ColumnType

MakeSource = Callable[..., FilesSource]


def column(source: FilesSource, values: list[str]) -> tuple[str, bool, list[Any]]:
    """The type, nullability and values of a column of a file that also has a column of numbers."""
    path = source.paths[0]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("n", "c"), *enumerate(values)])
    table = source.read_schema().tables[0]
    found = table.column("c")
    return (
        found.type.value,
        found.nullable,
        [row[1] for batch in source.rows(table.name) for row in batch],
    )


@pytest.mark.parametrize(
    ("values", "kind", "typed"),
    [
        (["1", " 2 ", "-3"], "integer", [1, 2, -3]),
        (["9223372036854775807"], "integer", [2**63 - 1]),
        (["9223372036854775808", "1"], "text", ["9223372036854775808", "1"]),
        (["007", "1"], "text", ["007", "1"]),
        (["+4930123", "5"], "text", ["+4930123", "5"]),
        (["1.50", "20.00"], "decimal", [Decimal("1.50"), Decimal("20.00")]),
        (["1.5", "2", "0.5"], "float", [1.5, 2.0, 0.5]),
        (["12345678901234567890.5"], "text", ["12345678901234567890.5"]),
        (["1e999", "1"], "text", ["1e999", "1"]),
        (["yes", "no", "yes"], "boolean", [True, False, True]),
        (["0", "1"], "integer", [0, 1]),
        (["2024-02-29", "1850-01-01"], "date", [date(2024, 2, 29), date(1850, 1, 1)]),
        (["2023-02-29"], "text", ["2023-02-29"]),
        (["31.12.2024"], "date", [date(2024, 12, 31)]),
        (["31/12/2024", "01/02/2024"], "date", [date(2024, 12, 31), date(2024, 2, 1)]),
        (["12/31/2024", "01/02/2024"], "date", [date(2024, 12, 31), date(2024, 1, 2)]),
        (["03/04/2024"], "text", ["03/04/2024"]),
        (["2013-01-01T06:00:00Z"], "datetime", [datetime(2013, 1, 1, 6)]),
        (["2013-01-01 06:00:00+02:00"], "datetime", [datetime(2013, 1, 1, 4)]),
        (["2013-07-01T06:00:00.25-0430"], "datetime", [datetime(2013, 7, 1, 10, 30, 0, 250_000)]),
        (["2013-01-01 06:00", "2013-01-02 23:59"], "datetime", [datetime(2013, 1, 1, 6), datetime(2013, 1, 2, 23, 59)]),
        (["08:30:00", "23:59:59"], "time", [time(8, 30), time(23, 59, 59)]),
        (["25:00"], "text", ["25:00"]),
        (["a", "1", "2024-01-01"], "text", ["a", "1", "2024-01-01"]),
    ],
)  # fmt: skip
def test_types_are_detected(
    csv_source: MakeSource, values: list[str], kind: str, typed: list[Any]
) -> None:
    assert column(csv_source(t=b"x\n"), values) == (kind, False, typed)


@pytest.mark.parametrize("missing", ["", "NA", "N/A", "NaN", "NULL"])
def test_missing_values_are_null_in_columns_that_are_not_text(
    csv_source: MakeSource, missing: str
) -> None:
    source = csv_source(t=b"x\n")
    assert column(source, ["1", missing]) == ("integer", True, [1, None])
    assert column(source, [missing, "2024-01-01"]) == ("date", True, [None, date(2024, 1, 1)])
    assert column(source, [missing, "true"]) == ("boolean", True, [None, True])


def test_in_text_only_nothing_is_null(csv_source: MakeSource) -> None:
    values = ["NA", "DE", "", "null"]
    assert column(csv_source(t=b"x\n"), values) == ("text", True, ["NA", "DE", None, "null"])
    assert column(csv_source(t=b"x\n"), ["", ""]) == ("text", True, [None, None])


@pytest.mark.parametrize(
    ("early", "late", "kind"),
    [
        ("7", "seven", "text"),
        ("7", "7.5", "float"),
        ("", "2024-01-01", "date"),
        ("7", "2024-01-01", "text"),
    ],
)
def test_a_type_is_checked_in_all_rows_not_in_a_sample(
    csv_source: MakeSource, early: str, late: str, kind: str
) -> None:
    found, _, values = column(csv_source(t=b"x\n"), [early] * 20_000 + [late])
    assert found == kind
    assert len(values) == 20_001


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_encodings_and_line_ends(
    csv_source: MakeSource, delimiter: str, encoding: str, line_end: str
) -> None:
    lines = ("größe{0}stück", "ä{0}1", '"x{0}y"{0}2', "")
    text = line_end.join(line.format(delimiter) for line in lines)
    page = csv_source(t=text.encode(encoding)).preview(PageRequest("t"))
    assert page.columns == ("größe", "stück")
    assert page.rows == (("ä", 1), (f"x{delimiter}y", 2))


def test_latin_1_is_recognised_late_in_a_file(csv_source: MakeSource) -> None:
    content = b"name,n\n" + b"plain ascii,1\n" * 200_000 + "Müller,2\n".encode("latin-1")
    source = csv_source(t=content)
    assert source.preview(PageRequest("t", search="müller")).rows == (("Müller", 2),)
    assert recognise(source.paths[0]).encoding == "cp1252"


def test_quoted_newlines_and_quotes_are_kept(csv_source: MakeSource) -> None:
    content = b'id,note\r\n1,"two\nlines"\r\n2,"he said ""hi"", twice"\r\n\r\n3,"a\r\nb"\r\n'
    assert csv_source(t=content).preview(PageRequest("t")).rows == (
        (1, "two\nlines"), (2, 'he said "hi", twice'), (3, "a\r\nb"),
    )  # fmt: skip


def test_a_delimiter_inside_quotes_does_not_count(csv_source: MakeSource) -> None:
    content = b'name;address\n"Ann";"a, b, c"\n"Bob";"d, e, f"\n'
    assert csv_source(t=content).preview(PageRequest("t")).columns == ("name", "address")


def test_a_line_that_names_the_separator_is_no_header(csv_source: MakeSource) -> None:
    page = csv_source(t=b"sep=;\r\na;b\r\n1;2,5\r\n").preview(PageRequest("t"))
    assert (page.columns, page.rows) == (("a", "b"), ((1, 2.5),))


def test_one_column_needs_no_delimiter(csv_source: MakeSource) -> None:
    page = csv_source(t=b"name\nAnn\n\nBob\n").preview(PageRequest("t"))
    assert (page.columns, page.rows) == (("name",), (("Ann",), ("Bob",)))


def test_headers_become_unique(csv_source: MakeSource) -> None:
    page = csv_source(t=b"id,,name,Name\n1,2,3,4\n").preview(PageRequest("t"))
    assert page.columns == ("id", "column_2", "name", "Name_2")


def test_files_of_one_name_become_two_tables(home: Path) -> None:
    paths = []
    for folder in ("a", "b"):
        path = home / "uploads" / folder / "My Data.csv"
        path.parent.mkdir()
        path.write_text(f"n\n{folder}\n")
        paths.append(path)
    source = FilesSource(CSV, paths)
    assert [table.name for table in source.read_schema().tables] == ["my_data", "my_data_2"]
    assert source.preview(PageRequest("my_data_2")).rows == (("b",),)


def test_a_zip_that_holds_one_csv_is_read_like_the_csv(home: Path) -> None:
    path = home / "uploads" / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/people.csv", "n,name\n1,Ann\n")
        archive.writestr("__MACOSX/._people.csv", "junk")
        archive.writestr("readme.md", "hello")
    assert FilesSource(CSV, [path]).preview(PageRequest("people")).rows == ((1, "Ann"),)


def test_search_sort_and_pages(csv_source: MakeSource) -> None:
    source = csv_source(t="id,name,n\n1,Ann,5\n2,ÄRGER_50%,\n3,bob,1\n4,,3\n".encode())
    ids = lambda **options: [row[0] for row in source.preview(PageRequest("t", **options)).rows]  # noqa: E731
    assert ids(sort="n") == [3, 4, 1, 2]
    assert ids(sort="n", descending=True) == [1, 4, 3, 2]
    assert ids(search="ärger") == ids(search="_50%") == [2]
    assert ids(search="_") == [2]
    assert ids(search="BOB") == [3]
    assert ids(offset=1, limit=2) == [2, 3]
    assert source.preview(PageRequest("t", search="n", limit=1)).total == 1


def test_pages_of_equal_values_do_not_overlap(csv_source: MakeSource) -> None:
    source = csv_source(t=b"id,same\n" + b"".join(b"%d,x\n" % n for n in range(5_000)))
    seen = [
        row[0] for at in range(0, 5_000, 1_000)
        for row in source.preview(PageRequest("t", sort="same", offset=at, limit=1_000)).rows
    ]  # fmt: skip
    assert seen == list(range(5_000))


def test_rows_keep_the_order_of_the_file(csv_source: MakeSource) -> None:
    source = csv_source(t=b"n\n" + b"".join(b"%d\n" % n for n in range(300_000)))
    batches = list(source.rows("t", batch=70_000))
    assert [len(batch) for batch in batches] == [70_000] * 4 + [20_000]
    assert [row[0] for batch in batches for row in batch] == list(range(300_000))


def test_unknown_tables_and_columns_are_refused(csv_source: MakeSource) -> None:
    source = csv_source(t=b"a\n1\n")
    with pytest.raises(IntegrationError) as missing:
        source.preview(PageRequest("u"))
    assert missing.value.code == "table_unknown"
    with pytest.raises(ValidationError) as unknown:
        source.preview(PageRequest("t", sort="b"))
    assert unknown.value.code == "field_unknown"


def test_types_are_detected_once_and_again_when_the_file_changes(
    csv_source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    read = cache._read_tables
    monkeypatch.setattr(
        cache,
        "_read_tables",
        lambda file_format, path, folder: (
            built.append(path.name),
            read(file_format, path, folder),
        ),
    )
    source = csv_source(t=b"a\n1\n")
    with ThreadPoolExecutor(8) as pool:
        totals = set(pool.map(lambda _: source.preview(PageRequest("t")).total, range(24)))
    assert (totals, built) == ({1}, ["t.csv"])
    csv_source(t=b"a\n1\n2\n")
    assert source.preview(PageRequest("t")).total == 2
    assert len(built) == 2
    assert len(list(cache_folder().glob("*-*"))) == 1


def test_a_file_that_failed_leaves_nothing_behind(csv_source: MakeSource) -> None:
    with pytest.raises(IntegrationError):
        csv_source(t=b"a,b\n1,2\n3\n").read_schema()
    assert [path.name for path in cache_folder().iterdir() if path.name != "spill"] == []


def test_a_large_field_is_read(csv_source: MakeSource) -> None:
    long = "x" * 3_000_000
    assert csv_source(t=f"a,b\n1,{long}\n".encode()).preview(PageRequest("t")).rows == ((1, long),)


# No NUL (a file with one is binary) and no noncharacters (Unicode excludes them from interchange).
TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cn", "Cs")), max_size=12
)  # fmt: skip


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_text_is_read_as_it_was_written(
    csv_source: MakeSource, rows: list[tuple[str, str]], delimiter: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    # A word in each column makes both columns text and the delimiter certain.
    writer.writerows([("first", "second"), ("word", "word"), *rows])
    source = csv_source(t=text.getvalue().encode("utf-8"))
    assert [found.type for found in source.read_schema().tables[0].columns] == [ColumnType.TEXT] * 2
    expected = [tuple(value or None for value in row) for row in rows]
    assert [row for batch in source.rows("t") for row in batch][1:] == expected


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(TEXT, min_size=2, max_size=6))
def test_any_column_names_work(csv_source: MakeSource, header: list[str]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([header, ["v%_"] * len(header)])
    source = csv_source(t=text.getvalue().encode("utf-8"))
    columns = [found.name for found in source.read_schema().tables[0].columns]
    assert len(columns) == len(header)
    page = source.preview(PageRequest("t", search="V%", sort=columns[-1]))
    assert page.rows == (("v%_",) * len(header),)
