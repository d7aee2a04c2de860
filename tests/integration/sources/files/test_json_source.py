"""JSON and JSON Lines: how their values are read, and every way in which such a file can be invalid, with real
files."""

import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.errors import describe
from proto_ddf.sources.files.json import syntax_errors
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.protocol import PageRequest
from tests.file_sources import failure, rows, types
from tests.stages import finding

MakeSource = Callable[..., FilesSource]


@pytest.mark.parametrize(
    ("values", "kind", "typed"),
    [
        ([1, -2, None], "integer", [1, -2, None]),
        ([2**63 - 1, -(2**63)], "integer", [2**63 - 1, -(2**63)]),
        ([2**63, 1], "text", ["9223372036854775808", "1"]),
        ([10**29 + 7, 1], "text", ["100000000000000000000000000007", "1"]),
        ([1, 2.5, 1e3], "float", [1.0, 2.5, 1000.0]),
        ([0.1, float("nan")], "float", [0.1, None]),
        ([True, False, None], "boolean", [True, False, None]),
        (["2024-02-29", None], "date", [date(2024, 2, 29), None]),
        (["2024-01-01T10:00:00+02:00"], "datetime", [datetime(2024, 1, 1, 8)]),
        (["08:30"], "time", [time(8, 30)]),
        (["1", "2"], "text", ["1", "2"]),
        (["true"], "text", ["true"]),
        (["NA", "", None, "null"], "text", ["NA", "", None, "null"]),
        ([1, "a", True], "text", ["1", "a", "true"]),
        ([{"k": [1, None]}, None], "json", ['{"k":[1,null]}', None]),
        ([[1, 2], "s", 3], "json", ["[1,2]", '"s"', "3"]),
        ([None, None], "text", [None, None]),
        (["two\nlines \"quoted\" \u0000 ü 😀"], "text", ["two\nlines \"quoted\" \u0000 ü 😀"]),
    ],
)  # fmt: skip
def test_types_and_values(
    file_source: MakeSource, values: list[Any], kind: str, typed: list[Any]
) -> None:
    records = [{"n": n, "c": value} for n, value in enumerate(values)]
    for name, text in (
        ("a.json", json.dumps(records, indent=1)),
        ("a.jsonl", "\n".join(map(json.dumps, records))),
    ):
        source = file_source("json", name, text)
        assert types(source) == {"n": "integer", "c": kind}
        assert rows(source) == list(enumerate(typed))


def test_a_type_is_checked_in_all_rows_not_in_a_sample(file_source: MakeSource) -> None:
    lines = [json.dumps({"a": n, "d": "2024-01-01"}) for n in range(30_000)]
    source = file_source("json", "t.jsonl", "\n".join([*lines, '{"a": 0.5, "d": "later"}']))
    assert types(source) == {"a": "float", "d": "text"}
    found = rows(source)
    assert [row[0] for row in found[:-1]] == list(range(30_000))
    assert found[-1] == (0.5, "later")


def test_every_key_is_a_column_in_the_order_of_first_appearance(file_source: MakeSource) -> None:
    records = [{"b": 1}, {"A": 2, "b": 3}, {"a": 4, "": 5, "x.y/z~\"q'": 6, "$": 7}]
    source = file_source("json", "k.json", json.dumps(records))
    assert list(types(source)) == ["b", "A", "a_2", "column_4", "x.y/z~\"q'", "$"]
    assert rows(source) == [
        (1, *[None] * 5),
        (3, 2, *[None] * 4),
        (None, None, 4, 5, 6, 7),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": 1}',
        b'{\n"a": 1\n}\n',
        b'\xef\xbb\xbf[{"a": 1}]',
        b'\xef\xbb\xbf{"a": 1}\n',
        '[{"a": 1}]'.encode("utf-16"),
        '[{"a": 1}]'.encode("utf-16-le"),
        '{"a": 1}\n'.encode("utf-16-be"),
        '[{"a": 1}]'.encode("utf-32"),
        ' [{"a": 1}]'.encode("utf-32-le"),
        b'\n\n [ {"a": 1} ] \n',
    ],
)
def test_objects_may_be_nested_in_many_ways(file_source: MakeSource, content: bytes) -> None:
    assert rows(file_source("json", "x[1].json", content)) == [(1,)]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("", "file_empty", "no content"),
        (" \n ", "file_empty", "no content"),
        ("[]", "file_no_rows", "no rows"),
        ("[{}, {}]", "file_no_rows", "no rows"),
        ("hello there", "file_not_json", "another kind of text"),
        ("a,b\n1,2\n", "file_not_json", "another kind of text"),
        (b"\x89PNG\r\n\x1a\n" * 50, "file_not_json", "other kind of file"),
        ("42", "json_no_records", "a number"),
        ('"abc"', "json_no_records", "a text"),
        ("null", "json_no_records", "null"),
        ("true", "json_no_records", "true or false"),
        ("[1, 2]", "json_no_records", "numbers (row 1)"),
        ("[[1], [2]]", "json_no_records", "lists (row 1)"),
        ('[{"a": 1}, "x"]', "json_no_records", "texts (row 2)"),
        ('{"a": 1}\n5\n', "json_no_records", "numbers (row 2)"),
        ('[{"a": 1}, {"a":', "file_cut_short", "end of the JSON"),
        ('[{"a": 1}, {"a": "te', "file_cut_short", "end of the JSON"),
        ('[{"a": 1}', "file_cut_short", "end of the JSON"),
        ('[{"a": 1},', "file_cut_short", "end of the JSON"),
        ('[{"a": 1},\n ', "file_cut_short", "end of the JSON"),
        ('[{"a": tru', "file_cut_short", "end of the JSON"),
        ('{"a": 1}\n{"a": 2', "file_cut_short", "(line 2)"),
        ('[{"a": 1}] x', "file_not_json", "line 1: extra data"),
        ('[\n{"a": 1},\n]', "file_not_json", "line 3"),
        ("[\n{'a': 1}]", "file_not_json", "line 2"),
        ('{"a": 1}\n{"a": oops}\n{"a": 3}\n', "json_broken_line", "Line 2"),
        ('{"a": oops}\n{"a": 2}\n', "json_broken_line", "Line 1"),
        ('[{"a": 1}, {"b": 1, "a": 2, "a": 3}]', "json_duplicate_key", "Object 2"),
        (b'[{"a": "\xff\xfe"}]', "file_encoding", "UTF-8: the byte 0xFF in line 1, character 9"),
        (b'{"a": 1}\n{"a": "\xff"}\n', "file_encoding", "0xFF in line 2, character 8"),
        (b'[{"a": 1},\n{"a": "caf\xe9"}]', "file_encoding", "0xE9 in line 2, character 11"),
        (b'[{"a": 1}, {"a": "caf\xc3', "file_cut_short", "end of the last character"),
        ('[{"a": "\\ud800"}]', "json_half_character", "Row 1 of"),
        ('[{"a": 1}, {"b": {"c": ["x", "\\udc00y"]}}]', "json_half_character", "(\\udc00) in “b”"),
        ('[{"a": 1}, {"\\ud83d": 1}]', "json_half_character", "Row 2 of"),
        ('[{"a": "\\ude00\\ud83d"}]', "json_half_character", "(\\ude00) in “a”"),
        ('{"a": 1}\n{"a": "x\\ud83dy"}\n', "json_half_character", "Line 2 of"),
        ('{"id": 1}\n{"id": 2\n{"id": 3}\n', "json_broken_line", "Line 2"),
        (b'[{"a": 1}]\0\0', "file_not_json", "line 1: there is a NUL byte at character 11"),
        (b'{"a": 1}\n{"a": 2}\0\n', "json_broken_line", "NUL byte at character 9"),
        ('{"id": 1}\n{"id": "2\n{"id": 3}\n', "json_broken_line", "Line 2"),
        ("[" * 100_000, "file_not_json", "nested too deeply"),
        (json.dumps([{f"k{n}": 1 for n in range(1_001)}]), "too_many_columns", "1000"),
    ],
)  # fmt: skip
def test_each_kind_of_invalid_content_has_its_own_code(
    file_source: MakeSource, content: bytes | str, code: str, words: str
) -> None:
    error = failure(file_source("json", "people.json", content))
    described = describe(error)
    assert (error.code, "people.json" in described["message"]) == (code, True)
    assert words in described["message"]


def test_an_invalid_line_far_down_is_reported_with_its_number(file_source: MakeSource) -> None:
    lines = [f'{{"a": {n}}}' for n in range(60_000)]
    lines[49_999] = '{"a": }'
    lines.insert(100, "")
    error = failure(file_source("json", "long.jsonl", "\n".join(lines)))
    assert (error.code, error.context["line"]) == ("json_broken_line", 50_001)


@pytest.mark.parametrize(
    ("content", "code"),
    [('[\n{"a": 1},\n{"a":', "file_cut_short"), ('[\n{"a": 1},\n{"a": oops}]', "file_not_json")],
)
def test_an_error_in_a_document_too_large_to_be_read_at_once_is_reported(
    file_source: MakeSource, monkeypatch: pytest.MonkeyPatch, content: str, code: str
) -> None:
    monkeypatch.setattr(syntax_errors, "_LARGEST_DOCUMENT", 10)
    assert failure(file_source("json", "large.json", content)).code == code


@pytest.mark.parametrize(
    "number",
    [
        "0.1234567890123456789",
        "883406386745030.3",
        "-52.12345678901234567",
        "12345678901234567890.5",
        "1.00000000000000000001e5",
        "1e-400",
        "0.30000000000000004",
        "9007199254740993.0",
        "1.10",
        "1.0",
        "-0.50",
        "100.00",
        "1e5",
        "1E5",
        "2.50E-3",
        "1e+22",
        "1e16",
        "1e400",
    ],
)
def test_numbers_keep_their_digits_beside_texts_and_within_lists(
    file_source: MakeSource, number: str
) -> None:
    """Whatever the type of the column, its text is the text of the file. To the kind belong numbers below a key, in
    lists, in keys of objects, and texts that look like numbers; more digits than a double holds, zeros at the end,
    and exponents."""
    looks = f'a \\" {number} [{number}], \\\\'
    line = f'{{"t": {number}, "l": [1, {number}, "{number}"], "k": {{"{number}": {number}}}, "s": "{looks}"}}'
    for content in (f"[{line}]", f'{line}\n{{"t": "word"}}\n'):
        source = file_source("json", "n.json", content, types={"n": {"t": "text"}})
        (found, *_) = rows(source)
        assert found[0] == number
        assert found[1] == f'[1,{number},"{number}"]'
        assert found[2] == f'{{"{number}":{number}}}'
        assert found[3] == json.loads(f'"{looks}"')


def test_numbers_in_a_column_with_texts_are_read_as_they_are_written(
    file_source: MakeSource,
) -> None:
    """Releases 1.1 and 1.10 are different if one value of the column is a text or has more digits than a double
    holds. A column of numbers only is one of numbers."""
    content = (
        '[{"r": "1.10-b", "n": 1.10, "m": 0.12345678901234567890}, {"r": 1.10, "n": 1E2, "m": 2.50},'
        ' {"r": 1.1, "n": 3, "m": 1e5}, {"r": 1E5, "n": -0.50, "m": true}]'
    )
    source = file_source("json", "r.json", content)
    assert types(source) == {"r": "text", "n": "float", "m": "text"}
    assert rows(source) == [
        ("1.10-b", 1.1, "0.12345678901234567890"),
        ("1.10", 100.0, "2.50"),
        ("1.1", 3.0, "1e5"),
        ("1E5", -0.5, "true"),
    ]


@pytest.mark.parametrize("code", ["\ufdd0", "\ufdd3", "\ufdef", "\ufffe", "\uffff", "\U0010ffff"])
def test_texts_that_begin_with_a_noncharacter_are_read_unchanged(
    file_source: MakeSource, code: str
) -> None:
    records = [{"t": f"{code}12", "l": {"k": f"{code}x"}, "n": 1.5}, {"t": 0.5, "l": None, "n": 1}]
    content = json.dumps(records, ensure_ascii=False).replace("1.5", "0.12345678901234567890")
    found = rows(file_source("json", "t.json", content))
    assert found[0] == (f"{code}12", f'{{"k":"{code}x"}}', "0.12345678901234567890")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"count": 3, "results": [{"id": 1}, {"id": 2}]}', "the 2 objects in “results”"),
        ('{"a": {"x": 1}, "b": {"x": 2}}', "the 2 objects in it"),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature"}]}', "in “features”"),
        ('{"count": 3, "tags": ["a", "b"]}', ""),
        ('{"a": {"x": 1}}', ""),
        ('{"a": 1}\n{"a": [{"b": 1}]}', ""),
        ('[{"a": [{"b": 1}]}, {"a": []}]', ""),
    ],
)
def test_rows_that_may_be_below_a_key_are_reported(
    file_source: MakeSource, content: str, words: str
) -> None:
    found = finding(file_source("json", "w.json", content), "check_shape")
    assert words in found
    assert (found == "Nothing") is not bool(words)


def test_a_text_is_found_by_words_after_the_character_0(file_source: MakeSource) -> None:
    source = file_source("json", "t.json", r'[{"n": "a\u0000b"}, {"n": "plain"}]')
    assert source.preview(PageRequest("t", search="B")).rows == (("a\0b",),)
    assert source.preview(PageRequest("t", search="a\0")).rows == (("a\0b",),)


VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cn", "Cs")), max_size=12),
    st.none(),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(VALUES, st.integers()), min_size=1, max_size=5))
def test_texts_and_whole_numbers_are_read_unchanged(
    file_source: MakeSource, values: list[tuple[str | None, int]]
) -> None:
    records = [{"t": text, "n": number} for text, number in [("word", 0), *values]]
    found = rows(file_source("json", "t.json", json.dumps(records, ensure_ascii=False)))
    assert [(row[0], int(row[1])) for row in found[1:]] == values


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cn", "Cs")), max_size=8),
        min_size=1,
        max_size=5,
        unique=True,
    )
)
def test_any_keys_work(file_source: MakeSource, keys: list[str]) -> None:
    record = {key: at for at, key in enumerate(keys)}
    source = file_source("json", "t.json", json.dumps([record, record]))
    assert rows(source) == [tuple(range(len(keys)))] * 2
    column = list(types(source))[-1]
    assert source.preview(PageRequest("t", search=str(len(keys) - 1), sort=column)).total == 2


def test_numbers_that_no_double_holds_are_text(file_source: MakeSource) -> None:
    """Numbers with more digits than a double holds, at the top, in lists and objects, and in texts that look like
    numbers; and numbers that are too small. Other columns keep their types, and other numbers of such a column
    their values."""
    records = (
        '{"id": 1, "lat": 52.12345678901234567, "price": 10.10, "deep": {"a": [0.1234567890123456789, 1.50]}, "s": "0.1234567890123456789\\"1"}'
        '{"id": 2, "lat": 1, "price": 3, "deep": {"a": 1}, "s": "x"}'
        '{"id": 3, "lat": 1e-400, "price": 1E2, "deep": null, "s": null}'
        '{"id": 4, "lat": null, "price": 0.30000000000000004, "deep": 1e400, "s": "y"}'
    )
    source = file_source("json", "t.json", records)
    assert types(source) == {"id": "integer", "lat": "text", "price": "float", "deep": "json", "s": "text"}  # fmt: skip
    assert rows(source) == [
        (1, "52.12345678901234567", 10.1, '{"a":[0.1234567890123456789,1.50]}', '0.1234567890123456789"1'),
        (2, "1", 3.0, '{"a":1}', "x"),
        (3, "1e-400", 100.0, None, None),
        (4, None, 0.30000000000000004, "1e400", "y"),
    ]  # fmt: skip


@given(
    st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
def test_no_digit_of_a_number_is_lost(file_source: MakeSource, numbers: list[Decimal]) -> None:
    text = "".join(f'{{"n": {number}}}\n' for number in numbers)
    values = [row[0] for row in rows(file_source("json", "t.json", text))]
    assert [Decimal(repr(value)) if isinstance(value, float) else Decimal(value) for value in values] == numbers  # fmt: skip
