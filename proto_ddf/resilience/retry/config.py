"""The configuration of retries: how often, and after which waits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from proto_ddf.resilience.arguments import (
    BadArgumentError,
    check_count,
    check_function,
    check_not_negative,
)
from proto_ddf.resilience.is_transient import is_transient
from proto_ddf.resilience.retry import jitter as jitters
from proto_ddf.resilience.retry.jitter import Jitter


@dataclass(frozen=True)
class RetryConfig:
    """How often to retry, and after which waits.

    The n-th backoff is `initial_delay * backoff_factor ** (n - 1)` seconds, at most `max_delay`; `jitter` turns the
    backoff into the wait. `retriable` decides which errors are retried, except an open circuit, invalid input, a
    refused sign-in and a cancellation, which never are.

    Raises:
        BadArgumentError: a ValueError, for fewer than one attempt, a negative number, an initial delay above the
            maximum, and arguments of a wrong type.
    """

    max_attempts: int = 5
    """With the first attempt."""
    initial_delay: float = 0.1
    max_delay: float = 30.0
    backoff_factor: float = 2.0
    jitter: Jitter = jitters.full
    retriable: Callable[[BaseException], bool] = is_transient

    def __post_init__(self) -> None:
        check_count("max_attempts", self.max_attempts, 1)
        check_delays("initial_delay", self.initial_delay, self.max_delay)
        check_not_negative("backoff_factor", self.backoff_factor)
        check_function("jitter", self.jitter)
        check_function("retriable", self.retriable)


def check_delays(first_name: str, first: Any, longest: Any) -> None:
    """Raises BadArgumentError unless both delays, in seconds, are at least 0 and `first` is not above `longest`."""
    check_not_negative(first_name, first)
    check_not_negative("max_delay", longest)
    if first > longest:
        may_be = f"not be less than {first_name}, which is {first!r}"
        raise BadArgumentError("max_delay", may_be, longest)


PROFILES: Mapping[str, RetryConfig] = MappingProxyType(
    {
        "development": RetryConfig(
            max_attempts=3, initial_delay=0.05, max_delay=5.0, backoff_factor=1.5
        ),
        "production": RetryConfig(
            max_attempts=5, initial_delay=0.1, max_delay=30.0, backoff_factor=2.0
        ),
    }
)
