"""What a circuit breaker has to hold to, each asked by making it happen.

A probe takes a library and returns when it holds; it raises Fails with what happened instead, or NotOffered.
Waits are real and short: most libraries take no clock.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from benchmarks.conformance.contract import (
    AsyncCall,
    Breaker,
    BreakerLibrary,
    Fails,
    NotOffered,
    Probe,
    Setup,
    SyncCall,
    turns,
)

STUCK_SECONDS = 60
"""From which on a thread counts as stuck; on a loaded machine work of a second takes many."""
RESET = 0.03
"""Seconds open, where a probe waits for half-open."""
TASKS = 100
THREADS = 50
AWAIT_POINTS = 6


class Interruption(BaseException):
    """No Exception, as a worker's or a framework's own way to stop a call."""


async def half_open_tasks(library: BreakerLibrary) -> None:
    """With 100 tasks waiting, half-open lets exactly the permitted number of calls starts."""
    for slots in (1, 3) if library.slots else (1,):
        breaker = await half_open(library, Setup(reset=RESET, slots=slots))
        started = 0
        release = asyncio.Event()

        async def probe(release: asyncio.Event = release) -> None:
            nonlocal started
            started += 1
            await release.wait()

        tasks = [asyncio.create_task(ask(breaker, probe)) for _ in range(TASKS)]
        await turns(20)
        seen = started
        release.set()
        await asyncio.gather(*tasks)
        expect(seen == slots, f"{seen} of {TASKS} tasks started, {slots} expected")


def half_open_threads(library: BreakerLibrary) -> None:
    """With 50 threads behind a barrier, half-open lets exactly the permitted number of calls starts."""
    need_sync(library)
    for slots in (1, 3) if library.slots else (1,):
        breaker = library.make(Setup(reset=RESET, slots=slots))
        fail_sync(breaker)
        expect(breaker.state() != "closed", "does not open")
        time.sleep(RESET * 1.5)
        seen = _flood(breaker)
        expect(seen == slots, f"{seen} of {THREADS} threads started, {slots} expected")


def _flood(breaker: Breaker) -> int:
    """How many of the threads that come at the same moment are inside before the first one leaves."""
    barrier, release, done = threading.Barrier(THREADS), threading.Event(), threading.Semaphore(0)
    started: list[None] = []

    def probe() -> None:
        started.append(None)
        done.release()
        release.wait(5)

    def come() -> None:
        barrier.wait(STUCK_SECONDS)
        try:
            breaker.call_sync(probe)
        except breaker.refusal:
            done.release()

    with quick_switches():
        threads = [threading.Thread(target=come, daemon=True) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for _ in range(THREADS):
            if not done.acquire(timeout=0.3):
                break  # the others queue behind the one inside
        seen = len(started)
        release.set()
        for thread in threads:
            thread.join(5)
    return seen


async def coroutine_function(library: BreakerLibrary) -> None:
    """A decorated coroutine function that fails opens it."""
    breaker = library.make(Setup(failures=3))
    guarded = breaker.decorate(failing)
    for _ in range(3):
        with suppress(ConnectionError, breaker.refusal):
            await guarded()
    expect(breaker.state() == "open", f"{breaker.state()} after 3 failures of 3")


def side_by_side(library: BreakerLibrary) -> None:
    """Eight threads are inside at the same time."""
    need_sync(library)
    breaker = library.make(Setup())
    inside = 0
    most = 0
    lock = threading.Lock()
    together = threading.Event()

    def call() -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            if inside == 8:
                together.set()
        together.wait(10.0)
        together.set()  # one that waited in vain is enough: the others need not
        with lock:
            inside -= 1

    in_threads(8, lambda: breaker.call_sync(call))
    expect(most == 8, f"at most {most} of 8 threads inside at once")


async def cancellation(library: BreakerLibrary) -> None:
    """A cancelled call is neither a failure nor a success, and a cancelled probe gives its place back."""
    breaker = library.make(Setup(failures=3))
    await fail(breaker)
    await fail(breaker)
    await cancel_inside(breaker)
    expect(breaker.state() == "closed", "a cancellation counts as a failure")
    await fail(breaker)
    expect(breaker.state() == "open", "a cancellation counts as a success: failures are forgotten")
    breaker = await half_open(library, Setup(reset=RESET))
    await cancel_inside(breaker)
    expect(breaker.state() != "closed", "a cancelled probe closes it")
    expect(breaker.state() != "open", "a cancelled probe opens it again")
    expect(await runs(breaker), "the place of a cancelled probe is lost")


async def cancel_everywhere(library: BreakerLibrary) -> None:
    """A probe cancelled at any of its await points leaves it half-open with its place free."""
    breaker = await half_open(library, Setup(reset=RESET))
    for point in range(AWAIT_POINTS):
        started = False

        async def probe() -> None:
            nonlocal started
            started = True
            await turns(AWAIT_POINTS)

        task = asyncio.create_task(ask(breaker, probe))
        await turns(point)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if point:
            expect(started, f"no probe let in after one cancelled at await point {point - 1}")
            expect(
                breaker.state() == "half-open",
                f"{breaker.state()} after a probe cancelled at await point {point}",
            )
    expect(await runs(breaker), "no probe let in after one cancelled")
    expect(breaker.state() == "closed", "a success does not close it any more")


def base_exceptions(library: BreakerLibrary) -> None:
    """KeyboardInterrupt, SystemExit and other BaseExceptions count as nothing and free the place."""
    for error in (KeyboardInterrupt, SystemExit, Interruption):
        kind = error.__name__
        with asyncio.Runner() as runner:
            caller = Caller(library, runner)
            breaker = caller.make(Setup(failures=3))
            caller.fail(breaker)
            caller.fail(breaker)
            caller.interrupt(breaker, error)
            expect(breaker.state() == "closed", f"{kind} counts as a failure")
            caller.fail(breaker)
            expect(breaker.state() == "open", f"{kind} counts as a success")
            breaker = caller.make(Setup(reset=RESET))
            caller.fail(breaker)
            time.sleep(RESET * 1.5)
            caller.interrupt(breaker, error)
            expect(breaker.state() != "closed", f"a probe's {kind} closes it")
            expect(breaker.state() != "open", f"a probe's {kind} opens it again")
            expect(caller.runs(breaker), f"the slot of a probe that ends by {kind} is lost")


class Caller:
    """Calls in the library's sync way, or where it has none in its async way."""

    def __init__(self, library: BreakerLibrary, runner: asyncio.Runner) -> None:
        self._library = library
        self._runner = runner

    def make(self, setup: Setup) -> Breaker:
        async def make() -> Breaker:
            return self._library.make(setup)

        return self._runner.run(make())

    def fail(self, breaker: Breaker) -> None:
        if self._library.sync:
            fail_sync(breaker)
        else:
            self._runner.run(fail(breaker))

    def runs(self, breaker: Breaker) -> bool:
        return runs_sync(breaker) if self._library.sync else self._runner.run(runs(breaker))

    def interrupt(self, breaker: Breaker, error: type[BaseException]) -> None:
        def stop() -> None:
            raise error

        async def stop_async() -> None:
            raise error

        async def call() -> None:
            # Caught here: an event loop lets KeyboardInterrupt and SystemExit end it.
            with suppress(error, breaker.refusal):
                await breaker.call(stop_async)

        if self._library.sync:
            with suppress(error, breaker.refusal):
                breaker.call_sync(stop)
        else:
            self._runner.run(call())


async def late_success(library: BreakerLibrary) -> None:
    """The late success of a call begun before it opened neither closes it nor decides a probe."""
    breaker = library.make(Setup(failures=2))
    late = Held(breaker)
    await turns(2)
    await fail(breaker)
    await fail(breaker)
    expect(breaker.state() == "open", "does not open")
    await late.succeed()
    expect(breaker.state() == "open", f"open, then {breaker.state()} by a late success")

    breaker = library.make(Setup(failures=2, reset=RESET))
    late = Held(breaker)
    await turns(2)
    await fail(breaker)
    await fail(breaker)
    await asyncio.sleep(RESET * 1.5)
    probe = Held(breaker)
    await turns(2)
    await late.succeed()
    expect(breaker.state() == "half-open", f"half-open, then {breaker.state()} by a late success")
    await probe.fail()
    expect(breaker.state() == "open", f"{breaker.state()} after its probe failed")


async def late_failure(library: BreakerLibrary) -> None:
    """The late failure of a call begun before it opened neither decides a probe nor opens it again."""
    breaker = library.make(Setup(failures=2, reset=RESET))
    late = [Held(breaker) for _ in range(3)]
    await turns(2)
    await fail(breaker)
    await fail(breaker)
    await asyncio.sleep(RESET * 1.5)
    probe = Held(breaker)
    await turns(2)
    await late[0].fail()
    expect(breaker.state() == "half-open", f"half-open, then {breaker.state()} by a late failure")
    await probe.succeed()
    expect(breaker.state() == "closed", f"{breaker.state()} after its probe succeeded")
    await late[1].fail()
    await late[2].fail()
    expect(breaker.state() == "closed", f"closed, then {breaker.state()} by late failures")


async def hung_probe(library: BreakerLibrary) -> None:
    """A probe that hangs loses its place in the end."""
    breaker = await half_open(library, Setup(reset=RESET, lease=0.05))
    hung = Held(breaker)
    await turns(2)
    begin = time.monotonic()
    while not await runs(breaker):
        waited = time.monotonic() - begin
        if waited > RESET * 20:
            await hung.cancel()
            raise Fails(f"every call refused for {waited / RESET:.0f} reset timeouts")
        await asyncio.sleep(0.01)
    await hung.cancel()


def exact_counts(library: BreakerLibrary) -> None:
    """Of 8 threads x 4,000 failures it opens by the one after the last, not before and not later."""
    need_sync(library)
    failures = 8 * 4000
    breaker = library.make(Setup(failures=failures + 1))
    with quick_switches():
        in_threads(8, lambda: fail_sync(breaker, 4000))
    expect(breaker.state() == "closed", f"open before failure {failures + 1:,}")
    for missing in range(1000):
        fail_sync(breaker)
        if breaker.state() == "open":
            expect(missing == 0, f"{missing} of {failures:,} failures lost")
            return
    raise Fails(f"closed after {failures + 1000:,} failures of {failures + 1:,}")


BREAKER_PROBES: dict[str, Probe[BreakerLibrary]] = {
    "Half-open, 100 tasks: exactly the permitted number of calls starts": half_open_tasks,
    "Half-open, 50 threads behind a barrier: the same": half_open_threads,
    "Opens by the failures of a decorated coroutine function": coroutine_function,
    "Eight threads are inside at the same time": side_by_side,
    "A cancellation is not counted and releases its slot": cancellation,
    "The same when cancelled at every await point of a probe": cancel_everywhere,
    "KeyboardInterrupt, SystemExit, any BaseException: the same": base_exceptions,
    "A late success neither closes it nor decides a probe": late_success,
    "A late failure neither decides a probe nor opens it": late_failure,
    "A hung probe does not keep it open forever": hung_probe,
    "8 threads x 4,000 failures are counted exactly": exact_counts,
}


class Held:
    """A call that is inside until it is told how to end."""

    def __init__(self, breaker: Breaker) -> None:
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(ask(breaker, self._wait))

    async def _wait(self) -> None:
        await self._end

    async def succeed(self) -> None:
        self._end.set_result(None)
        await self._task

    async def fail(self) -> None:
        self._end.set_exception(ConnectionError("down"))
        await self._task

    async def cancel(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Fails(otherwise)


def need_sync(library: BreakerLibrary) -> None:
    if not library.sync:
        raise NotOffered


async def half_open(library: BreakerLibrary, setup: Setup) -> Breaker:
    """A breaker whose next call is a probe."""
    breaker = library.make(setup)
    for _ in range(setup.failures):
        await fail(breaker)
    expect(breaker.state() != "closed", "does not open")
    await asyncio.sleep(setup.reset * 1.5)
    return breaker


async def ask(breaker: Breaker, fn: AsyncCall) -> None:
    """Call, and mind neither a failure nor a refusal."""
    with suppress(ConnectionError, breaker.refusal):
        await breaker.call(fn)


async def failing() -> None:
    raise ConnectionError("down")


async def fail(breaker: Breaker) -> None:
    await ask(breaker, failing)


def fail_sync(breaker: Breaker, times: int = 1) -> None:
    def failing() -> None:
        raise ConnectionError("down")

    for _ in range(times):
        ask_sync(breaker, failing)


def ask_sync(breaker: Breaker, fn: SyncCall) -> None:
    with suppress(ConnectionError, breaker.refusal):
        breaker.call_sync(fn)


async def runs(breaker: Breaker) -> bool:
    """Whether a call is let through now. It succeeds."""
    ran = False

    async def call() -> None:
        nonlocal ran
        ran = True

    await ask(breaker, call)
    return ran


def runs_sync(breaker: Breaker) -> bool:
    ran = False

    def call() -> None:
        nonlocal ran
        ran = True

    ask_sync(breaker, call)
    return ran


async def cancel_inside(breaker: Breaker) -> None:
    """Call, and cancel once it is inside."""
    held = Held(breaker)
    await turns(2)
    await held.cancel()


def in_threads(count: int, work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + STUCK_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    expect(not any(thread.is_alive() for thread in threads), f"stuck for {STUCK_SECONDS} s")


class quick_switches:
    """Lets threads take turns as often as the interpreter can, so that a race shows."""

    def __enter__(self) -> None:
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)

    def __exit__(self, *error: object) -> None:
        sys.setswitchinterval(self._before)
