"""The form in which errors are stored and shown."""

import errno
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf import errors
from proto_ddf.errors import IntegrationError, ValidationError, describe

KEYS = {
    "error_type",
    "code",
    "family",
    "category",
    "type",
    "severity",
    "suggested_action",
    "confidence",
    "title",
    "message",
    "hint",
    "field",
    "location",
    "retry_possible",
    "context",
}


def test_has_every_part() -> None:
    error = IntegrationError(
        "x", system="sqlite", operation="open", code="sqlite_locked", path="shop.db"
    )
    described = describe(error, "Connect Shop", attempt=2)
    assert set(described) == KEYS
    assert described["error_type"] == "IntegrationError"
    assert described["code"] == "sqlite_locked"
    assert "shop.db" in described["message"]
    details = described["context"]
    assert details["operation"] == "Connect Shop"
    assert details["attempted"] == "open"
    assert details["user_id"] == "anonymous"
    assert details["retry_possible"] is True
    assert details["attempt"] == 2
    assert details["path"] == "shop.db"
    assert {"error_message", "timestamp", "python_version", "platform", "memory_usage"} <= set(
        details
    )


def test_the_user_can_be_named() -> None:
    assert describe(ValueError(), "x", user_id="u1")["context"]["user_id"] == "u1"


@pytest.mark.parametrize(
    ("error", "possible"),
    [
        (OSError(errno.ENOSPC, "full"), True),
        (errors.SystemError("x", "ports", code="port_unavailable"), True),
        (errors.SystemError("x", "build", code="build_failed"), True),
        (FileNotFoundError(errno.ENOENT, "gone", "a.csv"), True),
        (ConnectionRefusedError(), True),
        (RuntimeError("flux"), True),
        (ValidationError("x", "name", ""), False),
        (ValidationError("x", "name", "", code="project_name_taken"), False),
    ],
)
def test_try_again_is_offered_where_it_can_help(error: Exception, possible: bool) -> None:
    described = describe(error)
    assert described["retry_possible"] is possible
    assert described["context"]["retry_possible"] is possible


def test_the_value_of_a_secret_field_is_hidden() -> None:
    described = describe(ValidationError("Too short", field="password", value="pw1"))
    assert "pw1" not in json.dumps(described)
    assert described["field"] == "password"


def test_secrets_are_nowhere() -> None:
    error = IntegrationError(
        "no way to mysql://joe:pw1@db",
        system="mysql://joe:pw1@db",
        operation="open",
        code="connection_failed",
        password="pw1",
        options={"apiKey": "pw1", "list": [{"secret": "pw1"}]},
    )
    assert "pw1" not in json.dumps(
        describe(error, "Connect", header="Authorization: Bearer pw1pw1pw1")
    )


def test_odd_values_become_json() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise RuntimeError("no text")

    ring: list[Any] = []
    ring.append(ring)
    described = describe(
        ValueError("\ud800"),
        path=Path("/x"),
        data=b"abc",
        ratio=math.nan,
        odd=Odd(),
        ring=ring,
        chosen={"b"},
    )
    details = json.loads(json.dumps(described, allow_nan=False))["context"]
    assert details["path"] == "/x"
    assert details["data"] == "<3 bytes>"
    assert details["odd"] == "<Odd>"
    assert details["chosen"] == ["b"]
    json.dumps(described, ensure_ascii=False).encode("utf-8")


JSON_LIKE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(value=JSON_LIKE)
def test_any_context_becomes_json(value: Any) -> None:
    json.dumps(describe(ValueError("x"), value=value), allow_nan=False)
