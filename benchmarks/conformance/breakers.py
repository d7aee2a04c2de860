"""The circuit breakers, each behind the same few functions."""

from datetime import timedelta
from typing import Any

import aiobreaker
import circuitbreaker
import hyx.circuitbreaker
import hyx.circuitbreaker.exceptions
import interlock
import purgatory
import purgatory.domain.model
import pybreaker
import redress

from benchmarks.conformance.contract import (
    AsyncCall,
    BreakerLibrary,
    NotOffered,
    Setup,
    State,
    SyncCall,
)
from proto_ddf.resilience.breaker import CircuitBreaker, CircuitOpenError
from proto_ddf.resilience.policy import Policy, PolicyConfig
from proto_ddf.resilience.retry import RetryConfig

NAME = "target"
STATES: dict[str, State] = {
    "closed": "closed",
    "working": "closed",
    "open": "open",
    "opened": "open",
    "failing": "open",
    "half_open": "half-open",
    "half-open": "half-open",
    "half-opened": "half-open",
    "recovering": "half-open",
}


class Own:
    refusal = CircuitOpenError

    def __init__(self, setup: Setup) -> None:
        self._breaker = CircuitBreaker(
            NAME,
            failure_threshold=setup.failures,
            success_threshold=1,
            reset_timeout=setup.reset,
            half_open_max_calls=setup.slots,
            probe_timeout=setup.lease,
        )

    def call_sync(self, fn: SyncCall) -> Any:
        return self._breaker.call_sync(fn)

    async def call(self, fn: AsyncCall) -> Any:
        return await self._breaker.call(fn)

    def decorate(self, fn: AsyncCall) -> AsyncCall:
        return self._breaker(fn)

    def state(self) -> State:
        return STATES[self._breaker.state.value]


class OwnPolicy:
    """The breaker in its place among all layers."""

    refusal = CircuitOpenError

    def __init__(self, setup: Setup) -> None:
        self._policy = Policy(
            NAME,
            config=PolicyConfig(
                retry=RetryConfig(max_attempts=1),
                deadline=60.0,
                attempt_timeout=30.0,
                failure_threshold=setup.failures,
                success_threshold=1,
                reset_timeout=setup.reset,
                probe_timeout=setup.lease,
                max_concurrent=100,
            ),
        )

    def call_sync(self, fn: SyncCall) -> Any:
        return self._policy.call_sync(fn)

    async def call(self, fn: AsyncCall) -> Any:
        return await self._policy.call(fn)

    def decorate(self, fn: AsyncCall) -> AsyncCall:
        return self._policy(fn)

    def state(self) -> State:
        breaker = self._policy.snapshot().breaker
        assert breaker is not None
        return STATES[breaker.state.value]


class Purgatory:
    """Its async and its sync breaker share no state: each probe uses one of them only."""

    refusal = purgatory.domain.model.OpenedState

    def __init__(self, setup: Setup) -> None:
        self._async = purgatory.AsyncCircuitBreakerFactory(setup.failures, setup.reset)
        self._sync = purgatory.SyncCircuitBreakerFactory(setup.failures, setup.reset)

    def call_sync(self, fn: SyncCall) -> Any:
        with self._sync.get_breaker(NAME):
            return fn()

    async def call(self, fn: AsyncCall) -> Any:
        async with await self._async.get_breaker(NAME):
            return await fn()

    def decorate(self, fn: AsyncCall) -> AsyncCall:
        guarded: AsyncCall = self._async(NAME)(fn)
        return guarded

    def state(self) -> State:
        kept = {**_contexts(self._async), **_contexts(self._sync)}
        return STATES[kept[NAME].state] if kept else "closed"


def _contexts(
    factory: purgatory.AsyncCircuitBreakerFactory | purgatory.SyncCircuitBreakerFactory,
) -> dict[str, purgatory.domain.model.Context]:
    """What a factory keeps in memory; there is no other way to a circuit's state without waiting."""
    contexts: Any = factory.uow.contexts
    return dict(contexts.breakers)


class Aiobreaker:
    refusal = aiobreaker.CircuitBreakerError

    def __init__(self, setup: Setup) -> None:
        self._breaker = aiobreaker.CircuitBreaker(
            fail_max=setup.failures, timeout_duration=timedelta(seconds=setup.reset)
        )

    def call_sync(self, fn: SyncCall) -> Any:
        return self._breaker.call(fn)

    async def call(self, fn: AsyncCall) -> Any:
        return await self._breaker.call_async(fn)

    def decorate(self, fn: AsyncCall) -> AsyncCall:
        guarded: AsyncCall = self._breaker(fn)
        return guarded

    def state(self) -> State:
        return STATES[self._breaker.current_state.name.lower()]


class Circuitbreaker:
    refusal = circuitbreaker.CircuitBreakerError

    def __init__(self, setup: Setup) -> None:
        self._breaker = circuitbreaker.CircuitBreaker(
            failure_threshold=setup.failures, recovery_timeout=setup.reset, name=NAME
        )

    def call_sync(self, fn: SyncCall) -> Any:
        return self._breaker.decorate(fn)()

    async def call(self, fn: AsyncCall) -> Any:
        return await self._breaker.decorate(fn)()

    def decorate(self, fn: AsyncCall) -> AsyncCall:
        guarded: AsyncCall = self._breaker(fn)
        return guarded

    def state(self) -> State:
        return STATES[self._breaker.state]


class Hyx:
    refusal = hyx.circuitbreaker.exceptions.BreakerFailing

    def __init__(self, setup: Setup) -> None:
        self._breaker = hyx.circuitbreaker.consecutive_breaker(
            failure_threshold=setup.failures,
            recovery_time_secs=setup.reset,
            recovery_threshold=1,
        )

    def call_sync(self, fn: SyncCall) -> Any:
        raise NotOffered

    async def call(self, fn: AsyncCall) -> Any:
        return await self.decorate(fn)()

    def decorate(self, fn: AsyncCall) -> AsyncCall:
        decorator: Any = self._breaker  # typed for functions that return one type only
        guarded: AsyncCall = decorator(fn)
        return guarded

    def state(self) -> State:
        return STATES[self._breaker.state.name]


class Pybreaker:
    """Its `call_async` is for Tornado; with asyncio the context manager is what works."""

    refusal = pybreaker.CircuitBreakerError

    def __init__(self, setup: Setup) -> None:
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=setup.failures, reset_timeout=setup.reset, success_threshold=1
        )

    def call_sync(self, fn: SyncCall) -> Any:
        return self._breaker.call(fn)

    async def call(self, fn: AsyncCall) -> Any:
        with self._breaker.calling():
            return await fn()

    def decorate(self, fn: AsyncCall) -> AsyncCall:
        guarded: AsyncCall = self._breaker(fn)
        return guarded

    def state(self) -> State:
        return STATES[self._breaker.current_state]


class Interlock:
    """It judges by rate: all of the last `failures` calls failed is the same as that many in a row."""

    refusal = interlock.CircuitOpenError

    def __init__(self, setup: Setup) -> None:
        self._breaker = interlock.CircuitBreaker(
            name=NAME,
            config=interlock.Config(
                failure_rate_threshold=1.0,
                minimum_number_of_calls=setup.failures,
                window_size=setup.failures,
                permitted_calls_in_half_open=setup.slots,
                max_concurrent_probes=setup.slots,
                wait_duration_in_open=setup.reset,
            ),
        )

    def call_sync(self, fn: SyncCall) -> Any:
        return self._breaker.call_sync(fn)

    async def call(self, fn: AsyncCall) -> Any:
        return await self._breaker.call_async(fn)

    def decorate(self, fn: AsyncCall) -> AsyncCall:
        return self._breaker(fn)

    def state(self) -> State:
        return STATES[self._breaker.state.value]


class Redress:
    refusal = redress.CircuitOpenError

    def __init__(self, setup: Setup) -> None:
        self._breaker = redress.CircuitBreaker(
            failure_threshold=setup.failures, recovery_timeout_s=setup.reset
        )
        self._sync = redress.Policy(circuit_breaker=self._breaker)
        self._async = redress.AsyncPolicy(circuit_breaker=self._breaker)

    def call_sync(self, fn: SyncCall) -> Any:
        return self._sync.call(fn)

    async def call(self, fn: AsyncCall) -> Any:
        return await self._async.call(fn)

    def decorate(self, fn: AsyncCall) -> AsyncCall:
        return lambda: self._async.call(fn)

    def state(self) -> State:
        return STATES[self._breaker.state.value]


OWN = BreakerLibrary("Proto-DDF", "", Own, slots=True)
OWN_POLICY = BreakerLibrary("Proto-DDF's policy", "", OwnPolicy)
PEERS = (
    BreakerLibrary("interlock-cb", "interlock-cb", Interlock, slots=True),
    BreakerLibrary("redress", "redress", Redress),
    BreakerLibrary("pybreaker", "pybreaker", Pybreaker),
    BreakerLibrary("purgatory", "purgatory", Purgatory),
    BreakerLibrary("aiobreaker", "aiobreaker", Aiobreaker),
    BreakerLibrary("circuitbreaker", "circuitbreaker", Circuitbreaker),
    BreakerLibrary("hyx", "hyx", Hyx, sync=False),
)
