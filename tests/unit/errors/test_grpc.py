"""gRPC's errors, raised by grpcio against a real server."""

import asyncio
import socket
from typing import Any

import grpc
import pytest

from proto_ddf.errors import Classification, classify
from tests.unit.aborting_server import (
    METHOD,
    RETRIED,
    STATUSES,
    call_async,
)

CODES = {
    "UNAVAILABLE": "connection_failed",
    "DEADLINE_EXCEEDED": "timeout",
    "UNAUTHENTICATED": "authentication_failed",
    "PERMISSION_DENIED": "access_denied",
}


def check(status: str, found: Classification) -> None:
    assert found.code == CODES.get(status, "integration_error")
    assert found.retryable is (status in RETRIED)
    assert (found.category == "transient") is (status in RETRIED)
    assert found.confidence == 1.0


@pytest.mark.parametrize("status", STATUSES)
def test_every_status(grpc_call: Any, status: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        grpc_call(status.encode())
    assert caught.value.code().name == status
    check(status, classify(caught.value))


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_from_asyncio(grpc_address: str, status: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        asyncio.run(call_async(grpc_address, status.encode()))
    check(status, classify(caught.value))


def test_what_the_server_said_is_shown(grpc_call: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        grpc_call(b"FAILED_PRECONDITION")
    assert (
        classify(caught.value).message
        == "The server answered with status FAILED_PRECONDITION (on purpose)."
    )


def test_a_refused_sign_in_points_to_the_password(grpc_call: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        grpc_call(b"UNAUTHENTICATED")
    found = classify(caught.value)
    assert (found.field, found.try_again) == ("password", False)


def test_nobody_listening() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        with grpc.insecure_channel(address) as channel, pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary(METHOD)(b"OK", timeout=10)
    found = classify(caught.value)
    assert (found.code, found.retryable) == ("connection_failed", True)


def test_a_channel_that_is_not_ready_in_time() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        with grpc.insecure_channel(address) as channel:
            ready = grpc.channel_ready_future(channel)
            with pytest.raises(grpc.FutureTimeoutError) as caught:
                ready.result(timeout=0.05)
            ready.cancel()
    assert classify(caught.value).code == "timeout"


def test_an_error_of_grpc_without_a_status_is_unknown() -> None:
    assert classify(grpc.RpcError("odd")).code == "unknown"
