"""The context of an error."""

import json
import platform
from datetime import UTC, datetime, timedelta

import psutil
import pydantic
import pytest

from proto_ddf.errors import enhance_error_context
from proto_ddf.errors.context import _memory_usage


def test_adds_what_is_known_and_keeps_what_was_given() -> None:
    given = {"operation": "Connect", "rows": 3}
    enhanced = enhance_error_context(ValueError("bad"), given)
    assert enhanced["operation"] == "Connect"
    assert enhanced["rows"] == 3
    assert enhanced["error_type"] == "ValueError"
    assert enhanced["error_message"] == "bad"
    assert enhanced["python_version"] == platform.python_version()
    assert enhanced["platform"] == platform.platform()
    assert 0 < enhanced["memory_usage"] <= 100
    assert given == {"operation": "Connect", "rows": 3}


def test_the_time_is_utc_in_iso_8601() -> None:
    at = datetime.fromisoformat(enhance_error_context(ValueError(), {})["timestamp"])
    assert at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def test_memory_is_none_where_the_system_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "virtual_memory", silent)
    _memory_usage.cache_clear()
    assert enhance_error_context(ValueError(), {})["memory_usage"] is None


def test_hides_secrets_in_context_and_message() -> None:
    error = ValueError("cannot open postgres://joe:pw1@db/shop, password=pw1")
    enhanced = enhance_error_context(error, {"api_token": "pw1", "nested": {"key": "pw1"}})
    assert "pw1" not in json.dumps(enhanced)


def test_a_models_error_is_reported_without_the_input() -> None:
    class Login(pydantic.BaseModel):
        password: int

    with pytest.raises(pydantic.ValidationError) as caught:
        Login.model_validate({"password": "hunter2"})
    message = enhance_error_context(caught.value, {})["error_message"]
    assert message.startswith("password: ")
    assert "hunter2" not in message
