"""Types that a person chose for columns of files."""

import io
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from proto_ddf.errors import describe
from proto_ddf.sources.files import cache
from proto_ddf.sources.files.source import FilesSource
from tests.file_sources import failure, rows, types

MakeSource = Callable[..., FilesSource]


@pytest.mark.parametrize(
    ("values", "chosen", "kind", "typed"),
    [
        (["1", "2"], "text", "text", ["1", "2"]),
        (["01.02.2024"], "text", "text", ["01.02.2024"]),
        (["NA", "1"], "text", "text", ["NA", "1"]),
        (["007", "+5", "-3.0", "NA"], "integer", "integer", [7, 5, -3, None]),
        (["1", "2.125", "007.5"], "decimal", "decimal", [Decimal("1.000"), Decimal("2.125"), Decimal("7.500")]),
        (["1", "2"], "float", "float", [1.0, 2.0]),
        (["1", "0", "Y", "n", ""], "boolean", "boolean", [True, False, True, False, None]),
        (["2024-01-02 00:00", "03.04.2024", "2024/5/6"], "date", "date", [date(2024, 1, 2), date(2024, 4, 3), date(2024, 5, 6)]),
        (["03/04/2024"], "date_day_first", "date", [date(2024, 4, 3)]),
        (["03/04/2024"], "date_month_first", "date", [date(2024, 3, 4)]),
        (["31-12-2024", "1.2.2024"], "date_day_first", "date", [date(2024, 12, 31), date(2024, 2, 1)]),
        (["1.234,5", "0,25", "7", "1 000"], "number_comma", "decimal", [Decimal("1234.50"), Decimal("0.25"), Decimal("7.00"), Decimal("1000.00")]),
        (["1.250", "3.750"], "number_comma", "decimal", [Decimal(1250), Decimal(3750)]),
        (["1.250", "3.750"], "decimal", "decimal", [Decimal("1.250"), Decimal("3.750")]),
        (["1,234.5", "0.25", "1'000"], "number_grouped", "decimal", [Decimal("1234.50"), Decimal("0.25"), Decimal("1000.00")]),
        (["31/12/2024 9:30", "1.2.2024"], "datetime_day_first", "datetime", [datetime(2024, 12, 31, 9, 30), datetime(2024, 2, 1)]),
        (["12/31/2024 9:30 PM", "1/2/2024"], "datetime_month_first", "datetime", [datetime(2024, 12, 31, 21, 30), datetime(2024, 1, 2)]),
        (["2024-01-02", "2024-01-02T03:04:05Z"], "datetime", "datetime", [datetime(2024, 1, 2), datetime(2024, 1, 2, 3, 4, 5)]),
        (["08:30"], "time", "time", [time(8, 30)]),
    ],
)  # fmt: skip
def test_a_chosen_type_is_used(
    file_source: MakeSource, values: list[str], chosen: str, kind: str, typed: list[Any]
) -> None:
    content = "n,c\n" + "".join(f'{n},"{value}"\n' for n, value in enumerate(values))
    source = file_source("csv", "t.csv", content, types={"t": {"c": chosen}})
    assert types(source) == {"n": "integer", "c": kind}
    assert rows(source) == list(enumerate(typed))


@pytest.mark.parametrize(
    ("values", "chosen", "row"),
    [
        (["1", "x"], "integer", 2),
        (["1.5"], "integer", 1),
        (["9223372036854775808"], "integer", 1),
        (["1", "two"], "decimal", 2),
        (["12345678901234567.891"], "decimal", 1),
        (["1e999"], "float", 1),
        (["1,5", "1.5"], "number_comma", 2),
        (["1,234", "1,5"], "number_grouped", 2),
        (["true", "maybe"], "boolean", 2),
        (["2023-02-29"], "date", 1),
        (["03/04/2024"], "date", 1),
        (["2024-01-02 10:00"], "date", 1),
        (["31/12/2024", "12/31/2024"], "date_day_first", 2),
        (["31/12/2024"], "date_month_first", 1),
        (["noon"], "datetime", 1),
        (["25:00"], "time", 1),
    ],
)
def test_a_value_that_does_not_fit_is_reported_with_its_place(
    file_source: MakeSource, values: list[str], chosen: str, row: int
) -> None:
    content = "n,c\n" + "".join(f'{n},"{value}"\n' for n, value in enumerate(values))
    error = failure(file_source("csv", "t.csv", content, types={"t": {"c": chosen}}))
    assert error.code == "value_not_of_type"
    message = describe(error)["message"]
    for part in ("“t”", "“c”", f"row {row}", f"“{values[row - 1]}”"):
        assert part in message


def test_rows_of_a_sheet_are_numbered_as_in_the_sheet(file_source: MakeSource) -> None:
    workbook = Workbook()
    for line in ([], ["n"], ["1"], [], ["x"]):
        workbook.active.append(line)
    stream = io.BytesIO()
    workbook.save(stream)
    error = failure(
        file_source("excel", "t.xlsx", stream.getvalue(), types={"t": {"n": "integer"}})
    )
    assert (error.code, error.context["row"]) == ("value_not_of_type", 5)


def test_chosen_types_are_used_for_every_kind_of_file(file_source: MakeSource) -> None:
    source = file_source("json", "t.json", '[{"a": 7, "b": "12.50"}]', types={"t": {"a": "text", "b": "decimal"}})  # fmt: skip
    assert rows(source) == [("7", Decimal("12.50"))]
    nested = file_source("json", "t.json", '[{"a": {"k": 1}}]', types={"t": {"a": "text"}})
    assert (types(nested), rows(nested)) == ({"a": "text"}, [('{"k":1}',)])


def test_a_choice_for_a_missing_column_is_ignored(file_source: MakeSource) -> None:
    chosen = {"t": {"gone": "integer"}, "u": {"a": "date"}}
    assert types(file_source("csv", "t.csv", "a\nx\n", types=chosen)) == {"a": "text"}


def test_another_choice_does_not_read_the_file_again(
    file_source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = file_source("csv", "t.csv", "a\n007\n")
    assert rows(source) == [("007",)]
    monkeypatch.setattr(cache, "_read_tables", lambda *_: pytest.fail("the file was read again"))
    chosen = FilesSource(source.file_format, source.paths, {"t": {"a": "integer"}})
    assert rows(chosen) == [(7,)]
    assert rows(source) == [("007",)]


def test_a_choice_that_no_longer_fits_is_reported_when_the_file_changes(
    file_source: MakeSource,
) -> None:
    chosen = {"t": {"a": "integer"}}
    assert rows(file_source("csv", "t.csv", "a\n007\n", types=chosen)) == [(7,)]
    assert failure(file_source("csv", "t.csv", "a\n007\nx\n", types=chosen)).code == "value_not_of_type"  # fmt: skip
