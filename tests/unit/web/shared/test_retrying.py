"""Try Again ends in a result or in an error, whatever becomes of the handler: never in "Trying again…".

Of the kind: a handler that raises at once, late, in the middle of its events or after it took the callout away; one that
cannot be called with the arguments kept for it; one that returns early because there is nothing to do; one that a newer
run of itself replaces; one that goes on for ever after it told of its success; a server that is killed meanwhile; a
second retry while the first ends late. The events are run by Reflex's own processor.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor

from proto_ddf.web.shared.state import errors as module
from proto_ddf.web.shared.state.errors import ErrorMixin
from tests.unit.web.retries import press_try_again

pytestmark = pytest.mark.usefixtures("database")  # errors go on record

TOKEN = "a-tab"
ROUTER = {"pathname": "/", "token": TOKEN}
_goes_on = asyncio.Event()


class RetriedState(ErrorMixin, rx.State):
    """Handlers with each kind of end."""

    ran: int = 0

    @rx.event
    def succeeds(self) -> None:
        self.ran += 1
        self._clear_error()

    @rx.event
    def raises(self) -> None:
        self.ran += 1
        raise ZeroDivisionError("a mistake")

    @rx.event(background=True)
    async def raises_late(self) -> AsyncIterator[Any]:
        async with self:
            self.ran += 1
        yield rx.console_log("so far so good")
        raise ZeroDivisionError("a mistake")

    @rx.event(background=True)
    async def raises_cleared(self) -> None:
        async with self:
            self.ran += 1
            self._clear_error()
        raise ZeroDivisionError("a mistake")

    @rx.event
    def takes(self, amount: int) -> None:
        self.ran += amount

    @rx.event
    def does_nothing(self) -> None:
        self.ran += 1

    @rx.event
    def fails(self) -> Any:
        self.ran += 1
        return self.handle_error(TimeoutError("no answer"), "connect")

    @rx.event(background=True, supersedes=True)
    async def follows(self) -> None:
        async with self:
            self.ran += 1
            if self.ran > 1:
                self._clear_error()
        await _goes_on.wait()


def running(test: Callable[["Tab"], Coroutine[Any, Any, None]]) -> None:
    """Run a test on a tab whose events are processed."""

    async def run() -> None:
        global _goes_on
        _goes_on = asyncio.Event()
        raised: list[Exception] = []
        processor = BaseStateEventProcessor(backend_exception_handler=raised.append)
        manager = StateManagerMemory()
        async with processor.configure(state_manager=manager, event_namespace=None):
            await test(Tab(processor, manager))

    asyncio.run(run())


class Tab:
    """One tab of a page, as its server sees it."""

    def __init__(self, processor: BaseStateEventProcessor, manager: StateManagerMemory) -> None:
        self._processor = processor
        self._manager = manager

    async def send(self, handler: str, **payload: Any) -> Any:
        """An event of the page; its future."""
        name = f"{RetriedState.get_full_name()}.{handler}"
        event = Event(name=name, payload=payload, router_data=dict(ROUTER))
        return await self._processor.enqueue(TOKEN, event)

    def state(self) -> Any:
        return self._manager.modify_state(BaseStateToken(ident=TOKEN, cls=RetriedState))

    async def failed(self, handler: str, *args: Any) -> None:
        """Show an error whose Try Again runs `handler`."""
        async with self.state() as root:
            root.router_data = dict(ROUTER)  # the page was loaded
            state = await root.get_state(RetriedState)
            state._retry_by(handler, *args)
            state.handle_error(ConnectionError("refused"), "connect source")

    async def until(self, true: Callable[[RetriedState], bool]) -> RetriedState:
        for _ in range(1000):
            async with self.state() as root:
                state: RetriedState = await root.get_state(RetriedState)
                if true(state):
                    return state
            await asyncio.sleep(0.01)
        raise AssertionError(f"retrying={state.error_retrying} type={state.error_type}")

    async def try_again(self) -> None:
        await self.send("retry_operation")


def over(state: RetriedState) -> bool:
    return state.ran > 0 and not state.error_retrying


@pytest.mark.parametrize("handler", ["raises", "raises_late", "raises_cleared"])
def test_a_handler_that_raises_ends_as_an_error_that_can_be_tried_again(handler: str) -> None:
    async def test(tab: Tab) -> None:
        await tab.failed(handler)
        await tab.try_again()
        state = await tab.until(lambda state: state.error_type == "ZeroDivisionError")
        assert (state.error_retrying, state.error_can_retry, state.ran) == (False, True, 1)
        assert state.error_shown
        assert state.error_context["operation"] == "connect source"
        await tab.try_again()
        await tab.until(lambda state: state.ran == 2 and not state.error_retrying)

    running(test)


def test_a_handler_that_cannot_be_called_ends_as_an_error() -> None:
    async def test(tab: Tab) -> None:
        await tab.failed("takes", object())  # what no event can carry
        await tab.try_again()
        state = await tab.until(lambda state: state.error_type not in ("", "ConnectionError"))
        assert (state.error_retrying, state.error_shown, state.ran) == (False, True, 0)
        await tab.failed("takes")  # an argument is missing
        await tab.try_again()
        state = await tab.until(lambda state: state.error_type == "TypeError")
        assert (state.error_retrying, state.error_shown, state.ran) == (False, True, 0)

    running(test)


@pytest.mark.parametrize("handler", ["succeeds", "does_nothing"])
def test_a_handler_that_ends_in_order_ends_the_error(handler: str) -> None:
    async def test(tab: Tab) -> None:
        await tab.failed(handler)
        await tab.try_again()
        state = await tab.until(over)
        await tab.until(lambda state: not state.error_message)
        assert not state.error_shown

    running(test)


def test_a_failure_that_its_handler_shows_is_not_shown_again() -> None:
    async def test(tab: Tab) -> None:
        await tab.failed("fails")
        await tab.try_again()
        state = await tab.until(lambda state: state.error_type == "TimeoutError")
        await asyncio.sleep(0)
        assert (state.error_retrying, state.error_can_retry) == (False, True)

    running(test)


def test_one_that_a_newer_run_replaces_leaves_no_trace() -> None:
    async def test(tab: Tab) -> None:
        await tab.failed("follows")
        await tab.try_again()
        await tab.until(lambda state: state.ran == 1)
        await tab.send("follows")
        state = await tab.until(lambda state: state.ran == 2 and not state.error_retrying)
        assert not state.error_message

    running(test)


def test_one_that_ends_long_after_its_success_does_not_end_the_next_retry() -> None:
    async def test(tab: Tab) -> None:
        async with tab.state() as root:
            (await root.get_state(RetriedState)).ran = 1
        await tab.failed("follows")
        await tab.try_again()
        await tab.until(lambda state: state.ran == 2 and not state.error_message)
        async with tab.state() as root:
            state = await root.get_state(RetriedState)
            state._retry_by("does_nothing")
            state.handle_error(ConnectionError("refused"), "connect source")
            assert state.retry_operation() is not None  # pressed, and not yet run
        _goes_on.set()
        for _ in range(20):
            await asyncio.sleep(0.01)
            state = await tab.until(lambda state: True)
            assert state.error_retrying

    running(test)


def test_only_try_again_itself_starts_the_run() -> None:
    async def test(tab: Tab) -> None:
        await tab.failed("raises")
        await (await tab.send("run_retry"))
        state = await tab.until(lambda state: True)
        assert (state.ran, state.error_type) == (0, "ConnectionError")

    running(test)


def test_a_retry_that_a_killed_server_left_is_taken_back_when_the_page_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def test(tab: Tab) -> None:
        async with tab.state() as root:
            state = await root.get_state(RetriedState)
            state._retry_by("raises")
            state.handle_error(ConnectionError("refused"), "connect source")
            press_try_again(state)
            assert state.end_lost_retry() is None  # of this server: it is under way
            assert state.error_retrying
            monkeypatch.setattr(module, "_SERVER", "the next one")
            assert state.end_lost_retry() is not None
            assert (state.error_retrying, state.error_shown) == (False, True)

    running(test)
