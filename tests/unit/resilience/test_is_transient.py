"""Which failures are transient."""

import asyncio
import errno
import sqlite3

import pytest

from proto_ddf.resilience import CircuitOpenError
from proto_ddf.resilience.deadline import AttemptTimeoutError, DeadlineExceededError
from proto_ddf.resilience.is_transient import is_transient
from proto_ddf.resilience.limits.bulkhead import BulkheadFullError
from proto_ddf.resilience.limits.rate import RateLimitedError


@pytest.mark.parametrize(
    "error",
    [
        ConnectionError(),
        BrokenPipeError(),
        TimeoutError(),
        OSError(errno.ETIMEDOUT, "x"),
        sqlite3.OperationalError("database is locked"),
        ExceptionGroup("g", [ConnectionError(), TimeoutError()]),
        DeadlineExceededError(1.0),
        AttemptTimeoutError(1.0),
        BulkheadFullError("x", 1, 0),
        RateLimitedError("x", 1.0),
    ],
    ids=repr,
)
def test_passing(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("flux"),
        OSError(errno.ENOSPC, "x"),
        sqlite3.DatabaseError("file is not a database"),
        ExceptionGroup("g", [ConnectionError(), ValueError()]),
        CircuitOpenError("x", 1),
        asyncio.CancelledError(),
        KeyboardInterrupt(),
    ],
    ids=repr,
)
def test_lasting(error: BaseException) -> None:
    assert not is_transient(error)
