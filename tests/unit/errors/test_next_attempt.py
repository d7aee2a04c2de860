"""When a refused call can be tried again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from proto_ddf.errors import describe
from proto_ddf.errors.next_attempt import next_attempt_at, seconds_until
from proto_ddf.resilience import CircuitOpenError


def refused(**context: Any) -> dict[str, Any]:
    described = describe(CircuitOpenError("shop", 30.0), "connect")
    return {**described, "context": {**described["context"], **context}}


def test_the_time_that_the_error_names_counts() -> None:
    assert (
        next_attempt_at(refused(retry_at="2026-11-22T10:00:00+00:00"))
        == "2026-11-22T10:00:00+00:00"
    )


@pytest.mark.parametrize("odd", ["soon", 3, "", "2026-11-22T10:00:00"])
def test_what_is_no_time_is_no_wait(odd: Any) -> None:
    assert next_attempt_at(refused(retry_at=odd)) == ""
    assert seconds_until(odd) == 0.0


def test_other_errors_can_be_tried_at_once() -> None:
    assert (
        next_attempt_at(
            describe(ConnectionError("x"), "connect", retry_at="2026-11-22T10:00+00:00")
        )
        == ""
    )
    assert next_attempt_at({}) == ""


def test_seconds_are_never_negative() -> None:
    now = datetime.now(UTC)
    assert seconds_until((now - timedelta(days=1)).isoformat()) == 0.0
    assert 86_000 < seconds_until((now + timedelta(days=1)).isoformat()) <= 86_400
