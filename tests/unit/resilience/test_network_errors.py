"""The mark "Many network errors" of a target counts errors of the network and no others.

Of the kind: whatever else a call may raise is an answer of the target, a fault of the one who asks, or a refusal
before anything was sent: wrong passwords, missing rights, broken files, bad queries, full disks, our own limits,
mistakes in the code, and errors that only mention the network in their text.
"""

import socket
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf import errors
from proto_ddf.errors import CATALOGUE, IntegrationError, ValidationError
from proto_ddf.resilience import BulkheadFullError, CircuitOpenError, PolicyConfig, RateLimitedError
from proto_ddf.resilience.policy import Policy
from proto_ddf.resilience.policy.error_log import NETWORK_CODES
from tests.unit.resilience.breakers import Clock

THRESHOLD = 3


def policy() -> Policy:
    config = PolicyConfig(breaker=False, alert_threshold=THRESHOLD, alert_window=60)
    return Policy("source", "a", config, clock=Clock()).without_retries()


def meets(target: Policy, error: Exception) -> None:
    def call() -> None:
        raise error

    with pytest.raises(type(error)):
        target.call_sync(call)


def is_marked(*errors: Exception) -> bool:
    target = policy()
    for error in errors:
        meets(target, error)
    assert len(target.snapshot().last_errors) == len(errors)  # all of them are listed
    return target.snapshot().alerting


def of_code(code: str) -> Exception:
    return IntegrationError("It failed.", system="shop", operation="read", code=code)


def test_every_code_that_counts_is_of_the_catalogue() -> None:
    assert set(CATALOGUE) >= NETWORK_CODES


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_an_error_of_the_catalogue_counts_where_the_network_failed(code: str) -> None:
    assert is_marked(*[of_code(code)] * THRESHOLD) == (code in NETWORK_CODES)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("refused"),
        ConnectionResetError("reset"),
        BrokenPipeError("broken"),
        TimeoutError("timed out"),
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        OSError(101, "Network is unreachable"),
        OSError(113, "No route to host"),
    ],
    ids=lambda error: type(error).__name__ + str(error.errno or ""),
)
def test_what_sockets_raise_counts(error: Exception) -> None:
    assert is_marked(*[error] * THRESHOLD)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("the connection timed out"),
        KeyError("host"),
        RuntimeError("connection refused"),
        FileNotFoundError(2, "No such file"),
        PermissionError(13, "Permission denied"),
        OSError(28, "No space left on device"),
        ValidationError("Bad host.", field="host", value=""),
        errors.SystemError("Full.", component="disk", code="disk_space_low"),
        CircuitOpenError("source a", 30.0),
        BulkheadFullError("source a", 1, 0),
        RateLimitedError("source a", 1.0),
        ExceptionGroup("both", [CircuitOpenError("b", 1.0), RateLimitedError("b", 1.0)]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_nothing_else_counts(error: Exception) -> None:
    assert not is_marked(*[error] * THRESHOLD * 3)


makers: list[Callable[[], Exception]] = [ConnectionError, TimeoutError]
others: list[Callable[[], Exception]] = [ValueError, lambda: of_code("authentication_failed")]


@given(st.lists(st.sampled_from([True, False]), max_size=12), st.integers(0, 1))
def test_the_mark_is_there_from_so_many_network_errors_on_whatever_lies_between(
    network: list[bool], which: int
) -> None:
    errors = [(makers if each else others)[which]() for each in network]
    assert is_marked(*errors) == (sum(network) >= THRESHOLD)
