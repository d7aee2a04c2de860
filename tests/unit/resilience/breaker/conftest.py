"""A breaker with a fake clock."""

import pytest

from proto_ddf.resilience.breaker import CircuitBreaker
from tests.unit.resilience.breakers import Clock, trip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker("shop", failure_threshold=3, success_threshold=2, clock=clock)


@pytest.fixture
def half_open(breaker: CircuitBreaker, clock: Clock) -> CircuitBreaker:
    trip(breaker)
    clock.now += 30
    return breaker
