"""When to retry, read from real errors of httpx and grpcio."""

import asyncio
import math
import time
from typing import Any

import grpc
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.errors import IntegrationError
from proto_ddf.resilience import CircuitOpenError
from proto_ddf.resilience.call_refused import CallRefusedError
from proto_ddf.resilience.retry.retry_after import NEVER, retry_after
from tests.unit.aborting_server import call_async


def answered(**headers: str) -> httpx.HTTPStatusError:
    response = httpx.Response(
        503,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        request=httpx.Request("GET", "https://api.example.com/rows"),
    )
    with pytest.raises(httpx.HTTPStatusError) as caught:
        response.raise_for_status()
    return caught.value


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("value", "seconds"), [("0", 0.0), ("1", 1.0), (" 120 ", 120.0), ("9" * 400, NEVER)]
    )
    def test_seconds(self, value: str, seconds: float) -> None:
        assert retry_after(answered(retry_after=value)) == seconds

    @pytest.mark.parametrize(
        "date",
        [
            "Sun, 22 Nov 2026 10:00:30 GMT",
            "Sunday, 22-Nov-26 10:00:30 GMT",
            "Sun Nov 22 10:00:30 2026",
            "Sun, 22 Nov 2026 10:00:30 -0000",
        ],
    )
    def test_the_forms_of_an_http_date(self, date: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(time, "time", lambda: 1795341600.0)  # 10:00:00
        monkeypatch.setenv("TZ", "America/New_York")  # which an HTTP date has nothing to do with
        time.tzset()
        try:
            assert retry_after(answered(retry_after=date)) == 30.0
        finally:
            monkeypatch.undo()
            time.tzset()

    def test_a_date_that_is_over_means_at_once(self) -> None:
        assert retry_after(answered(retry_after="Sun, 06 Nov 1994 08:49:37 GMT")) == 0.0

    @pytest.mark.parametrize("value", ["", "-5", "1.5", "soon", "²", "Wed, 99 Foo 2026 25:00:00"])
    def test_what_cannot_be_read_is_no_hint(self, value: str) -> None:
        assert retry_after(answered(retry_after=value.encode())) is None  # type: ignore[arg-type]

    @given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
    def test_nothing_a_server_says_breaks_it(self, value: str) -> None:
        found = retry_after(answered(retry_after=value))
        assert found is None or found >= 0

    def test_no_header_is_no_hint(self) -> None:
        assert retry_after(answered()) is None


class TestPushback:
    VALUES = [
        ("0", 0.0),
        ("1500", 1.5),
        ("2147483647", 2147483.647),
        ("-1", NEVER),
        ("2147483648", NEVER),
        ("1.5", NEVER),
        ("soon", NEVER),
    ]

    @pytest.mark.parametrize(("value", "seconds"), VALUES)
    def test_of_a_call(self, grpc_call: Any, value: str, seconds: float) -> None:
        with pytest.raises(grpc.RpcError) as caught:
            grpc_call(f"UNAVAILABLE {value}".encode())
        assert retry_after(caught.value) == seconds

    @pytest.mark.parametrize(("value", "seconds"), VALUES)
    def test_of_a_call_by_asyncio(self, grpc_address: str, value: str, seconds: float) -> None:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            asyncio.run(call_async(grpc_address, f"UNAVAILABLE {value}".encode()))
        assert retry_after(caught.value) == seconds

    def test_none_said(self, grpc_call: Any) -> None:
        with pytest.raises(grpc.RpcError) as caught:
            grpc_call(b"UNAVAILABLE")
        assert retry_after(caught.value) is None

    def test_an_error_of_grpc_without_metadata(self) -> None:
        assert retry_after(grpc.RpcError("odd")) is None


class TestOurOwn:
    def test_refusals_say_it_themselves(self) -> None:
        refusal = CallRefusedError("busy", system="shop", operation="call", code="rate_limited")
        assert retry_after(refusal) is None
        refusal.retry_after = 0.25
        assert retry_after(refusal) == 0.25

    @pytest.mark.parametrize("nonsense", [-1, math.nan, "5", None])
    def test_nonsense_is_no_hint(self, nonsense: Any) -> None:
        refusal = CallRefusedError("busy", system="shop", operation="call", code="rate_limited")
        refusal.retry_after = nonsense
        assert retry_after(refusal) is None

    def test_an_open_circuit_too(self) -> None:
        assert retry_after(CircuitOpenError("shop", 12.5)) == 12.5


class TestCauses:
    def wrapped(self, cause: BaseException) -> IntegrationError:
        error = IntegrationError("could not read", system="shop", operation="read")
        error.__cause__ = cause
        return error

    def test_the_error_behind_is_asked_too(self) -> None:
        assert retry_after(self.wrapped(self.wrapped(answered(retry_after="7")))) == 7.0

    def test_the_nearest_counts(self) -> None:
        error = CallRefusedError("busy", system="shop", operation="call")
        error.retry_after = 1.0
        error.__cause__ = answered(retry_after="7")
        assert retry_after(error) == 1.0

    def test_a_ring_of_causes_ends(self) -> None:
        first, second = ValueError(), ValueError()
        first.__cause__, second.__cause__ = second, first
        assert retry_after(first) is None

    def test_what_was_only_being_handled_is_not_asked(self) -> None:
        error = ValueError()
        error.__context__ = answered(retry_after="7")
        assert retry_after(error) is None
