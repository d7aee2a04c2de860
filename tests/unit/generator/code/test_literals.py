import ast
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.generator.code.literals import comment, docstring, markdown, py, to_json
from proto_ddf.generator.spec import Widget

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(), each, max_size=4),
    max_leaves=12,
)


@given(PLAIN.filter(lambda value: "inf" not in repr(value)))
def test_a_literal_evaluates_to_the_same_value(value: object) -> None:
    assert ast.literal_eval(py(value)) == value


@given(st.lists(st.text(), max_size=3))
def test_a_tuple_stays_a_tuple(values: list[str]) -> None:
    assert ast.literal_eval(py(tuple(values))) == tuple(values)


def test_numbers_without_a_literal_are_written_as_calls() -> None:
    assert py(float("inf")) == "float('inf')"
    assert py(Decimal("1.50")) == "Decimal('1.50')"


def test_an_enum_gives_its_value() -> None:
    assert py(Widget.MONEY) == "'money'"


def test_what_is_no_plain_data_is_refused() -> None:
    with pytest.raises(TypeError):
        py(object())


@given(st.text())
def test_a_docstring_is_one_string_and_nothing_else(text: str) -> None:
    module = ast.parse(docstring(text) + "\nx = 1\n")
    assert len(module.body) == 2
    assert isinstance(ast.get_docstring(module, clean=False), str)


def test_a_docstring_says_what_was_written() -> None:
    text = ast.get_docstring(ast.parse(docstring('say """hi"""\n and \\n {{ x }}')), clean=False)
    assert text == 'say """hi""" and \\n {{ x }}'


@given(st.text())
def test_a_comment_is_one_line(text: str) -> None:
    assert ast.parse(f"# {comment(text)}\n").body == []
    assert len(f"# {comment(text)}".splitlines()) == 1


@given(st.text())
def test_markdown_is_one_line_without_live_marks(text: str) -> None:
    assert len(f"x{markdown(text)}".splitlines()) == 1
    assert "<" not in markdown(text).replace("\\<", "")


@given(PLAIN.filter(lambda value: "inf" not in repr(value)))
def test_json_holds_the_same_value(value: object) -> None:
    assert json.loads(to_json(value)) == value
