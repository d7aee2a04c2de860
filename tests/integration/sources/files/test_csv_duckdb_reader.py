"""DuckDB's reading of CSV files compared with Python's: the result is the same, or DuckDB's is not used."""

import csv
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.generator.data.import_schema import converters
from proto_ddf.progress import NoProgress, current_progress
from proto_ddf.sources.files import cache, duckdb_session, typed_tables
from proto_ddf.sources.files.csv import csv_duckdb_reader, row_bytes
from proto_ddf.sources.files.duckdb_session import cache_folder
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.column_types import ChosenType
from proto_ddf.sources.schema.model import ColumnType

MakeSource = Callable[..., FilesSource]
Outcome = tuple[Any, ...]


class Stopped(BaseException):
    """The operation was cancelled."""


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of DuckDB's threads reads a few hundred bytes at a time, so that small files consist of many parts."""
    monkeypatch.setattr(csv_duckdb_reader, "_PARTS", "max_line_size = 200, buffer_size = 3200")
    monkeypatch.setattr(row_bytes, "_CHUNK", 7)


def read(source: FilesSource) -> Outcome:
    """The types and rows of the file, or the error."""
    (path,) = source.paths
    cache.forget(path)
    try:
        (table,) = source.read_schema().tables
    except ProtoDDFError as error:
        return error.code, {name: error.context.get(name) for name in ("line", "expected", "found")}
    kinds = [(each.name, each.db_type, each.nullable) for each in table.columns]
    rows = [row for batch in source.rows(table.name) for row in batch]
    assert len(rows) == table.row_count
    return kinds, rows


def both(source: FilesSource, monkeypatch: pytest.MonkeyPatch) -> tuple[Outcome, Outcome]:
    """The results of the fast reader (with the exact reader as its fallback) and of the exact reader alone."""
    first = read(source)
    with monkeypatch.context() as patched:
        patched.setattr(csv_duckdb_reader, "read", lambda *_: None)
        return first, read(source)


VALUES = st.one_of(
    st.sampled_from(["", "NA", "1", "-0", "007", "1.50", "2.5", "1e3", "true", "No", " 3 ", "2024-02-29"]),
    st.sampled_from(["31.12.2024", "03/04/2024", "13/04/2024", "2024-01-02 03:04:05.25", "24:00", "08:30:00"]),
    st.sampled_from(['"', '""', " ", ",", '" "', 'a"b', " x", "y ", "é", "\n", "\r\n", '"\n,', '",']),
    st.sampled_from(["1.250", "3,5", "1.250,75", "1,250", "1 250", "NO", "YES", "5/3/2024", "31/12/2024 09:30"]),
    st.integers(-(2**63), 2**64).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.floats().map(repr),
    st.dates().map(str),
    st.datetimes().map(str),
    st.times().map(str),
    st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cn", "Cs")), max_size=6),
)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Files of many rows made of few values: most are well-formed, some have an error inserted."""
    width = draw(st.integers(2, 4))
    kinds = [draw(st.lists(VALUES, min_size=1, max_size=4)) for _ in range(width)]
    chance = random.Random(draw(st.integers(0, 2**32)))
    delimiter = draw(st.sampled_from(",;\t|"))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    if draw(st.booleans()):
        writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow([f"column {at}" for at in range(width)])
    for _ in range(draw(st.sampled_from([1, 5, 60, 400]))):
        writer.writerow([chance.choice(values) for values in kinds])
    text = out.getvalue() + draw(st.sampled_from(["", end]))
    if draw(st.integers(0, 3)) == 0:
        at = chance.randrange(len(text))
        fault = draw(st.sampled_from(['"', ' "', '" ', "\n", "\r", delimiter, "x", "\n\n", '"" "']))
        text = text[:at] + fault + text[at:]
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig"])))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=files())
def test_both_readers_give_the_same(
    csv_source: MakeSource, small_parts: None, content: bytes
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fast, exact = both(csv_source(t=content), patch)
    assert fast == exact


def is_fast(source: FilesSource) -> bool:
    """Whether DuckDB read the file itself: then no raw copy of it was made."""
    source.read_schema()
    return not list(cache_folder().glob("*/*.parquet"))


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,x\n2,y\n",
        b"a,b\r\n1,x\r\n2,y",
        b"a;b\n1;x\n2;y\n\n\n",
        "\ufeffa\tb\n1\té\n".encode(),
        b'a|b\n1|"x|y"\n2|"say ""hi"""\n',
        b'"a","b"\n"1","x"\n',
    ],
)
def test_an_ordinary_file_is_read_by_duckdb(csv_source: MakeSource, content: bytes) -> None:
    assert is_fast(csv_source(t=content))


@pytest.mark.parametrize(
    "content",
    [
        b"a\n1\n",
        b"a,b\r1,x\r",
        b"a,b\n1,x\r\n2,y\n",
        b'a,b\n1, "x"\n',
        b'a,b\n1,"x\ny"\n',
        b"\na,b\n1,x\n",
        b'"a\nb",c\n1,x\n',
        b"sep=;\na;b\n1;x\n",
        b"a,b\n1,x\n\n2,y\n",
        "a,b\n1,ä\n".encode("latin-1"),
    ],
)
def test_a_doubtful_file_is_read_by_the_exact_reader(
    csv_source: MakeSource, content: bytes
) -> None:
    assert not is_fast(csv_source(t=content))


@pytest.mark.parametrize("parts", ['"x" "y"', '"x"   "y"', '"" ""', '"x"" " "y"'])
def test_quoted_parts_with_blanks_between_them_are_not_valid_csv(
    csv_source: MakeSource, parts: str
) -> None:
    with pytest.raises(ProtoDDFError) as raised:
        csv_source(t=f"a,b\n1,{parts}\n".encode()).read_schema()
    assert raised.value.code == "file_not_csv"


@pytest.mark.parametrize("moment", ["0044-03-15 (BC) 00:00:00", "10000-01-01 00:00:00", "infinity"])
def test_a_notation_that_only_duckdb_accepts_is_no_datetime(
    csv_source: MakeSource, moment: str
) -> None:
    source = csv_source(t=f"n,moment\n1,2024-01-02 03:04:05\n2,{moment}\n".encode())
    assert source.read_schema().tables[0].column("moment").type is ColumnType.TEXT


@pytest.mark.parametrize(
    ("values", "last", "kind"),
    [(["2.50"], "2.50", "decimal"), (["x"] * 19 + ["1.250"], "?", "text")],
)
def test_a_thousand_columns_are_typed(
    csv_source: MakeSource, values: list[str], last: str, kind: str
) -> None:
    """DuckDB's time for planning a statement grows with the square of the number of its parts, and it allows a
    nesting depth of a thousand at most. The last row of the second file fits no type: all rows of every twentieth
    column are checked for all formats that its other texts have."""
    header = ",".join(f"c{at}" for at in range(1_000))
    rows = [",".join(values * (1_000 // len(values)))] * 50 + [",".join([last] * 1_000)]
    source = csv_source(t="\n".join([header, *rows]).encode())
    assert is_fast(source)
    assert {each.type for each in source.read_schema().tables[0].columns} == {kind}


def test_a_type_that_is_decided_late_in_a_long_file_is_used_for_all_rows(
    csv_source: MakeSource,
) -> None:
    lines = [f"{at},{at}" for at in range(20_000)]
    source = csv_source(t="\n".join(["a,b", *lines, "1,2.5", "x,3"]).encode())
    assert is_fast(source)
    assert [each.type for each in source.read_schema().tables[0].columns] == [ColumnType.TEXT, ColumnType.FLOAT]  # fmt: skip


def test_rows_keep_the_order_of_a_file_that_is_read_in_parts(csv_source: MakeSource) -> None:
    source = csv_source(t=b"n,text\n" + b"".join(b"%d,row %d\n" % (n, n) for n in range(1_000_000)))
    assert is_fast(source)
    before = "SELECT n, lag(n) OVER () AS before FROM t"
    with source.connection() as connection:
        found = connection.execute(f"SELECT count(*) FROM ({before}) WHERE n <> before + 1")
        assert found.fetchone() == (0,)
    assert source.preview(PageRequest("t", offset=654_321, limit=2)).rows == ((654_321, "row 654321"), (654_322, "row 654322"))  # fmt: skip


def test_a_chosen_type_is_read_from_the_file_itself(csv_source: MakeSource) -> None:
    source = csv_source(
        t=b"n,code\n" + b"".join(b"%d,%03d\n" % (n, n) for n in range(3_000)) + b"1,x\n"
    )
    assert is_fast(source)
    chosen = FilesSource(source.file_format, source.paths, {"t": {"n": ChosenType.TEXT}})
    assert chosen.preview(PageRequest("t", offset=2_999, limit=2)).rows == (
        ("2999", "2999"),
        ("1", "x"),
    )
    wrong = FilesSource(source.file_format, source.paths, {"t": {"code": ChosenType.INTEGER}})
    with pytest.raises(ProtoDDFError) as raised:
        wrong.read_schema()
    assert (raised.value.code, raised.value.context["row"]) == ("value_not_of_type", 3_001)


def long_file(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("id,customer,ordered_on,price\n")
        for n in range(rows):
            day = f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}"
            file.write(f"{n},Customer number {n % 5_000} é,{day},{n % 1_000}.{n % 100:02}\n")


class Watching(NoProgress):
    """Records the reported progress, and stops when `enough` returns true."""

    def __init__(self, enough: Callable[[Sequence[str]], bool] = lambda _: False) -> None:
        self.messages: list[str] = []
        self.enough = enough

    def report(self, message: str) -> None:
        self.messages.append(message)

    def check_stop(self) -> None:
        if self.enough(self.messages):
            raise Stopped


def watched(watching: Watching, act: Callable[[], object]) -> None:
    def run() -> None:
        current_progress.set(watching)
        act()

    copy_context().run(run)


@pytest.fixture
def long_source(csv_source: MakeSource) -> Iterator[FilesSource]:
    source = csv_source(long=b"")
    long_file(source.paths[0], 600_000)
    yield source
    cache.forget(source.paths[0])


def test_reading_a_long_file_reports_progress_and_can_be_stopped(long_source: FilesSource) -> None:
    watching = Watching(lambda lines: any(line.startswith("Reading long.csv, ") for line in lines))
    with pytest.raises(Stopped):
        watched(watching, long_source.read_schema)
    assert watching.messages[-1].endswith(" %")
    assert not list(cache_folder().glob("*-*"))
    assert long_source.read_schema().tables[0].row_count == 600_000


def test_a_file_larger_than_the_memory_is_typed(
    long_source: FilesSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    with duckdb_session.cursor() as connection:
        connection.execute("SET GLOBAL memory_limit = '150MB'")
    table = long_source.read_schema().tables[0]
    assert [each.db_type for each in table.columns] == [
        "BIGINT",
        "VARCHAR",
        "DATE",
        "DECIMAL(15,2)",
    ]


IMPORT = r"""
import json, re, sys
from pathlib import Path
from proto_ddf.settings import get_settings
get_settings().prepare_home()
from proto_ddf.sources.connected.store import make_source
source = make_source("csv", {"paths": [sys.argv[1]]})
rows = source.read_schema().tables[0].row_count
read = sum(len(batch) for batch in source.rows("big"))
# Not getrusage: its maximum begins with that of the process that forked this one.
peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
print(json.dumps([rows, read, int(peak[1]) / 1024]))
"""


def test_a_million_rows_are_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    long_file(path, 1_500_000)
    assert path.stat().st_size > 65_000_000
    environment = os.environ | {
        "PROTO_DDF_HOME": str(tmp_path),
        "ALLOWED_FOLDERS": f'["{tmp_path}"]',
    }
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, str(path)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows, read_rows, megabytes = json.loads(done.stdout)
    assert (rows, read_rows) == (1_500_000, 1_500_000)
    assert megabytes < 500


def test_rows_for_an_app_are_as_python_would_store_them(csv_source: MakeSource) -> None:
    content = (
        "day,moment,clock,price,flag,text,n\n"
        "2024-02-29,2024-01-02 03:04:05.25,08:30:00.500000,1234567890123.45,yes,a,1\n"
        "0999-01-01,0999-01-02 03:04:05,08:30:00.000000,-0.05,no,,2\n"
        "NA,NA,NA,NA,NA,NA,NA\n"
        "9999-12-31,2024-01-02 03:04:05.000001,23:59:59.000001,0.10,yes,ü,3\n"
    )
    source = csv_source(t=content.encode())
    (table,) = source.read_schema().tables
    convert = converters(table)
    expected = [
        tuple(convert.get(at, lambda value: value)(value) for at, value in enumerate(row))
        for batch in source.rows("t")
        for row in batch
    ]
    assert {each.type for each in table.columns} >= {ColumnType.DATE, ColumnType.DATETIME, ColumnType.TIME, ColumnType.DECIMAL}  # fmt: skip
    assert [row for batch in source.plain_rows("t", 2) for row in batch] == expected


def test_no_space_for_the_copy_leaves_nothing(
    csv_source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(typed_tables, "_create", full)
    source = csv_source(t=b"a,b\n1,2\n")
    with pytest.raises(duckdb.IOException):
        source.read_schema()
    assert [path.name for path in cache_folder().iterdir() if path.name != "spill"] == []
