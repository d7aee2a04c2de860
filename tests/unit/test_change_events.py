import asyncio
import gc
from threading import Thread

from proto_ddf import change_events


def _publish_from_a_thread(operation_id: str) -> None:
    thread = Thread(target=change_events.publish, args=(operation_id,))
    thread.start()
    thread.join()


def test_a_change_in_another_thread_wakes_the_watcher():
    async def watch() -> bool:
        with change_events.subscribe("op-1") as subscription:
            waiting = asyncio.create_task(subscription.wait(30))
            await asyncio.to_thread(_publish_from_a_thread, "op-1")
            return await waiting

    assert asyncio.run(watch())


def test_a_change_before_the_wait_is_not_missed():
    async def watch() -> bool:
        with change_events.subscribe("op-1") as subscription:
            change_events.publish("op-1")
            await asyncio.sleep(0)
            return await subscription.wait(30)

    assert asyncio.run(watch())


def test_many_changes_wake_once():
    async def watch() -> list[bool]:
        with change_events.subscribe("op-1") as subscription:
            for _ in range(5):
                change_events.publish("op-1")
            return [await subscription.wait(30), await subscription.wait(0.01)]

    assert asyncio.run(watch()) == [True, False]


def test_a_watcher_of_one_operation_sleeps_through_changes_of_others():
    async def watch() -> list[bool]:
        with change_events.subscribe("op-1") as one, change_events.subscribe(None) as every:
            change_events.publish("op-2")
            return [await every.wait(30), await one.wait(0.01)]

    assert asyncio.run(watch()) == [True, False]


def test_a_closed_subscription_is_not_woken():
    async def watch() -> bool:
        with change_events.subscribe("op-1") as subscription:
            pass
        change_events.publish("op-1")
        return await subscription.wait(0.01)

    assert not asyncio.run(watch())


def test_a_subscription_nobody_holds_is_forgotten():
    async def subscribe() -> None:
        change_events.subscribe("op-1")

    gc.collect()
    before = len(change_events._subscriptions)
    asyncio.run(subscribe())
    gc.collect()
    assert len(change_events._subscriptions) == before


def test_publishing_to_a_loop_that_ended_is_harmless():
    kept = []

    async def subscribe() -> None:
        kept.append(change_events.subscribe("op-1"))

    asyncio.run(subscribe())
    change_events.publish("op-1")
    kept[0].close()
