"""The bulkhead: slots, the queue, and which waiter gets a free slot."""

import asyncio
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from proto_ddf.progress import NoProgress, current_progress
from proto_ddf.resilience.deadline import DeadlineExceededError, deadline_after
from proto_ddf.resilience.limits.bulkhead import Bulkhead, BulkheadFullError
from proto_ddf.resilience.queue_time import QueueTime, queue_time
from tests.unit.resilience.other_threads import until
from tests.unit.resilience.places import place_taken, place_taken_async


class Stopped(BaseException):
    """The work is to stop."""


class Stopping(NoProgress):
    """A progress whose work is to stop."""

    def check_stop(self) -> None:
        raise Stopped


def counts(bulkhead: Bulkhead) -> tuple[int, int, int]:
    shown = bulkhead.snapshot()
    return shown.active, shown.waiting, shown.refused


def test_full_it_refuses_at_once() -> None:
    bulkhead = Bulkhead("source", 1)
    with place_taken(bulkhead):
        with pytest.raises(BulkheadFullError) as refused:
            bulkhead.enter_sync()
        assert not bulkhead.try_enter()
    assert (refused.value.code, refused.value.system) == ("bulkhead_full", "source")
    assert refused.value.retry_after is None
    assert counts(bulkhead) == (0, 0, 1)


def test_tasks_and_threads_share_the_places() -> None:
    bulkhead = Bulkhead("source", 2)

    async def work() -> None:
        async with place_taken_async(bulkhead):
            with place_taken(bulkhead):
                with pytest.raises(BulkheadFullError):
                    await bulkhead.enter()
                with pytest.raises(BulkheadFullError):
                    await asyncio.to_thread(bulkhead.enter_sync)

    asyncio.run(work())
    assert counts(bulkhead) == (0, 0, 2)


def test_never_more_than_allowed_and_in_the_order_of_coming() -> None:
    bulkhead = Bulkhead("source", 3, 50)
    inside, most, order = 0, 0, []

    async def call(number: int) -> None:
        nonlocal inside, most
        async with place_taken_async(bulkhead):
            inside += 1
            most = max(most, inside)
            order.append(number)
            await asyncio.sleep(0)
            inside -= 1

    async def work() -> None:
        await asyncio.gather(*(call(number) for number in range(50)))

    asyncio.run(work())
    assert most == 3
    assert order == list(range(50))
    assert counts(bulkhead) == (0, 0, 0)


def test_a_queue_that_is_full_refuses() -> None:
    bulkhead = Bulkhead("source", 1, 1)

    async def work() -> None:
        async with place_taken_async(bulkhead):
            first = asyncio.ensure_future(bulkhead.enter())
            await asyncio.sleep(0)
            with pytest.raises(BulkheadFullError):
                await bulkhead.enter()
            assert counts(bulkhead) == (1, 1, 1)
        await first
        assert counts(bulkhead) == (1, 0, 1)
        bulkhead.leave()

    asyncio.run(work())


def test_who_waits_is_not_overtaken() -> None:
    bulkhead = Bulkhead("source", 1, 1)

    async def work() -> None:
        await bulkhead.enter()
        waiting = asyncio.ensure_future(bulkhead.enter())
        await asyncio.sleep(0)
        bulkhead.leave()
        # The waiting one has the place already, though it has not run since.
        assert not bulkhead.try_enter()
        await waiting

    asyncio.run(work())


async def two_waiting(bulkhead: Bulkhead) -> list[asyncio.Future[None]]:
    """Two waits for the only slot, which is taken."""
    await bulkhead.enter()
    waits = [asyncio.ensure_future(bulkhead.enter()) for _ in range(2)]
    await asyncio.sleep(0)
    return waits


def test_a_cancelled_wait_leaves_the_queue() -> None:
    bulkhead = Bulkhead("source", 1, 2)

    async def work() -> None:
        first, second = await two_waiting(bulkhead)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert first.cancelled()
        bulkhead.leave()
        await second

    asyncio.run(work())
    assert counts(bulkhead) == (1, 0, 0)


def test_a_place_given_to_one_who_is_cancelled_goes_to_the_next() -> None:
    bulkhead = Bulkhead("source", 1, 2)

    async def work() -> None:
        first, second = await two_waiting(bulkhead)
        bulkhead.leave()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert first.cancelled()
        await asyncio.wait_for(second, 30)
        bulkhead.leave()

    asyncio.run(work())
    assert counts(bulkhead) == (0, 0, 0)


def test_a_loop_that_is_gone_does_not_keep_the_place() -> None:
    bulkhead = Bulkhead("source", 1, 1)
    assert bulkhead.try_enter()
    loop = asyncio.new_event_loop()
    task = loop.create_task(bulkhead.enter())
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    bulkhead.leave()
    assert bulkhead.try_enter()
    task.get_coro().close()
    task._log_destroy_pending = False  # the loop was closed on purpose


def test_the_wait_of_a_task_ends_at_the_deadline() -> None:
    bulkhead = Bulkhead("source", 1, 1)

    async def work() -> None:
        with deadline_after(0.01):
            await bulkhead.enter()

    with place_taken(bulkhead), pytest.raises(BulkheadFullError):
        asyncio.run(work())
    assert counts(bulkhead) == (0, 0, 1)


def test_the_wait_of_a_thread_ends_at_the_deadline() -> None:
    bulkhead = Bulkhead("source", 1, 1)
    with place_taken(bulkhead), pytest.raises(BulkheadFullError), deadline_after(0.01):
        bulkhead.enter_sync()
    assert counts(bulkhead) == (0, 0, 1)


def test_the_wait_of_a_thread_ends_when_the_work_is_to_stop() -> None:
    bulkhead = Bulkhead("source", 1, 1)
    token = current_progress.set(Stopping())
    try:
        with place_taken(bulkhead), pytest.raises(Stopped):
            bulkhead.enter_sync()
    finally:
        current_progress.reset(token)
    assert counts(bulkhead) == (0, 0, 0)


def test_a_thread_hands_its_place_to_a_waiting_thread() -> None:
    bulkhead = Bulkhead("source", 1, 1)
    bulkhead.enter_sync()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(bulkhead.enter_sync)
        until(lambda: bulkhead.snapshot().waiting == 1)
        bulkhead.leave()
        waiting.result(timeout=30)
    assert counts(bulkhead) == (1, 0, 0)


def test_a_thread_hands_its_place_to_a_task_of_another_loop() -> None:
    bulkhead = Bulkhead("source", 1, 1)
    bulkhead.enter_sync()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: asyncio.run(bulkhead.enter()))
        until(lambda: bulkhead.snapshot().waiting == 1)
        bulkhead.leave()
        waiting.result(timeout=30)
    assert counts(bulkhead) == (1, 0, 0)


def test_many_threads_and_tasks_leave_it_empty() -> None:
    bulkhead = Bulkhead("source", 2, 1000)
    lock, inside, most, done = threading.Lock(), 0, 0, 0

    def come() -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)

    def go() -> None:
        nonlocal inside, done
        with lock:
            inside -= 1
            done += 1

    def by_thread() -> None:
        for _ in range(100):
            with place_taken(bulkhead):
                come()
                go()

    async def one() -> None:
        async with place_taken_async(bulkhead):
            come()
            await asyncio.sleep(0)
            go()

    async def by_tasks() -> None:
        await asyncio.gather(*(one() for _ in range(100)))

    with ThreadPoolExecutor(8) as pool:
        work = [pool.submit(by_thread) for _ in range(4)]
        work += [pool.submit(asyncio.run, by_tasks()) for _ in range(4)]
        for each in work:
            each.result(timeout=60)
    assert (most <= 2, done) == (True, 800)
    assert counts(bulkhead) == (0, 0, 0)


def test_the_time_in_the_queue_is_reported_to_who_times_the_call() -> None:
    now = 100.0
    bulkhead = Bulkhead("source", 1, 1, clock=lambda: now)
    outer, none_waited = QueueTime(), QueueTime()
    inner = QueueTime(outer)

    async def wait() -> None:
        queue_time.set(inner)
        await bulkhead.enter()
        bulkhead.leave()

    async def work() -> None:
        nonlocal now
        queue_time.set(none_waited)
        await bulkhead.enter()
        waiting = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        now += 2.5
        bulkhead.leave()
        await waiting

    asyncio.run(work())
    assert (outer.seconds, inner.seconds, none_waited.seconds) == (2.5, 2.5, 0.0)


@pytest.mark.parametrize(("places", "queue"), [(0, 0), (1, -1)])
def test_nonsense_is_refused(places: int, queue: int) -> None:
    with pytest.raises(ValueError, match=r"max_concurrent|max_queue"):
        Bulkhead("source", places, queue)


@pytest.mark.parametrize("seed", range(5))
def test_whoever_is_cancelled_whenever_no_place_is_lost(seed: int) -> None:
    """Tasks of two loops enter, wait, reach deadlines and are cancelled at any time."""
    bulkhead = Bulkhead("source", 3, 1000)
    lock, inside, most = threading.Lock(), 0, 0

    async def one(draws: random.Random) -> None:
        nonlocal inside, most
        with deadline_after(draws.uniform(0.0001, 0.05)):
            async with place_taken_async(bulkhead):
                with lock:
                    inside += 1
                    most = max(most, inside)
                try:
                    await asyncio.sleep(draws.choice([0, 0, 0.0005]))
                finally:
                    with lock:
                        inside -= 1

    async def many(draws: random.Random) -> list[BaseException | None]:
        tasks = [asyncio.ensure_future(one(draws)) for _ in range(200)]
        for task in draws.sample(tasks, 80):
            await asyncio.sleep(0)
            task.cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    with ThreadPoolExecutor(2) as pool:
        ends = pool.map(lambda one: asyncio.run(many(random.Random(one))), (seed, seed + 100))
        kinds = {type(end) for each in ends for end in each}
    assert asyncio.CancelledError in kinds
    assert kinds <= {type(None), asyncio.CancelledError, BulkheadFullError, DeadlineExceededError}
    assert most <= 3
    assert counts(bulkhead)[:2] == (0, 0)
