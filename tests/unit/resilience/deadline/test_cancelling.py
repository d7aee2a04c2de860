"""Deadlines and cancellations from outside, in every order; and the one timer of a loop behind all deadlines."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from contextvars import ContextVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.resilience.deadline import DeadlineExceededError
from proto_ddf.resilience.deadline.task_timeouts import TaskTimeout
from tests.unit.resilience.instant_loop import (
    attempt_of,
    cancelling,
    deadline_after,
    run,
    running_loop,
)


async def three_steps(note: Callable[[str], None]) -> str:
    """Work with several points at which it waits, in and between the scopes."""
    async with deadline_after(50):
        await asyncio.sleep(1)
        note("1")
        async with attempt_of(10):
            await asyncio.sleep(1)
            await asyncio.sleep(0)
            note("2")
        await asyncio.sleep(1)
    note("3")
    return "done"


class TestCancelledFromOutside:
    def test_at_every_point_where_it_waits(self) -> None:
        """Cancelled in each turn of the loop until it has finished: the result is cancelled or finished, nothing else."""
        ends: list[str] = []

        async def act(turns: int) -> str:
            notes: list[str] = []
            task = asyncio.create_task(three_steps(notes.append))
            for _ in range(turns):
                await asyncio.sleep(0)
            finished = task.done()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            assert task.cancelled() is not finished
            return "done" if finished else f"cancelled after {''.join(notes) or 'nothing'}"

        for turns in range(40):
            ends.append(run(self.passing(act(turns))))
            if ends[-1] == "done":
                break
        assert set(ends) == {
            "cancelled after nothing",
            "cancelled after 1",
            "cancelled after 12",
            "done",
        }

    async def passing(self, awaitable: Awaitable[str]) -> str:
        """Time advances a little with every turn, so that sleeps end although the loop is never idle."""
        loop = running_loop()

        def tick() -> None:
            loop.now += 0.25
            loop.call_soon(tick)

        loop.call_soon(tick)
        return await awaitable

    @pytest.mark.parametrize("first", ["timer", "cancellation"])
    @pytest.mark.parametrize("nested", [False, True])
    def test_in_the_same_turn_as_the_end(self, first: str, nested: bool) -> None:
        """The well-known race of wait_for: whichever comes first, the cancellation is not lost."""

        async def work() -> None:
            async with AsyncExitStack() as scopes:
                await scopes.enter_async_context(deadline_after(2))
                if nested:
                    await scopes.enter_async_context(attempt_of(2))
                await asyncio.sleep(60)

        async def act() -> tuple[bool, int]:
            loop = running_loop()
            task = asyncio.create_task(work())
            if first == "cancellation":
                loop.call_at(loop.time() + 2, task.cancel)
                await asyncio.sleep(0)
            else:
                await asyncio.sleep(0)
                loop.call_at(loop.time() + 2, task.cancel)
            await asyncio.wait([task])
            return task.cancelled(), task.cancelling()

        assert run(act()) == (True, 1)

    def test_as_the_work_is_done(self) -> None:
        async def work(done: asyncio.Future[None]) -> str:
            async with deadline_after(5):
                await done
                return "result"

        async def act() -> bool:
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(work(done))
            await asyncio.sleep(1)
            done.set_result(None)
            task.cancel()
            await asyncio.wait([task])
            return task.cancelled()

        assert run(act())

    @given(
        ends=st.lists(st.integers(1, 9), min_size=1, max_size=4),
        blocked=st.integers(0, 9),
        length=st.integers(1, 9),
        cancel=st.none() | st.integers(1, 9),
    )
    def test_the_first_event_decides(
        self, ends: list[int], blocked: int, length: int, cancel: int | None
    ) -> None:
        """Scopes end at whole seconds, the work half a second later, the cancellation at whole seconds too.
        The work first blocks the loop: what is due until then happens together, and the cancellation wins."""

        async def work() -> str:
            try:
                async with AsyncExitStack() as scopes:
                    for seconds in ends:
                        await scopes.enter_async_context(deadline_after(seconds))
                    running_loop().now += blocked
                    await asyncio.sleep(length + 0.5)
                    return "done"
            except DeadlineExceededError as error:
                return f"over after {error.context['seconds']}, {cancelling()} requests left"

        async def act() -> str:
            loop = running_loop()
            began = loop.time()
            task = asyncio.create_task(work())
            if cancel is not None:
                loop.call_at(loop.time() + cancel, task.cancel)
            await asyncio.wait([task])
            result = "cancelled" if task.cancelled() else task.result()
            return f"{result} at {loop.time() - began:g}"

        end, done = max(blocked, min(ends)), blocked + length + 0.5
        cancelled = None if cancel is None else max(blocked, cancel)
        if cancelled is not None and cancelled <= min(end, done):
            expected = f"cancelled at {cancelled}"
        elif end < done:
            widest = next(seconds for seconds in ends if seconds <= end)
            expected = f"over after {widest}, 0 requests left at {end}"
        else:
            expected = f"done at {done:g}"
        assert run(act()) == expected

    def test_of_a_task_by_the_one_that_waits_for_it(self) -> None:
        """The end of the waiting task cancels it at its own deadline: that cancellation came from outside."""

        async def child() -> None:
            async with attempt_of(5):
                await asyncio.sleep(60)

        async def parent(tasks: list[asyncio.Task[None]]) -> None:
            async with deadline_after(2):
                tasks.append(asyncio.create_task(child()))
                await tasks[0]

        async def act() -> tuple[bool, int]:
            tasks: list[asyncio.Task[None]] = []
            with pytest.raises(DeadlineExceededError):
                await parent(tasks)
            return tasks[0].cancelled(), cancelling()

        assert run(act()) == (True, 0)


class TestTheLoopsTimer:
    def test_one_serves_all_calls(self) -> None:
        async def act() -> int:
            before = running_loop().timers
            for _ in range(1000):
                async with deadline_after(60), attempt_of(30):
                    pass
            return running_loop().timers - before

        assert run(act()) <= 2

    def test_each_of_many_is_cut_at_its_own_end(self) -> None:
        async def work(seconds: float) -> float:
            began = running_loop().time()
            with suppress(DeadlineExceededError):
                async with deadline_after(seconds):
                    await asyncio.sleep(1000)
            return running_loop().time() - began

        async def act() -> list[float]:
            return await asyncio.gather(*(work(seconds) for seconds in lengths))

        lengths = [float((number * 37) % 101 + 1) for number in range(200)]
        assert run(act()) == lengths

    def test_loops_of_several_threads_and_one_after_another(self) -> None:
        async def work() -> str:
            try:
                async with deadline_after(1):
                    await asyncio.sleep(60)
            except DeadlineExceededError:
                return "cut"
            return "not cut"

        ends: list[str] = []

        def both() -> None:
            ends.extend([run(work()), run(work())])

        threads = [threading.Thread(target=both) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ends == ["cut"] * 8

    def test_what_a_call_knew_is_not_kept(self) -> None:
        class Payload:
            pass

        known: ContextVar[Payload] = ContextVar("known")

        async def work() -> weakref.ref[Payload]:
            known.set(payload := Payload())
            async with deadline_after(60):
                await asyncio.sleep(0)
            return weakref.ref(payload)

        async def outside() -> bool:
            gone = await asyncio.create_task(work())
            await asyncio.sleep(1)
            return gone() is None

        assert run(outside())

    def test_nothing_is_left_for_the_garbage_collector(self) -> None:
        async def act() -> int:
            gc.collect()
            gc.disable()
            try:
                for _ in range(10):
                    async with deadline_after(60), attempt_of(30):
                        await asyncio.sleep(0)
                return sum(type(one) is TaskTimeout for one in gc.get_objects())
            finally:
                gc.enable()

        assert run(act()) == 0
