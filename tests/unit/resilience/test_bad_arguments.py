"""An argument that cannot be meant is refused at once, in one line with its name, what it may be, and what it is.

The kind: a value of another type (a text, a truth value for a number, a number for a truth value, a fraction for a
count, a number for a function), a number that is none, infinite or out of range, and two values in the wrong order.
Otherwise it fails at the first retry or opening, far from who wrote it, or never and means something else: True counts
as 1. It goes for everything that a policy is made of.
"""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.resilience import (
    Bulkhead,
    CircuitBreaker,
    RateLimit,
    RetryBudget,
    RetryConfig,
    SlidingWindow,
    retry_with_backoff,
)
from proto_ddf.resilience.retry import AdaptiveRetry
from proto_ddf.resilience.retry.jitter import additive


def breaker(**given: Any) -> CircuitBreaker:
    return CircuitBreaker("x", **given)


def window(**given: Any) -> SlidingWindow:
    return SlidingWindow(**{"kind": "count", "size": 10, "minimum_calls": 5, **given})


def bulkhead(**given: Any) -> Bulkhead:
    return Bulkhead("x", **{"max_concurrent": 3, **given})


def rate(**given: Any) -> RateLimit:
    return RateLimit("x", **{"calls": 3, "seconds": 1.0, **given})


COUNTS: list[tuple[Callable[..., Any], str, int]] = [
    (RetryConfig, "max_attempts", 1),
    (retry_with_backoff, "max_retries", 0),
    (breaker, "failure_threshold", 1),
    (breaker, "success_threshold", 1),
    (breaker, "half_open_max_calls", 1),
    (window, "minimum_calls", 1),
    (bulkhead, "max_concurrent", 1),
    (bulkhead, "max_queue", 0),
    (rate, "calls", 1),
]
"""What takes it, its name, and the least it may be."""
NOT_NEGATIVE: list[tuple[Callable[..., Any], str]] = [
    (RetryConfig, "initial_delay"),
    (RetryConfig, "max_delay"),
    (RetryConfig, "backoff_factor"),
    (retry_with_backoff, "base_delay"),
    (retry_with_backoff, "max_delay"),
    (retry_with_backoff, "exponential_base"),
    (breaker, "reset_timeout"),
    (breaker, "history_seconds"),
    (additive, "seconds"),
]
POSITIVE: list[tuple[Callable[..., Any], str]] = [
    (breaker, "probe_timeout"),
    (window, "size"),
    (window, "slow_call_seconds"),
    (rate, "seconds"),
    (RetryBudget, "max_tokens"),
    (RetryBudget, "token_ratio"),
]
FRACTIONS: list[tuple[Callable[..., Any], str]] = [
    (window, "failure_rate"),
    (window, "slow_call_rate"),
    (RetryBudget, "threshold"),
    (AdaptiveRetry, "weight"),
]
FUNCTIONS: list[tuple[Callable[..., Any], str]] = [
    (RetryConfig, "jitter"),
    (RetryConfig, "retriable"),
    (breaker, "is_failure"),
    (breaker, "clock"),
]
NO_NUMBERS: tuple[Any, ...] = (
    "3",
    "",
    b"3",
    True,
    False,
    [],
    {},
    (1,),
    1j,
    object,
    math.nan,
    math.inf,
    -math.inf,
)
REFUSED = ValueError, TypeError


def refused(make: Callable[..., Any], **given: Any) -> str:
    with pytest.raises(REFUSED) as caught:
        make(**given)
    assert isinstance(caught.value, ValueError)
    message = str(caught.value)
    assert "\n" not in message
    for name, value in given.items():
        assert name in message
        assert repr(value)[:20] in message
    return message


@pytest.mark.parametrize("wrong", [*NO_NUMBERS, 2.5, 3.0, None, -1], ids=repr)
@pytest.mark.parametrize(("make", "name", "least"), COUNTS)
def test_a_count_is_a_whole_number(
    make: Callable[..., Any], name: str, least: int, wrong: Any
) -> None:
    message = refused(make, **{name: wrong})
    assert f"at least {least}" in message


@given(number=st.integers(max_value=0), at=st.sampled_from(COUNTS))
def test_a_count_has_its_least(number: int, at: tuple[Callable[..., Any], str, int]) -> None:
    make, name, least = at
    if number < least:
        refused(make, **{name: number})
    else:
        make(**{name: number})


@pytest.mark.parametrize("wrong", NO_NUMBERS, ids=repr)
@pytest.mark.parametrize(("make", "name"), [*NOT_NEGATIVE, *POSITIVE, *FRACTIONS])
def test_a_number_is_a_number(make: Callable[..., Any], name: str, wrong: Any) -> None:
    refused(make, **{name: wrong})


@given(
    number=st.floats(max_value=0, exclude_max=True),
    at=st.sampled_from([*NOT_NEGATIVE, *POSITIVE, *FRACTIONS]),
)
def test_none_may_be_negative(number: float, at: tuple[Callable[..., Any], str]) -> None:
    refused(at[0], **{at[1]: number})


@pytest.mark.parametrize(("make", "name"), POSITIVE)
def test_some_are_more_than_nothing(make: Callable[..., Any], name: str) -> None:
    refused(make, **{name: 0})


@given(number=st.floats(min_value=1, exclude_min=True), at=st.sampled_from(FRACTIONS))
def test_a_fraction_is_at_most_one(number: float, at: tuple[Callable[..., Any], str]) -> None:
    refused(at[0], **{at[1]: number})


@pytest.mark.parametrize("wrong", [True, 1, "full", 0.5], ids=repr)
@pytest.mark.parametrize(("make", "name"), FUNCTIONS)
def test_a_function_can_be_called(make: Callable[..., Any], name: str, wrong: Any) -> None:
    refused(make, **{name: wrong})


@pytest.mark.parametrize("wrong", [1, 0, "yes", None, 0.5], ids=repr)
def test_a_truth_value_is_one(wrong: Any) -> None:
    """Above all not one of the jitters of `RetryConfig`."""
    refused(retry_with_backoff, jitter=wrong)


@pytest.mark.parametrize("wrong", [20, "count", {"kind": "count"}], ids=repr)
def test_a_window_is_a_window(wrong: Any) -> None:
    refused(breaker, window=wrong)


@pytest.mark.parametrize("wrong", ["weight", None, 3, ["count"]], ids=repr)
def test_the_kind_of_a_window_is_named(wrong: Any) -> None:
    assert "time" in refused(window, kind=wrong)


@pytest.mark.parametrize("wrong", [4, 9.5, 10.5])
def test_a_window_of_calls_holds_whole_calls_and_as_many_as_it_judges_by(wrong: float) -> None:
    assert "minimum_calls" in refused(window, size=wrong)


@given(first=st.floats(0, 1e6), longest=st.floats(0, 1e6))
def test_the_first_wait_is_not_longer_than_the_longest(first: float, longest: float) -> None:
    if first > longest:
        refused(RetryConfig, initial_delay=first, max_delay=longest)
        refused(retry_with_backoff, base_delay=first, max_delay=longest)
    else:
        RetryConfig(initial_delay=first, max_delay=longest)
        retry_with_backoff(base_delay=first, max_delay=longest)


@pytest.mark.parametrize("name", [None, 3, b"shop", ""])
def test_a_breaker_has_a_name(name: Any) -> None:
    with pytest.raises(REFUSED, match="name"):
        CircuitBreaker(name)


def test_integers_are_numbers_too() -> None:
    RetryConfig(3, 0, 5, 2)
    breaker(reset_timeout=1, probe_timeout=2, history_seconds=3)
    window(size=20, failure_rate=1, slow_call_seconds=1, slow_call_rate=1)
