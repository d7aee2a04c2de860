"""The last stage of a connection test reports what seems wrong with a table's shape; the file is read as it is.

The kind: rows that are not records (titles, group headers, units, totals) and records that count as the header. To
it belong delimiters at the ends of lines, which are not columns."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from proto_ddf.errors import describe
from proto_ddf.sources.files.csv.kind import CSV
from proto_ddf.sources.files.source import FilesSource
from tests.file_sources import failure, rows, types
from tests.stages import finding

MakeSource = Callable[..., FilesSource]


def seems_wrong(source: FilesSource) -> str:
    return finding(source, "check_shape")


def workbook(*lines: list[Any]) -> bytes:
    book, stream = Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"# report\nid,name\n1,a\n2,b\n", "line 1 looks like a title"),
        ("Bericht Übersicht\nid;größe\n1;5\n2;6\n".encode("cp1252"), "in line 2 (“id, größe”)"),
        (b"site,depth\n,m\n1,1.5\n2,2.5\n", "looks like units"),
        (b"1,Ida\n2,Max\n", "no header"),
        (b"region,n\nNorth,120\nSouth,90\nTotal,210\n", "the last row (“Total”)"),
        (b"item,n\na,$1\nb,$2.50\nTotal,$3.50\n", "the last row (“Total”)"),
        ("item;n\na;1.000,50 €\nb;2,5 €\nSumme;1.003,00 €\n".encode(), "the last row (“Summe”)"),
        (b"item,n\na,(5)\nb,6\nTotal,1\n", "the last row (“Total”)"),
        (b"item,n\na,40%\nb,60%\nTotal,100%\n", "the last row (“Total”)"),
        (b"item,n\na,1.5\nb,1.50\nTotal,3\n", "the last row (“Total”)"),
        (b"1,15.2\n2,13.1\n3,14\n", "no header"),
        (b"region,n\nNorth,120.5\nSouth,90\nAverage,105.25\n", "the last row (“Average”)"),
        (b"region,m,n\n" + b"North,a,1\n" * 60_000 + b"Total,,60000\n", "the last row (“Total”)"),
    ],
)
def test_what_seems_wrong_is_reported_and_nothing_is_left_out(
    csv_source: MakeSource, content: bytes, words: str
) -> None:
    source = csv_source(t=content)
    assert words in seems_wrong(source)
    lines = [line for line in content.splitlines() if line]
    assert len(rows(source)) == len(lines) - 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (workbook(["Title"], ["a", "b"], [1, 2], [3, 4]), "1 row further down (“a, b”)"),
        (workbook([], ["", "Title"], [], ["", "a", "b", "c"], ["", 1, 2, 3]), "(“a, b, c”)"),
        (workbook(["a", "b"], ["kg", "m"], [1, 2], [3, 4]), "looks like units"),
        (workbook([1, 2], [5, 4], [3, 6]), ""),
        (workbook(["a", "b"], ["x", 2], ["y", 4], ["Sum", 6]), "the last row (“Sum”)"),
    ],
)
def test_what_seems_wrong_with_a_sheet_is_reported(
    file_source: MakeSource, content: bytes, words: str
) -> None:
    assert words in seems_wrong(file_source("excel", "t.xlsx", content))


def test_the_table_concerned_is_named_if_there_are_several(csv_source: MakeSource) -> None:
    source = csv_source(good=b"a,b\n1,x\n", odd=b"a,b\nm,kg\n1,2\n3,4\n")
    assert seems_wrong(source).startswith("Check this: odd: the first row below")


@pytest.mark.parametrize(
    "content",
    [
        b"region,n\nNorth,120\nSouth,90\nTotal,33\n",
        b"brand,country,n\nShell,UK,1\nTotal,FR,2\n",
        b"brand,n\nShell,$1\nBP,$2\nTotal,$4\n",
        b"brand,n\nShell,A1\nBP,A2\nTotal,A3\n",
        b"a,b\n1,x\n2,y\n",
        b"a,b\n,\n,\n",
        b"name\nAnn\nBob\n",
    ],
)
def test_nothing_seems_wrong_with_ordinary_files(csv_source: MakeSource, content: bytes) -> None:
    assert seems_wrong(csv_source(t=content)) == "Nothing"


def test_nothing_seems_wrong_with_the_flights(home: Path, flights_files: dict[str, Path]) -> None:
    assert seems_wrong(FilesSource(CSV, list(flights_files.values()))) == "Nothing"


def test_a_title_explains_rows_of_different_length(csv_source: MakeSource) -> None:
    error = failure(csv_source(t=b"Sales, all regions\nregion,month,n\nNorth,2024-01,1\n"))
    assert error.code == "file_ragged_rows"
    assert "line 1 looks like a title" in describe(error)["message"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,name,qty\n1,bolt,5,\n2,nut,7,\n", [(1, "bolt", 5), (2, "nut", 7)]),
        ("id,name,qty\n1,bolt,5\n2,nut,7,,\n", [(1, "bolt", 5), (2, "nut", 7)]),
        ("id,name,qty,\n1,bolt,5,\n2,nut,7,\n", [(1, "bolt", 5), (2, "nut", 7)]),
        ("id,name,qty,\n1,bolt,5\n2,nut,7\n", [(1, "bolt", 5), (2, "nut", 7)]),
        ("id,name,qty,,\n1,bolt,5,,\n2,nut,7\n", [(1, "bolt", 5), (2, "nut", 7)]),
        ("id,name,,\n1,bolt,,\n2,nut,x,\n", [(1, "bolt", None), (2, "nut", "x")]),
        (",name,qty\n1,bolt,5\n2,nut,7\n", [(1, "bolt", 5), (2, "nut", 7)]),
    ],
)
def test_delimiters_at_the_ends_of_lines_are_no_columns(
    csv_source: MakeSource, delimiter: str, text: str, expected: list[tuple[Any, ...]]
) -> None:
    source = csv_source(t=text.replace(",", delimiter).encode())
    assert rows(source) == expected
    assert len(types(source)) == len(expected[0])


@pytest.mark.parametrize(
    "text",
    [
        "id,name,qty\n1,bolt,5\n2,nut\n",
        "id,name,qty\n1,bolt,5,x\n",
        "id,name,qty,\n1,bolt\n",
        "id,name,qty,\n1,bolt,5,,x\n",
    ],
)
def test_values_too_many_or_too_few_are_refused(csv_source: MakeSource, text: str) -> None:
    assert failure(csv_source(t=text.encode())).code == "file_ragged_rows"


def test_delimiters_at_the_ends_of_lines_in_a_zip_file(home: Path) -> None:
    path = home / "uploads" / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "n,\n1,\n2,\n")
    assert rows(FilesSource(CSV, [path])) == [(1,), (2,)]
