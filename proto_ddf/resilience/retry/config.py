"""How often something is tried again, and after which waits."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from proto_ddf.resilience.retry import jitter as jitters
from proto_ddf.resilience.retry.jitter import Jitter
from proto_ddf.resilience.transient import is_transient


@dataclass(frozen=True)
class RetryConfig:
    """How often, and after which waits.

    The n-th backoff is `initial_delay * backoff_factor ** (n - 1)` seconds, at most `max_delay`, and
    `jitter` makes the wait of it. `retriable` says what may pass by itself; an open circuit, bad input, a
    refused sign-in and a cancellation are never tried again, whatever it says.

    Raises:
        ValueError: for fewer than one attempt, and for numbers that are negative or no numbers.
    """

    max_attempts: int = 5
    """With the first one."""
    initial_delay: float = 0.1
    max_delay: float = 30.0
    backoff_factor: float = 2.0
    jitter: Jitter = jitters.full
    retriable: Callable[[BaseException], bool] = is_transient

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValueError("max_attempts must be at least 1")
        for number in (self.initial_delay, self.max_delay, self.backoff_factor):
            if not 0 <= number < math.inf:
                raise ValueError("delays and factor must not be negative or infinite")


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
