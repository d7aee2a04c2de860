"""A column of texts gets a type only if its values, written in the one format of the column, give the same texts
again.

Belongs to this kind: every text that some reader takes for a value of a type although another text stands for the
same value: exponents (12E3), unnecessary or missing zeros (1.10, .5, 007), signs (+5, -0), more digits than a
double holds, other spellings of yes and no, dates without leading zeros or centuries, 24:00, leap seconds,
fractions, time zones, grouped thousands, decimal commas; and every column that could be read in two ways."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.sources.files.source import FilesSource
from tests.file_sources import rows, types

MakeSource = Callable[..., FilesSource]
CASES = Path(__file__).parents[3] / "cases"

UNTYPED = {
    "01_codes_scientific.csv": ["part_no"],
    "01b_hex_ids.csv": ["id"],
    "02_country_no.csv": ["country"],
    "03_versions.csv": ["release", "measure"],
    "04b_percent_currency.csv": ["price", "share"],
    "05_visits_dmy.csv": ["birthday"],
    "06_opening_hours.csv": ["closes", "last_entry"],
    "neighbours/a_yes_only.csv": ["lang"],
    "neighbours/b_code_ints.csv": ["code"],
    "neighbours/c_money3.csv": ["amount"],
    "neighbours/d_big_decimal.csv": ["amount"],
    "neighbours/h_datetime_mixed_zone.csv": ["at"],
    "neighbours/i_24_end.csv": ["t"],
    "neighbours/j_leap.csv": ["at"],
    "neighbours/m_int_exact.csv": ["n"],
    "neighbours/n_trailing_text.csv": ["qty"],
}


@pytest.mark.parametrize("name", UNTYPED)
def test_texts_that_a_type_would_change_stay_text(csv_source: MakeSource, name: str) -> None:
    content = (CASES / name).read_bytes()
    source = csv_source(t=content)
    held = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
    found = types(source)
    for at, column in enumerate(found):
        assert (found[column] == "text") == (column in UNTYPED[name] or column in TEXTS), column
        if found[column] == "text":
            assert [row[at] for row in rows(source)] == [row[column] or None for row in held]


TEXTS = {"owner", "visitor", "item", "day"}


def test_a_german_file_has_german_numbers(csv_source: MakeSource) -> None:
    source = csv_source(t=(CASES / "04_de_amounts.csv").read_bytes())
    assert types(source) == {"Artikel": "text", "Menge": "integer", "Umsatz": "decimal", "Rabatt": "float"}  # fmt: skip
    assert rows(source) == [
        ("Schraube", 1250, Decimal("3418.50"), 10.5),
        ("Mutter", 12000, Decimal("980.00"), 7.25),
        ("Dübel", 750, Decimal("1005.25"), 0.5),
    ]


def test_the_day_comes_first_if_one_value_shows_it(csv_source: MakeSource) -> None:
    source = csv_source(t=(CASES / "05_visits_dmy.csv").read_bytes())
    assert rows(source) == [
        (datetime(2023, 12, 25, 9, 30), date(2024, 1, 31), "07/11/85"),
        (datetime(2024, 1, 2, 14, 5), date(2024, 2, 1), "23/04/71"),
    ]


def of_columns(csv_source: MakeSource, **columns: Sequence[str]) -> tuple[dict[str, str], list[Any]]:  # fmt: skip
    """The types and the rows of a file with these columns."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([list(columns), *zip(*columns.values(), strict=True)])
    source = csv_source(t=text.getvalue().encode("utf-8"))
    return types(source), rows(source)


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["12", "-3", "0"], [12, -3, 0]),
        (["1.50", "-0.25", "100.00"], [Decimal("1.50"), Decimal("-0.25"), Decimal("100.00")]),
        (["1.250", "0.500"], [Decimal("1.250"), Decimal("0.500")]),
        (["1.5", "2", "0.00001"], [1.5, 2.0, 0.00001]),
        (["1.0", "2.5", "1e-05"], [1.0, 2.5, 1e-05]),
        (["1", "2.5", "1e-05"], [1.0, 2.5, 1e-05]),
        (["1", "0.00001", "1.5e-7", "1e+21"], [1.0, 0.00001, 1.5e-7, 1e21]),
        (["0.30000000000000004", "1.0"], [0.30000000000000004, 1.0]),
        (["1.234,50", "0,75", "-1.000.000,00"], [Decimal("1234.50"), Decimal("0.75"), Decimal("-1000000.00")]),
        (["1 234,5", "0,75"], [1234.5, 0.75]),
        (["1\u202f234,5", "0,75"], [1234.5, 0.75]),
        (["1,234.50", "0.75"], [Decimal("1234.50"), Decimal("0.75")]),
        (["1'234.50", "0.75"], [Decimal("1234.50"), Decimal("0.75")]),
        (["1,200,300", "84,100", "7"], [1200300, 84100, 7]),
        (["True", "False"], [True, False]),
        (["true", "true"], [True, True]),
        (["YES", "NO"], [True, False]),
        (["5/3/2024", "25/12/2023"], [date(2024, 3, 5), date(2023, 12, 25)]),
        (["3/5/2024", "12/25/2023"], [date(2024, 3, 5), date(2023, 12, 25)]),
        (["1.2.2024", "31.12.2024"], [date(2024, 2, 1), date(2024, 12, 31)]),
        (["2024/01/31", "2024/02/01"], [date(2024, 1, 31), date(2024, 2, 1)]),
        (["31.12.2024 09:30", "01.02.2024 14:05"], [datetime(2024, 12, 31, 9, 30), datetime(2024, 2, 1, 14, 5)]),
        (["12/31/2024 2:05 PM", "1/2/2024 12:00 AM"], [datetime(2024, 12, 31, 14, 5), datetime(2024, 1, 2)]),
        (["2024-01-02T03:04:05.250", "2024-01-02T03:04:05.000"], [datetime(2024, 1, 2, 3, 4, 5, 250_000), datetime(2024, 1, 2, 3, 4, 5)]),
        (["2024-01-02 03:04:05.25", "2024-01-02 03:04:05"], [datetime(2024, 1, 2, 3, 4, 5, 250_000), datetime(2024, 1, 2, 3, 4, 5)]),
        (["2024-01-02T03:04:05.100000", "2024-01-02T03:04:05"], [datetime(2024, 1, 2, 3, 4, 5, 100_000), datetime(2024, 1, 2, 3, 4, 5)]),
        (["2024-07-01T10:00:00+02:00", "2024-07-02T00:30:00+02:00"], [datetime(2024, 7, 1, 8), datetime(2024, 7, 1, 22, 30)]),
    ],
)  # fmt: skip
def test_columns_of_one_format_have_a_type(
    csv_source: MakeSource, texts: list[str], values: list[Any]
) -> None:
    found, read = of_columns(csv_source, n=["x"] * len(texts), c=texts)
    assert found["c"] != "text"
    assert [row[1] for row in read] == values


@pytest.mark.parametrize(
    "texts",
    [
        ["12E3"], ["1E1", "10"], ["1e5", "2"], ["1e-7", "1e-06"], ["1e-7", "1e+3"], ["1e+5", "2"], ["1E-05", "0.5"], ["1.1", "1.10"], ["1.5", "1.50"], ["1", "1.0"],
        ["007", "1"], ["+5", "6"], ["-0", "1"], ["-0.0", "1.5"], ["-0.00", "1.25"], [".5", "1.5"], ["5.", "1.5"],
        ["1_000", "2"], ["0x10", "1"], ["inf", "1.5"], ["Infinity", "1.5"], ["1e999"],
        ["3.14159265358979323846"], ["123456789012345678.5", "1.5"], ["1234567890123456.78", "1.00"],
        ["9223372036854775808", "1"], ["9007199254740993", "1.5"],
        ["NO", "NO"], ["no"], ["yes"], ["Yes", "no"], ["true", "yes", "no"], ["TRUE", "False"], ["t", "f"], ["Y", "N"],
        ["07/11/85"], ["31/12/2024", "01/02/2024", "1/2/2024"], ["31/12/2024", "01.02.2024"], ["31/12/2024", "12/31/2024"],
        ["30/02/2024", "31/01/2024"], ["2024-02-30"], ["2024-1-02", "2024-01-2"], ["0000-01-01"], ["44-03-15"],
        ["24:00", "17:00"], ["09:00", "17:00:00"], ["9:00", "17:00"], ["25:00"], ["23:59:60"],
        ["2024-03-01 24:00:00", "2024-03-02 12:00:00"], ["2016-12-31 23:59:60"], ["2024-03-01T25:00"],
        ["2024-07-01T10:00:00+02:00", "2024-07-01T10:00:00"], ["2024-07-01T10:00:00Z", "2024-12-01T10:00:00+01:00"],
        ["2024-07-01T10:00:00Z", "2024-07-01 10:00:00Z"], ["2024-07-01 10:00:00", "2024-07-01"],
        ["2024-07-01T10:00:00.1234567"], ["2024-07-01T10:00:00.5", "2024-07-01T10:00:00.50"],
        ["2024-07-01T10:00:00.123456", "2024-07-01T10:00:00.5", "2024-07-01T10:00:00.10"],
        ["1.250", "3.750"], ["12,345", "67,890"], ["1.250,5", "3,5", "1250,5"], ["12,34,567"], ["1,234.5", "1234.5"],
        ["192.168.100.200", "192.168.100.101"], ["552 100 554", "443 061 841"], ["0.123.456"], ["1,50€", "2,00€"],
        ["03/04/2024"], ["03-04-2024", "05-06-2024"], ["03/04/2024 10:00"],
        ["\uff15", "\uff17"], ["\u0663", "\u0664"],
    ],
)  # fmt: skip
def test_texts_of_no_format_or_of_several_stay_text(
    csv_source: MakeSource, texts: list[str]
) -> None:
    found, read = of_columns(csv_source, n=["x"] * len(texts), c=texts)
    assert found["c"] == "text"
    assert [row[1] for row in read] == texts


OPEN = {
    "numbers": ["1.250", "3.750"],
    "grouped": ["12,345", "67,890"],
    "blanks": ["12 345", "67 890"],
    "slashes": ["03/04/2024", "05/06/2024"],
    "dashes": ["03-04-2024 10:00", "05-06-2024 11:00"],
}


@pytest.mark.parametrize(
    ("telling", "values"),
    [
        (["3,5", "7"], {"numbers": [1250, 3750], "grouped": [Decimal("12.345"), Decimal("67.890")], "blanks": [12345, 67890]}),
        (["3.50", "7.25"], {"numbers": [Decimal("1.250"), Decimal("3.750")], "grouped": [12345, 67890], "blanks": [12345, 67890]}),
        (["25/12/2024", "01/02/2024"], {"slashes": [date(2024, 4, 3), date(2024, 6, 5)], "dashes": [datetime(2024, 4, 3, 10), datetime(2024, 6, 5, 11)]}),
        (["12-25-2024", "01-02-2024"], {"slashes": [date(2024, 3, 4), date(2024, 5, 6)], "dashes": [datetime(2024, 3, 4, 10), datetime(2024, 5, 6, 11)]}),
    ],
    ids=["comma", "point", "day first", "month first"],
)  # fmt: skip
def test_the_rest_of_the_file_decides_how_an_ambiguous_column_is_read(
    csv_source: MakeSource, telling: list[str], values: dict[str, list[Any]]
) -> None:
    found, read = of_columns(csv_source, **OPEN, telling=telling)
    for at, name in enumerate(OPEN):
        expected = values.get(name, OPEN[name])
        assert [row[at] for row in read] == expected, name
        assert (found[name] == "text") == (name not in values)


def test_columns_that_contradict_each_other_decide_nothing(csv_source: MakeSource) -> None:
    contradiction = {"day": ["25/12/2024", "01/02/2024"], "month": ["12/25/2024", "01/02/2024"]}
    contradiction |= {"comma": ["3,5", "7"], "point": ["3.5", "7"]}
    found, _ = of_columns(csv_source, **OPEN, **contradiction)
    assert {name: found[name] for name in OPEN} == dict.fromkeys(OPEN, "text")
    assert {found[name] for name in contradiction} == {"date", "float"}


@pytest.mark.parametrize("rows_before", [10, 6_000, 20_000])
def test_the_deciding_value_may_be_in_any_row(csv_source: MakeSource, rows_before: int) -> None:
    """The deciding value may also be far below the sample."""
    before = {"numbers": "1.250", "day": "03/04/2024", "country": "NO", "late": "750", "moment": "2024-01-02 03:04:05"}  # fmt: skip
    last = {"numbers": "1.250", "day": "25/04/2024", "country": "YES", "late": "1.250,75", "moment": "2024-01-02 03:04:05.5"}  # fmt: skip
    columns = {name: [*[text] * rows_before, last[name]] for name, text in before.items()}
    found, read = of_columns(csv_source, **columns, empty=[*[""] * rows_before, "3,5"])
    assert found == {"numbers": "integer", "day": "date", "country": "boolean", "late": "float", "moment": "datetime", "empty": "float"}  # fmt: skip
    assert read[0] == (1250, date(2024, 4, 3), False, 750.0, datetime(2024, 1, 2, 3, 4, 5), None)
    assert read[-1] == (1250, date(2024, 4, 25), True, 1250.75, datetime(2024, 1, 2, 3, 4, 5, 500_000), 3.5)  # fmt: skip


def test_blanks_around_a_value_and_words_for_no_value_do_not_count(csv_source: MakeSource) -> None:
    texts = {"n": [" 5", "NA"], "price": ["1.50 ", "n/a"], "day": [" 25/12/2024 ", "NULL"]}
    found, read = of_columns(csv_source, **texts)
    assert found == {"n": "integer", "price": "decimal", "day": "date"}
    assert read == [(5, Decimal("1.50"), date(2024, 12, 25)), (None, None, None)]


def test_words_for_no_value_stay_in_a_column_of_texts(csv_source: MakeSource) -> None:
    texts = ["NA", "DE", "None", "n/a", "NaN", "null"]
    found, read = of_columns(csv_source, n=list("123456"), country=texts)
    assert (found["country"], [row[1] for row in read]) == ("text", texts)


# How each format writes a value, written independently of the tested code.


def shortest(value: float) -> str:
    return repr(value).removesuffix(".0")


def plain_shortest(value: float) -> str:
    text = f"{Decimal(repr(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def javascript(value: float) -> str:
    size = abs(value)
    if value and (size < 1e-6 or size >= 1e21):
        return repr(value).replace("e-0", "e-").replace("e+0", "e+")
    return plain_shortest(value)


def grouped(write: Callable[[Any], str], decimal: str, group: str) -> Callable[[Any], str]:
    def written(value: Any) -> str:
        text = write(value)
        whole, point, decimals = text.partition(".")
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        parts = [digits[max(at - 3, 0) : at] for at in range(len(digits), 0, -3)][::-1]
        return sign + group.join(parts) + point.replace(".", decimal) + decimals

    return written


def comma(write: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: write(value).replace(".", ",")


def iso(sign: str, seconds: Callable[[datetime | time], str]) -> Callable[[Any], str]:
    def written(value: datetime) -> str:
        return f"{value.date()}{sign}{value:%H:%M}{seconds(value)}"

    return written


def dated(date_format: str) -> Callable[[Any], str]:
    def written(value: date) -> str:
        year = f"{value.year:04}"
        return value.strftime(date_format.replace("%Y", year))

    return written


def fraction(digits: int) -> Callable[[datetime | time], str]:
    return lambda value: f":{value:%S}" + (f".{value:%f}"[: digits + 1] if digits else "")


def trimmed(value: datetime | time) -> str:
    return f":{value:%S}" + f".{value:%f}".rstrip("0").rstrip(".")


def pythonic(value: datetime | time) -> str:
    return f":{value:%S}" + (f".{value:%f}" if value.microsecond else "")


SECONDS = [lambda _: "", *(fraction(digits) for digits in range(7)), trimmed, pythonic]
GROUPS = [*((",", g) for g in (".", " ", "\u00a0", "\u202f")), *((".", g) for g in (",", " ", "\u00a0", "\u202f", "'", "\u2019"))]  # fmt: skip
NUMBERS = [str, shortest, plain_shortest, repr]
DAYS = ["%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y-%m-%d"]
DAYS += [day.replace("%d", "%-d").replace("%m", "%-m") for day in DAYS]
CLOCKS = ["%H:%M", "%H:%M:%S", "%-H:%M", "%-H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%-I:%M %p", "%-I:%M:%S %p"]  # fmt: skip
WRITERS: dict[type, list[Callable[[Any], str]]] = {
    int: [str, *(grouped(str, *signs) for signs in GROUPS)],
    float: [
        write
        for number in (shortest, plain_shortest, javascript, repr)
        for write in (number, comma(number), *(grouped(number, *signs) for signs in GROUPS))
    ],
    Decimal: [str, comma(str), *(grouped(str, *signs) for signs in GROUPS)],
    bool: [
        lambda value, pair=pair, case=case: case(pair[not value])
        for pair in (("yes", "no"), ("true", "false"))
        for case in (str.lower, str.title, str.upper)
    ],
    date: [dated(day) for day in DAYS],
    datetime: [
        *(iso(sign, seconds) for sign in "T " for seconds in SECONDS),
        *(dated(f"{day} {clock}") for day in DAYS for clock in CLOCKS),
    ],
    time: [lambda value, seconds=seconds: f"{value:%H:%M}{seconds(value)}" for seconds in SECONDS],
}
MISSING = {"", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None"}
OFFSETS = [("", 0), ("Z", 0), ("+00:00", 0), ("+02:00", 120), ("-0430", -270), ("+05", 300)]


def have_one_format(texts: Sequence[str], values: Sequence[Any]) -> bool:
    """Whether one format writes all values as these texts."""
    pairs = [(text.strip(" "), value) for text, value in zip(texts, values, strict=True)]
    if any((value is None) != (text in MISSING) for text, value in pairs):
        return False
    held = [(text, value) for text, value in pairs if value is not None]
    kinds = {type(value) for _, value in held}
    if len(kinds) != 1:
        return not held
    kind = kinds.pop()
    if any(all(write(value) == text for text, value in held) for write in WRITERS[kind]):
        return True
    return kind is datetime and any(
        all(write(value + timedelta(minutes=minutes)) + zone == text for text, value in held)
        for zone, minutes in OFFSETS
        for write in WRITERS[datetime]
    )


MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1))
COARSE = MOMENTS.map(lambda moment: moment.replace(second=0, microsecond=0))
FIXED = st.integers(0, 6).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.integers(-(10**14), 10**14), min_size=2, max_size=6))
).map(lambda found: [Decimal(n).scaleb(-found[0]) for n in found[1]])  # fmt: skip


def lists(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=2, max_size=6)


@st.composite
def written(draw: st.DrawFn) -> tuple[list[str], list[Any]]:
    """Values, and their texts in one format."""
    values = draw(
        st.one_of(
            lists(st.integers(-(2**63), 2**63 - 1)), lists(st.integers(-2_000, 2_000)), FIXED,
            lists(st.floats(allow_nan=False, allow_infinity=False)), lists(st.floats(-100, 100).map(lambda x: round(x, 2))),
            lists(st.booleans()), lists(MOMENTS.map(datetime.date)), lists(MOMENTS), lists(COARSE),
            lists(st.times()), lists(st.times().map(lambda each: each.replace(second=0, microsecond=0))),
        )
    )  # fmt: skip
    write = draw(st.sampled_from(WRITERS[type(values[0])]))
    texts = [write(value) for value in values]
    if isinstance(values[0], datetime):
        zone = draw(st.sampled_from(OFFSETS))[0]
        texts = [text + zone for text in texts]
    return texts, values


ODD = st.sampled_from(
    ["1E5", "1.10", "007", "+5", "-0", "-0.0", ".5", "1e5", "1,250", "1.250", "1 250", "inf", "24:00", "23:59:60",
     "Yes", "no", "NO", "true", "NA", "", " ", "-", "03/04/2024", "3/4/24", "2024-02-30", "x", "9" * 25, "0." + "1" * 25]
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    first=written(),
    second=st.one_of(written().map(lambda found: found[0]), st.lists(ODD, max_size=3), st.just([])),
    blanks=st.sampled_from(["", "", " "]),
    other=written(),
)
def test_every_typed_value_gives_its_text_again(
    csv_source: MakeSource,
    first: tuple[list[str], list[Any]],
    second: list[str],
    blanks: str,
    other: tuple[list[str], list[Any]],
) -> None:
    """Columns of one format, of two, and with odd texts among them, beside another column that may decide
    something."""
    texts = [*first[0], *(blanks + text for text in second)]
    beside = [other[0][at % len(other[0])] for at in range(len(texts))]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("c", "beside"), *zip(texts, beside, strict=True)])
    source = csv_source(t=text.getvalue().encode("utf-8"))
    found, read = types(source), rows(source)
    for at, (column, originals) in enumerate((("c", texts), ("beside", beside))):
        values = [row[at] for row in read]
        if found[column] == "text":
            assert values == [original or None for original in originals]
        else:
            assert have_one_format(originals, values), (originals, values)


EXACT = st.one_of(
    lists(st.integers(-(2**63), 2**63 - 1)).map(lambda values: [str(value) for value in values]),
    lists(st.integers(-(10**13), 10**13)).map(lambda values: [f"{Decimal(n).scaleb(-2):.2f}" for n in values]),
    lists(st.floats(allow_nan=False, allow_infinity=False).filter(bool)).map(lambda values: [repr(n) for n in values]),
    lists(st.dates()).map(lambda values: [str(value) for value in values]),
    lists(MOMENTS).map(lambda values: [value.isoformat(" ", "seconds") for value in values]),
    lists(st.times()).map(lambda values: [value.isoformat("microseconds") for value in values]),
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(texts=EXACT)
def test_columns_of_a_usual_format_have_a_type(csv_source: MakeSource, texts: list[str]) -> None:
    found, _ = of_columns(csv_source, c=texts, n=["x"] * len(texts))
    assert found["c"] != "text"
