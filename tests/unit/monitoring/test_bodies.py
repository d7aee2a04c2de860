"""The large part of a description is read as it was given, whatever it holds."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.errors import describe
from proto_ddf.monitoring.bodies import packed_body, read_body

TEXTS = st.text(max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=5))
def test_what_json_can_hold_stays_as_it_is(context: dict[str, Any]) -> None:
    described = {"code": "unknown", "confidence": 0.5, "context": context}
    assert read_body(packed_body(described)) == {"confidence": 0.5, "context": context}


@given(st.text(st.characters(exclude_categories=[]), max_size=40), st.integers(0, 40))
def test_a_text_with_half_a_character_is_stored(text: str, at: int) -> None:
    broken = f"{text[:at]}\ud800{text[at:]}"
    assert "confidence" in read_body(packed_body({"confidence": 1.0, "context": {"a": broken}}))


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_a_description_is_read_as_it_was_made(context: dict[str, Any]) -> None:
    described = describe(OSError("gone"), "Connect", context=context)
    assert read_body(packed_body(described))["context"] == described["context"]
