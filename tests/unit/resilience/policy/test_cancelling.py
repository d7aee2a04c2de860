"""Cancelling a call through all layers of a policy: it ends cancelled, and leaves nothing behind."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from proto_ddf.resilience import BreakerState, Policy, PolicyConfig, RetryConfig
from proto_ddf.resilience.retry.jitter import none
from tests.unit.resilience.instant_loop import run, running_loop


class Work:
    """Each attempt waits twice; the first two fail."""

    def __init__(self) -> None:
        self.where = "not begun"
        self.attempts = 0

    async def __call__(self) -> str:
        self.attempts += 1
        self.where = f"attempt {self.attempts}"
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if self.attempts < 3:
            self.where = f"wait {self.attempts}"
            raise ConnectionError
        return "done"


def whole_policy(**config: Any) -> Policy:
    """With all layers."""
    return Policy(
        "source",
        "a",
        PolicyConfig(
            **{
                "retry": RetryConfig(3, 0.5, jitter=none),
                "deadline": 600,
                "attempt_timeout": 300,
                "max_concurrent": 1,
                "max_queue": 1,
                "rate": (1000, 1.0),
                "adaptive": True,
                **config,
            }
        ),
    )


async def passing(work: Coroutine[Any, Any, str]) -> str:
    """Time advances a little with every turn, so that waits end although the loop is never idle."""
    loop = running_loop()

    def tick() -> None:
        loop.now += 0.1
        loop.call_soon(tick)

    loop.call_soon(tick)
    return await work


def assert_nothing_is_left(policy: Policy) -> None:
    shown = policy.snapshot()
    assert shown.bulkhead is not None
    assert (shown.bulkhead.active, shown.bulkhead.waiting, shown.failed) == (0, 0, 0)


def test_at_every_point_where_it_waits() -> None:
    """In each turn of the loop: in the queue, in attempts and in the waits between them."""

    async def act(turns: int) -> str:
        policy, work = whole_policy(), Work()
        assert policy.bulkhead is not None
        policy.bulkhead.try_enter()
        task = asyncio.create_task(policy.call(work))
        for turn in range(turns):
            if turn == 4:
                policy.bulkhead.leave()
            await asyncio.sleep(0)
        where = "queue" if policy.bulkhead.snapshot().waiting else work.where
        finished, attempts = task.done(), work.attempts
        task.cancel()
        await asyncio.wait([task])
        if turns <= 4:
            policy.bulkhead.leave()
        assert task.cancelled() is not finished
        assert work.attempts == attempts
        assert_nothing_is_left(policy)
        return "done" if finished else where

    ends = []
    while "done" not in ends:
        ends.append(run(passing(act(len(ends)))))
    assert list(dict.fromkeys(ends)) == [
        "not begun",
        "queue",
        "attempt 1",
        "wait 1",
        "attempt 2",
        "wait 2",
        "attempt 3",
        "done",
    ]


def test_a_probe_at_every_point_where_it_waits() -> None:
    """The lease of the probe is released, wherever it was cancelled."""

    async def act(turns: int) -> bool:
        policy = whole_policy(retry=RetryConfig(1), failure_threshold=1, reset_timeout=0.0)
        assert policy.breaker is not None
        with pytest.raises(ConnectionError):
            await policy.call(Work())
        assert policy.breaker.state is BreakerState.HALF_OPEN
        work = Work()
        work.attempts = 2
        task = asyncio.create_task(policy.call(work))
        for _ in range(turns):
            await asyncio.sleep(0)
        finished = task.done()
        task.cancel()
        await asyncio.wait([task])
        assert policy.breaker.snapshot().successes == finished
        assert policy.breaker.snapshot().retry_after == 0.0
        return finished

    turns = 0
    while not run(act(turns)):
        turns += 1
    assert turns > 2


def test_a_wait_for_that_ends_first_gets_its_timeout() -> None:
    """It waits for the end of the cancelled call: with a swallowed cancellation it would hang or return."""

    async def act(seconds: float, deadline: float) -> str:
        policy = whole_policy(deadline=deadline)
        try:
            await asyncio.wait_for(policy.call(asyncio.sleep, 60), seconds)
        except TimeoutError as error:
            assert policy.bulkhead is not None
            assert policy.bulkhead.snapshot().active == 0
            return type(error).__name__
        return "answered"

    assert run(act(1.0, 500)) == "TimeoutError"
    assert run(act(100.0, 5)) == "DeadlineExceededError"
