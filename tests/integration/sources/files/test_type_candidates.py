"""The types suggested for a text column, and the texts that keep it from having one.

Cases: texts in another format than the others (1.5 and 1.50, a mixture of dates), words that mean "no value" (-, n/a), values
that the type does not have (24:00), units below a header, and columns that can be read in two ways.
"""

import csv
import io
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.schema.model import TypeCandidate
from tests.file_sources import rows, types

BLANKS = "".join(chr(code) for code in range(0x3001) if unicodedata.category(chr(code)) == "Zs")
"""The characters that are ignored around a text: all spaces of Unicode, but no tabs and line ends."""
MISSING = {"NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None"}
MakeSource = Callable[..., FilesSource]


def candidates(source: FilesSource, column: str = "c") -> tuple[TypeCandidate, ...]:
    (table,) = source.read_schema().tables
    return table.column(column).type_candidates


def described(candidate: TypeCandidate) -> tuple[str, list[tuple[Any, ...]], tuple[str, ...]]:
    odd = [(each.text, each.count, each.row, each.value) for each in candidate.odd]
    return candidate.type.value, odd, candidate.empty


@pytest.mark.parametrize(
    ("values", "kind", "odd"),
    [
        (["1.50", "2.25", "3.10", "1.5", "4.00", "1.5"], "decimal", [("1.5", 2, 4, "1.50")]),
        (["5", "-", "7"], "integer", [("-", 1, 2, None)]),
        (["l/s", "20", "31"], "integer", [("l/s", 1, 1, None)]),
        (["1.9", "1.10", "1.1"], "float", [("1.10", 1, 2, "1.1")]),
        (["10", "10.50", "3", "7.25"], "float", [("10.50", 1, 2, "10.5")]),
        (["10", "10.50", "3", "-"], "decimal", [("-", 1, 4, None), ("10.50", 1, 2, "10.50")]),
        (["1.1234567890", "2.50", "3.25", "4.75"], "float", [("1.1234567890", 1, 1, "1.123456789")]),
        (["1", "2", "99999999999999999999"], "integer", [("99999999999999999999", 1, 3, None)]),
        (["2024-01-01", "0000-01-01"], "date", [("0000-01-01", 1, 2, None)]),
        (["1/2/2024", "13/2/2024", "1.1.0000"], "date_day_first", [("1.1.0000", 1, 3, None)]),
        (["2024-01-01 10:00:00", "2024-01-02 10:00:00", "0001-01-01T00:00:00+01:00", "9999-12-31T23:00:00-02:00"],
         "datetime", [("0001-01-01T00:00:00+01:00", 1, 3, None), ("9999-12-31T23:00:00-02:00", 1, 4, None)]),
        (["007", "12", "13"], "integer", [("007", 1, 1, "7")]),
        (["1.0", "2.5", "-0.0"], "float", [("-0.0", 1, 3, "-0.0")]),
        (["1.234,50", "n.v.", "980,00"], "number_comma", [("n.v.", 1, 2, None)]),
        (["1,234.50", "?", "980.00", "75.00"], "number_grouped", [("?", 1, 2, None)]),
        (["yes", "no", "Yes", "no"], "boolean", [("Yes", 1, 3, "true")]),
        (["2024-01-31", "soon", "2024-02-01"], "date", [("soon", 1, 2, None)]),
        (["31/12/2024", "31.12.2024", "01/02/2024"], "date_day_first", [("31.12.2024", 1, 2, "2024-12-31")]),
        (["12/31/2024 10:00", "x", "01/02/2024 11:30"], "datetime_month_first", [("x", 1, 2, None)]),
        (["08:00", "24:00", "09:00"], "time", [("24:00", 1, 2, None)]),
        (["2024-07-01T10:00:00+02:00", "2024-07-02T10:00:00+02:00", "2024-12-01T10:00:00+01:00"],
         "datetime", [("2024-12-01T10:00:00+01:00", 1, 3, "2024-12-01 09:00:00")]),
    ],
)  # fmt: skip
def test_texts_that_do_not_fit_a_type_are_listed_and_the_type_can_be_chosen(
    file_source: MakeSource, values: list[str], kind: str, odd: list[tuple[Any, ...]]
) -> None:
    content = "n,c\n" + "".join(f'x,"{value}"\n' for value in values)
    source = file_source("csv", "t.csv", content)
    assert types(source)["c"] == "text"
    (candidate,) = candidates(source)
    assert described(candidate)[:2] == (kind, odd)
    assert candidate.empty == tuple(text for text, _, _, value in odd if value is None)
    chosen = FilesSource(
        source.file_format,
        source.paths,
        {"t": {"c": candidate.type}},
        {"t": {"c": list(candidate.empty)}},
    )
    assert types(chosen)["c"] != "text"
    read = [row[1] for row in rows(chosen)]
    assert [value is None for value in read] == [text in candidate.empty for text in values]
    assert candidates(chosen) == ()


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        (["03/04/2024", "05/06/2024"], {"date_day_first", "date_month_first"}),
        (["03-04-2024 10:00", "05-06-2024 10:00"], {"datetime_day_first", "datetime_month_first"}),
        (["1.250", "3.750"], {"decimal", "number_comma"}),
        (["12,345", "67,890"], {"number_comma", "number_grouped"}),
    ],
)
def test_a_column_that_can_be_read_in_two_ways_has_both_candidates(
    file_source: MakeSource, values: list[str], kinds: set[str]
) -> None:
    source = file_source("csv", "t.csv", "n,c\n" + "".join(f'x,"{value}"\n' for value in values))
    assert {candidate.type.value for candidate in candidates(source)} == kinds
    for candidate in candidates(source):
        assert (candidate.odd, candidate.empty) == ((), ())
        chosen = FilesSource(source.file_format, source.paths, {"t": {"c": candidate.type}})
        assert None not in [row[1] for row in rows(chosen)]


@pytest.mark.parametrize(
    "values",
    [
        ["Ann", "Bob", "1"],
        ["NO", "NO"],
        ["A1", "B2"],
        ["", ""],
        ["NA", "n/a"],
        ["1", *(f"word {n}" for n in range(25)), *map(str, range(40))],
        ["x" * 100],
    ],
)
def test_texts_have_no_candidates(file_source: MakeSource, values: list[str]) -> None:
    content = "n,c\n" + "".join(f'x,"{value}"\n' for value in values)
    assert candidates(file_source("csv", "t.csv", content)) == ()


def test_many_texts_that_can_be_read_are_counted(file_source: MakeSource) -> None:
    """They are counted beyond the sample too; texts that would become empty are listed first."""
    texts = [*(f"{n}.25" for n in range(9_000)), *(f"{n}.5" for n in range(50)), "-", "-"]
    source = file_source("csv", "t.csv", "n,c\n" + "".join(f"x,{text}\n" for text in texts))
    (candidate,) = candidates(source)
    assert (candidate.type, candidate.odd_count, candidate.empty) == ("decimal", 51, ("-",))
    assert described(candidate)[1][:2] == [("-", 2, 9_051, None), ("0.5", 1, 9_001, "0.50")]
    assert len(candidate.odd) == 8


def test_a_workbook_and_json_have_candidates_too(file_source: MakeSource) -> None:
    workbook, stream = Workbook(), io.BytesIO()
    for line in (["site", "c"], ["north", 3.5], [], ["south", "n/a"], ["east", 4]):
        workbook.active.append(line)
    workbook.save(stream)
    (candidate,) = candidates(file_source("excel", "t.xlsx", stream.getvalue()))
    assert described(candidate) == ("float", [("n/a", 1, 4, None)], ("n/a",))
    (candidate,) = candidates(file_source("json", "t.json", '[{"c": 3.5}, {"c": "n/a"}, {"c": 4}]'))
    assert described(candidate) == ("float", [("n/a", 1, 2, None)], ("n/a",))
    (candidate,) = candidates(file_source("json", "t.json", '[{"c": "2024-01-31"}, {"c": "?"}]'))
    assert described(candidate) == ("date", [("?", 1, 2, None)], ("?",))


ANY_TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cn", "Cs")), min_size=1, max_size=8
).filter(lambda text: text.strip())  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(odd=st.lists(ANY_TEXT, min_size=1, max_size=4))
def test_a_candidate_says_what_becomes_of_each_text_that_does_not_fit(
    file_source: MakeSource, odd: list[str]
) -> None:
    """This holds for texts with quotes, line ends and pattern characters too: each becomes what the candidate says,
    and the others keep their values."""
    texts = [*odd, *(str(n) for n in range(10))]
    content = io.StringIO(newline="")
    csv.writer(content).writerows([("n", "c"), *(("x", text) for text in texts)])
    source = file_source("csv", "t.csv", content.getvalue())
    for candidate in candidates(source):
        chosen = FilesSource(
            source.file_format,
            source.paths,
            {"t": {"c": candidate.type}},
            {"t": {"c": list(candidate.empty)}},
        )
        found = dict(zip(texts, (row[1] for row in rows(chosen)), strict=True))
        told_of = {each.text: each.value for each in candidate.odd}
        for text, value in found.items():
            if text.strip(BLANKS) in told_of:
                assert (None if value is None else str(value)) == told_of[text.strip(BLANKS)]
            else:
                assert str(value) == text.strip(BLANKS) or text.strip(BLANKS) in MISSING
