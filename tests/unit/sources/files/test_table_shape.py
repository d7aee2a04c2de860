"""What seems wrong about a table's shape is told on evidence, and ordinary tables stay silent."""

import csv
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.sources.files.csv.title_lines import lines_above_header
from proto_ddf.sources.files.shape.table_shape import shape_warnings, total_row_warning


def told(text: str) -> str:
    names, *rows = list(csv.reader(text.splitlines()))
    return "; ".join(shape_warnings(names, rows))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("site,depth,flow\n,m,l/s\nA,1.5,20\nB,2.5,31", "(“m, l/s”) looks like units"),
        ("site,depth\n,[m]\nA,1.5\nB,2.5", "looks like units"),
        ("day,temp\nYYYY-MM-DD,°C\n2024-01-01,1\n2024-01-02,2", "looks like units"),
        ("id,name,qty\nINT,TEXT,INT\n1,bolt,5\n2,nut,6", "units or a second header"),
        ("id,amount\nNo.,EUR\n1,\"1.234,50\"\n2,\"3,00\"", "looks like units"),
        ("1,Ida,2024-03-01,7.5\n2,Max,2024-03-02,8", "seems to have no header"),
        ("1,15.2\n2,13.1\n3,14", "seems to have no header"),
        ("1,25,Ann\n2,31,Bob\n3,28,Cy", "seems to have no header"),
        ("3,7,12\n1,2,3\n5,6,9", "seems to have no header"),
        ("5\n7\n9", "seems to have no header"),
        ("Ann,30.5,Berlin\nBob,41,Rom", "seems to have no header"),
        ("2024-01-01 10:00,x\n2024-01-02 11:00,y", "seems to have no header"),
        ("North,open,a\nSouth,open,b\nNorth,closed,c", "seems to have no header"),
        ("id,name\n1,a\nid,name\n2,b", "is repeated among the rows"),
        ("Sales,,\nregion,month,total\nN,2024-01,120\nS,2024-02,90", "1 row further down (“region, month, total”)"),
        ("Sales,,\n,,\nregion,month,total\nN,2024-01,120", "2 rows further down"),
        ("Child,,Hours,\nFirst,Group,Mon,Tue\nIda,Owls,3,4.5", "1 row further down"),
    ],
)  # fmt: skip
def test_what_seems_wrong_is_reported(text: str, words: str) -> None:
    assert words in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "id,name\n1,a\n2,b\n3,c",
        "country,2019,2020\nA,1,2\nB,3,4\nC,5,6",
        "country,2019\nA,1\nB,3\nC,4",
        "time,0.5,1.0,1.5\n1,2,3,4\n2,3,4,5\n3,4,5,6",
        "name,1,2,3\nx,4,5,6\ny,7,8,9",
        "0,1,2\n4,5,6\n7,8,9",
        "0,1\n4.5,5\n7,8",
        "10,20,30\n4,5,6\n7,8,9",
        "group,0%,25%,50%,100%\nA,1,2,3,4\nB,2,3,4,5",
        "site,2.5%,97.5%\nA,1,2\nB,2,3",
        "item,2024-01-01,2024-02-01\nx,4,5\ny,7,8",
        ",a,b\n0,x,1\n1,y,2\n2,z,3",
        "site,depth\nA,unknown\nB,2.5\nC,3",
        "site,depth\nA,n/a\nB,2.5\nC,3",
        "site,depth\nA,broken\nB,2.5\nC,3",
        "site,depth\n,\nB,2.5\nC,3",
        "name,city\nAnn,Rom\nBob,Bern",
        "country,member\nNO,yes\nDE,no\nNO,no",
        "a,b,c\n,,\n,,\n1,2,3",
        "key,value\nhost,example\nport,80\nname,x",
        "name\nDoe\nRoe",
        "word,word_2\nname,x\nb,y",
        "code\nm\ng\ns",
        "size,n\nm,1\nl,2\ns,3",
    ],
)
def test_ordinary_tables_are_silent(text: str) -> None:
    assert told(text) == ""


COLUMNS = st.sampled_from(["number", "decimal", "date", "word", "empty", "mixed"])


@given(st.lists(COLUMNS, min_size=1, max_size=5), st.integers(3, 12))
def test_tables_with_words_for_names_and_columns_of_one_sort_are_silent(
    kinds: list[str], rows: int
) -> None:
    """The header's words are none of the values, and the first row is as all others."""

    def value(kind: str, at: int) -> str:
        return {
            "number": str(at * 7 % 11),
            "decimal": f"{at * 1.5:.2f}",
            "date": (date(2024, 1, 1) + timedelta(at)).isoformat(),
            "word": f"word {at % 3}",
            "empty": "",
            "mixed": ["7", "seven", ""][at % 3],
        }[kind]

    names = [f"{kind} column {at}" for at, kind in enumerate(kinds)]
    assert shape_warnings(names, [[value(kind, at) for kind in kinds] for at in range(rows)]) == []


@pytest.mark.parametrize(
    ("last", "sums_match", "gaps", "expected"),
    [
        (["Total", "", "210"], False, True, True),
        (["Total", "210"], True, False, True),
        (["", "Total", "210"], True, False, True),
        (["Grand total", "210"], False, False, True),
        (["Total:", "210"], False, False, True),
        (["Gesamtsumme", "210"], False, False, True),
        (["Summe", "210"], True, False, True),
        (["Итого", "210"], True, False, True),
        (["合計", "210"], True, False, True),
        (["7", "Average", "3"], True, False, True),
        (["Total", "210"], False, False, False),
        (["Totally", "210"], True, True, False),
        (["Total Energies", "", "210"], True, True, False),
        (["North", "", "210"], True, True, False),
        (["", "", ""], True, True, False),
    ],
)
def test_a_total_needs_its_word_and_evidence(
    last: list[str], sums_match: bool, gaps: bool, expected: bool
) -> None:
    assert bool(total_row_warning(last, sums_match=sums_match, gaps=gaps)) is expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# made by x\na,b,c\n1,2,3\n4,5,6\n", "line 1 looks like a title (“# made by x”), and the header seems to be in line 2 (“a, b, c”)"),
        ("Sales\n\n\nregion,n\nNorth,1\nSouth,2\n", "lines 1 to 3 look like a title (“Sales”), and the header seems to be in line 4"),
        ("Sales, all\nregion,month,n\nNorth,2024-01,1\n", "header seems to be in line 2"),
        ("Export 2024\nid;name;qty\n1;bolt;5\n2;nut;7\n", "header seems to be in line 2 (“id, name, qty”)"),
        ("Report\tx\nid\tname\tqty\n1\tbolt\t5\n2\tnut\t7\n", "in line 2"),
        ("Two\nlines\nid|n\n1|2\n3|4\n", "lines 1 to 2"),
        ("# words alone\nname,city\nAnn,Rom\nBob,Bern\n", "in line 2 (“name, city”)"),
    ],
)  # fmt: skip
def test_lines_above_a_header_are_reported(text: str, words: str) -> None:
    assert words in (lines_above_header(text) or "")


def test_the_line_that_names_the_delimiter_is_no_title() -> None:
    assert lines_above_header("sep=;\na;b;c\n1;2;3\n4;5;6\n", skip=1) is None
    found = lines_above_header("sep=;\nReport\na;b;c\n1;2;3\n4;5;6\n", skip=1) or ""
    assert found.startswith("line 2 looks like a title")
    assert "header seems to be in line 3" in found


@pytest.mark.parametrize(
    "text",
    [
        "name\nAnn\nBob\n",
        "name\nDoe, John\nRoe, Jane\n",
        "name\n\nDoe, 5\nRoe, 6\n",
        "note\nHello, world 5\nBye, all 7\nNo commas\n",
        "a,b,c\n1,2,3\n4,5,6\n",
        "a,b\n1,2,3\n4,5,6\n",
        "id,name,\n1,x,\n2,y,\n",
        "id,name\n1,x,\n2,y,\n",
        'text\n"a, b"\n"c, d"\n',
        "url\nhttp://a;b\nhttp://c;d\n",
        "a;b\n1,5;2,5\n3,5;4,5\n",
        "",
        "a\n",
    ],
)
def test_files_without_lines_above_their_header_are_silent(text: str) -> None:
    assert lines_above_header(text) is None
