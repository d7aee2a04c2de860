"""Telling of an error never becomes an error of its own.

The kind: anything in a context or an error that Python code can do when it is looked at. That is keys that are also
names of parameters, keys that are no text, None for a context, values whose `str`, `==`, `len`, iteration, `items`,
`__class__` or conversion raises, numbers too large to be written or divided, values too large to be copied, values
that contain themselves, and a machine that cannot be asked (psutil, platform). It goes for every function that takes
a context: `get_message`, `words`, `enhance_error_context`, `describe`, `classify`, `scrub`; `handle_error` is in
tests/unit/web/test_error_mixin.py.
"""

import json
import platform
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.errors import (
    CATALOGUE,
    ErrorMessageProvider,
    IntegrationError,
    classify,
    describe,
    enhance_error_context,
)
from proto_ddf.errors.context import _memory_usage
from proto_ddf.redaction import scrub
from tests.odd_values import ODD, Hostile

PARAMETERS = (
    "self",
    "cls",
    "error",
    "operation",
    "context",
    "category",
    "error_code",
    "code",
    "message",
    "user_id",
)


def odd_value(name: str) -> Any:
    """Hypothesis shows how it made a value, which these do not let it show themselves. It asks values for their class,
    so it cannot make the one that refuses to tell it."""
    return ODD[name]


LARGE = st.integers(min_value=-(10**600), max_value=10**600)
VALUES = st.recursive(
    st.one_of(
        st.sampled_from([name for name in ODD if name != "class"]).map(odd_value),
        st.none(),
        st.booleans(),
        LARGE,
        st.floats(),
        st.text(max_size=20),
        st.binary(max_size=5),
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = st.one_of(
    st.sampled_from(PARAMETERS), st.sampled_from(["required", "available", "retry_after", "path"])
)
CONTEXTS = st.dictionaries(NAMES | st.text(max_size=8), VALUES, max_size=6)
KEYS = st.one_of(
    st.text(max_size=5),
    st.none(),
    st.integers(),
    st.tuples(st.integers()),
    st.just("hostile").map(odd_value),
)


def coded(code: Any) -> IntegrationError:
    error = IntegrationError("x", system=Hostile(), operation=1j)  # type: ignore[arg-type]
    error.code = code
    return error


ERRORS = st.sampled_from(
    [
        ValueError("x"),
        OSError(10**30, "?", b"\xff"),
        OSError(28, Hostile()),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"),
        coded(Hostile()),
        coded(["odd"]),
        IntegrationError(Hostile(), system="a", operation="b", field=Hostile()),  # type: ignore[arg-type]
        ExceptionGroup("g", [ValueError(Hostile())]),
        KeyboardInterrupt(Hostile()),
    ]
)


def is_json(value: Any) -> bool:
    json.dumps(value, allow_nan=False).encode()
    return True


@given(code=st.sampled_from(sorted(CATALOGUE)), context=CONTEXTS)
def test_any_context_gives_a_message(code: str, context: dict[str, Any]) -> None:
    family = CATALOGUE[code].family
    message = ErrorMessageProvider.get_message(family, code, **context)
    assert message
    assert message != "An error occurred" or code == "unknown"


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_context_may_use_the_names_of_parameters(name: str) -> None:
    context = {name: "x"}
    get_message = ErrorMessageProvider.get_message
    assert get_message("integration", "timeout", **context) != "An error occurred"
    kept = describe(ValueError("x"), "Connect", **context)["context"]
    assert kept["operation"] == "Connect"
    assert kept["attempted" if name == "operation" else name] == "x"
    assert enhance_error_context(ValueError("x"), context)[name] == "x"


def test_the_parameters_can_be_given_by_name_all_the_same() -> None:
    get_message = ErrorMessageProvider.get_message
    assert "30 s" in get_message(category="integration", error_code="timeout", seconds=30)
    assert describe(ValueError("x"), operation="Connect")["context"]["operation"] == "Connect"


@pytest.mark.parametrize("name", ODD)
def test_odd_categories_and_codes_have_the_general_message(name: str) -> None:
    odd = ODD[name]
    assert ErrorMessageProvider.get_message(odd, odd) == "An error occurred"
    assert ErrorMessageProvider.get_message(odd, "timeout") == "An error occurred"
    assert ErrorMessageProvider.get_message() == "An error occurred"


@given(error=ERRORS, context=st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_context_can_be_enhanced(error: BaseException, context: dict[Any, Any]) -> None:
    enhanced = enhance_error_context(error, context)
    assert is_json(enhanced)
    assert enhanced["error_type"] == type(error).__name__


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_context_can_be_enhanced_too(name: str) -> None:
    enhanced = enhance_error_context(ValueError("x"), ODD[name])
    assert is_json(enhanced)
    assert enhanced["error_message"] == "x"


@pytest.mark.parametrize("name", ODD)
def test_each_odd_value_does_no_harm_wherever_it_stands(name: str) -> None:
    odd = ODD[name]
    for error in (ValueError("x"), coded(odd), IntegrationError("x", "a", "b", reason=odd)):
        assert is_json(describe(error, odd, reason=odd, required=odd))
    for code in ("disk_space_low", "connection_failed", "file_unreadable"):
        fields = dict.fromkeys(("reason", "required", "available", "system", "path", "field"), odd)
        assert ErrorMessageProvider.get_message(CATALOGUE[code].family, code, **fields)


@given(error=ERRORS, operation=VALUES, context=CONTEXTS)
def test_any_error_can_be_described(
    error: BaseException, operation: Any, context: dict[str, Any]
) -> None:
    described = describe(error, operation, **context)
    assert is_json(described)
    assert described["message"]
    assert classify(error).code in CATALOGUE


def test_what_is_always_in_a_context_stays_in_a_large_one() -> None:
    many = {f"name {number}": number for number in range(500)}
    context = describe(ConnectionError("x"), "Connect", user_id="u1", **many)["context"]
    assert (context["operation"], context["user_id"]) == ("Connect", "u1")
    assert context["retry_possible"] is True
    assert len(context) < 100


@pytest.mark.parametrize(
    "failure", [psutil.Error(), OSError(24, "x"), RuntimeError(), NotImplementedError()]
)
def test_a_machine_that_cannot_be_asked_does_no_harm(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if no file descriptor were left to open /proc."""

    def fail(*_args: object) -> Any:
        raise failure

    monkeypatch.setattr(psutil, "virtual_memory", fail)
    _memory_usage.cache_clear()
    monkeypatch.setattr(platform, "platform", fail)
    monkeypatch.setattr(platform, "python_version", fail)
    enhanced = enhance_error_context(ValueError("x"), {"a": 1})
    assert enhanced["memory_usage"] is None
    assert enhanced["a"] == 1
    assert describe(ValueError("x"), "Connect")["context"]["operation"] == "Connect"


@pytest.mark.parametrize("name", ODD)
def test_a_copy_without_secrets_is_small_json(name: str) -> None:
    assert len(json.dumps(scrub({"x": ODD[name]}), allow_nan=False).encode()) < 500_000
