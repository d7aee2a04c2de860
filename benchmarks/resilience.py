"""What a call costs that goes through a breaker or a whole policy and succeeds, and what the suite of probes finds.

python -m benchmarks resilience
"""

import asyncio
import gc
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import circuitbreaker
import interlock
import purgatory
import stamina
import structlog

from benchmarks.conformance import suite, table
from benchmarks.report import Comparison, machine, publish
from proto_ddf.resilience.breaker import CircuitBreaker
from proto_ddf.resilience.policy import Policy, PolicyConfig, policy_config

ROUNDS = 9
BREAKER_CALLS = 20_000
POLICY_CALLS = 4_000
CALL_SECONDS = 0.1
THREADS = 8
FIVE_LAYERS = PolicyConfig(deadline=60.0, attempt_timeout=30.0, max_concurrent=8)
TEXT = """What a successful call costs, of a function that does nothing. The whole policy is deadline, retry with a
budget, breaker, bulkhead and attempt timeout. Its peer is stamina's retry around purgatory's breaker as `async with`,
without the other three. The threads wait in a pool before they are told to call."""

AsyncCall = Callable[[], Awaitable[Any]]
SyncCall = Callable[[], Any]


def main() -> None:
    """Print the figures and keep them in docs/benchmarks.md, what the probes find in docs/resilience.md."""
    # Each change of a circuit and each retry would be a line on the console.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with no_collector():
        comparisons = [*asyncio.run(async_figures()), *sync_figures(), threads()]
    publish("Resilience", TEXT, comparisons, peer="peer")
    breakers, retries = suite.run_breakers(), suite.run_retries()
    for outcomes in (breakers, retries):
        print(table.matrix(outcomes), flush=True)
    table.write(breakers, retries, machine())


@contextmanager
def no_collector() -> Iterator[None]:
    """Without garbage collection in the middle of a round, as timeit does it."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def nothing() -> None:
    """The call that is measured."""


def nothing_sync() -> None:
    """The same, sync."""


async def async_figures() -> list[Comparison]:
    breaker = CircuitBreaker("target")
    factory = purgatory.AsyncCircuitBreakerFactory()
    context = await factory.get_breaker("target")
    rated = interlock.CircuitBreaker(name="target")

    async def in_purgatory_block() -> None:
        async with context:
            await nothing()

    guarded = breaker(nothing)
    both = stamina.retry(on=ConnectionError)(in_purgatory_block)
    return [
        await compare_async(
            "Breaker, async, decorated, against purgatory",
            guarded,
            factory("target")(nothing),
            1.2,
        ),
        await compare_async(
            "Breaker, async, decorated, against interlock-cb", guarded, rated(nothing), None
        ),
        await compare_async(
            "Whole policy, async, against stamina and purgatory",
            Policy("target", config=FIVE_LAYERS)(nothing),
            both,
            1.0,
            POLICY_CALLS,
        ),
        await compare_async(
            "The policy of a data source, as it is by default, against the same",
            Policy("source", config=policy_config("source"))(nothing),
            both,
            None,
            POLICY_CALLS,
        ),
    ]


def sync_figures() -> list[Comparison]:
    guarded = CircuitBreaker("target")(nothing_sync)
    plain = circuitbreaker.CircuitBreaker(name="target")(nothing_sync)
    rated = interlock.CircuitBreaker(name="target")(nothing_sync)
    return [
        compare_sync("Breaker, sync, decorated, against circuitbreaker", guarded, plain, 1.2),
        compare_sync("Breaker, sync, decorated, against interlock-cb", guarded, rated, None),
    ]


def threads() -> Comparison:
    """Calls side by side take no longer than one. The threads are there before, as a server's are."""
    breaker = CircuitBreaker("target")

    def call(_: int) -> None:
        breaker.call_sync(time.sleep, CALL_SECONDS)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(time.sleep, [0.05] * THREADS))
        ours, one = in_turns(
            lambda: list(pool.map(call, range(THREADS))), lambda: list(pool.map(call, range(1))), 1
        )
    title = f"{THREADS} threads of {CALL_SECONDS} s calls through one breaker, against one call"
    return Comparison(title, _milliseconds(ours), _milliseconds(one), "ms", 1.1)


def _milliseconds(microseconds: list[float]) -> list[float]:
    return [value / 1000 for value in microseconds]


def compare_sync(title: str, ours: SyncCall, peer: SyncCall, limit: float | None) -> Comparison:
    return Comparison(title, *in_turns(ours, peer, BREAKER_CALLS), "µs", limit)


def in_turns(ours: SyncCall, peer: SyncCall, calls: int) -> tuple[list[float], list[float]]:
    """Microseconds a call, of both, ROUNDS times. A first round is not counted."""
    figures: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS + 1):
        for call, kept in zip((ours, peer), figures, strict=True):
            begin = time.perf_counter()
            for _ in range(calls):
                call()
            kept.append((time.perf_counter() - begin) / calls * 1e6)
    return figures[0][1:], figures[1][1:]


async def compare_async(
    title: str,
    ours: AsyncCall,
    peer: AsyncCall,
    limit: float | None,
    calls: int = BREAKER_CALLS,
) -> Comparison:
    """As `in_turns`, awaited."""
    figures: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS + 1):
        for call, kept in zip((ours, peer), figures, strict=True):
            begin = time.perf_counter()
            for _ in range(calls):
                await call()
            kept.append((time.perf_counter() - begin) / calls * 1e6)
    return Comparison(title, figures[0][1:], figures[1][1:], "µs", limit)


if __name__ == "__main__":
    main()
