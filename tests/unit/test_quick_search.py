"""The first look finds what a search by Python's `re` finds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.quick_search import quick_search

TEXTS = st.lists(st.sampled_from(["key", "=", "ab", "\n", " ", "é", "KEY"]) | st.text(max_size=3))


@pytest.mark.parametrize("pattern", ["key", r"key\s*=", "(?m)^ab", "(?s)key.*ab", "(?i)key", "é"])
@given(text=TEXTS.map("".join))
def test_finds_what_re_finds(pattern: str, text: str) -> None:
    has_any = quick_search(pattern)
    assert has_any(text) or not re.search(pattern, text)
    assert not has_any("")


def test_nothing_is_found_in_a_text_with_half_a_character() -> None:
    assert not quick_search("key")("key\ud800")
