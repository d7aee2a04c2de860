"""A text of any kind and length is read without an error, in linear time, and is no reason to try again by itself."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf import errors
from proto_ddf.errors import classify, outputs
from proto_ddf.errors.outputs import (
    bun,
    machine,
    node,
    npm,
    pip,
    plain,
    read_output,
    shell,
    tracebacks,
    vite,
)
from proto_ddf.errors.outputs.lines import readable_lines
from tests.provoked.cases import cases

READERS = (bun, machine, node, npm, pip, plain, shell, tracebacks, vite)
PARTS = st.sampled_from(
    sorted({line for case in cases() for line in case.text.split("\n")[-12:] if len(line) < 300})
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(PARTS | st.text(max_size=30), max_size=25).map("\n".join),
    st.builds(lambda part, times: part * times, PARTS, st.integers(1, 200)),
)


@given(text=TEXTS, exit_code=st.none() | st.integers(-70, 300))
@settings(max_examples=300)
def test_no_reader_fails_at_any_text(text: str, exit_code: int | None) -> None:
    for reader in READERS:
        reader.read(readable_lines(text), exit_code)
    read_output(text, exit_code)


@given(text=TEXTS, exit_code=st.none() | st.integers(-70, 300))
@settings(max_examples=300)
def test_a_text_without_the_sign_of_a_tool_is_none_of_its_texts(
    text: str, exit_code: int | None
) -> None:
    """Tools whose sign is missing are not asked."""
    with pytest.MonkeyPatch.context() as patch:
        all_readers = tuple((lambda _text: True, read) for _, read in outputs._READERS)
        patch.setattr(outputs, "_READERS", all_readers)
        patch.setattr(machine, "_may_have_cause", lambda _text: True)
        asked = read_output(text, exit_code)
    assert read_output(text, exit_code) == asked


def test_each_provoked_failure_has_the_sign_of_its_tool() -> None:
    missed = []
    for case in cases():
        lines = readable_lines(case.text)
        text = "\n".join(lines)
        for has_sign, read in outputs._READERS:
            if not has_sign(text) and read(lines, None):
                missed.append((case.id, read.__module__))
    assert missed == []


@given(text=TEXTS)
@settings(max_examples=150)
def test_what_is_not_sure_is_never_retried(text: str) -> None:
    step = errors.SystemError("x", "frontend", code="build_failed")
    for found in (classify(step, text), classify(RuntimeError("x"), text)):
        assert found.code in errors.CATALOGUE
        assert not found.retryable or found.confidence >= 0.8


def steps(text: str) -> int:
    """How many functions are called while the text is read."""
    count = 0

    def profile(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        read_output(text, 1)
    finally:
        sys.setprofile(before)
    return count


LINES = [
    "Traceback (most recent call last):\n",
    'Traceback (most recent call last):\n  File "/a.py", line 1, in f\nKeyError: 1\n',
    "\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n"
    '  File "/a.py", line 1, in f\nValueError: x\n',
    "error: GET http://r/left - 404\n",
    "npm error code E404\n",
    "Unknown command: x\n",
    "ERROR: No matching distribution found for core\n",
    "✗ Build failed in 1s\n",
    "Error: x\n    at f (node:internal/x:1)\n",
    "(sqlalchemy.exc.A) " * 90 + "\n",
    "sqlalchemy.exc.A: " + "(sqlalchemy.exc.A) " * 90 + "\n",
    "ENOSPC ",
    "\x1b[31mred\x1b[0m\n",
]


@pytest.mark.parametrize("line", LINES)
def test_four_times_the_text_takes_about_four_times_the_steps(line: str) -> None:
    read_output(line, 1)
    assert steps(line * 400) <= 5 * steps(line * 100) + 500


@pytest.mark.parametrize(
    "act", [lambda: "\n" * 3_000_000, lambda: "a" * 3_000_000, lambda: "x\n" * 500_000]
)
def test_only_the_end_of_a_long_text_is_read(act: Callable[[], str]) -> None:
    lines = readable_lines(act())
    assert len(lines) <= 4_000
    assert max(map(len, lines)) <= 2_000
    assert outputs.read_output(act() + "\nMemoryError", 1)
