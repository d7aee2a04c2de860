"""A browser tab of an imported app: its events are run by Reflex's own processor, without a server and a browser."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor

TOKEN = "a-tab"


class Tab:
    """One tab, as the server sees it, on the page at an address."""

    def __init__(self, processor: BaseStateEventProcessor, manager: StateManagerMemory) -> None:
        self._processor, self._manager = processor, manager
        self.address = "/"

    async def send(self, state: Any, handler: str, **payload: Any) -> None:
        """Send an event of the page, and wait until its handler has ended."""
        router = {"pathname": self.address, "asPath": self.address, "token": TOKEN}
        async with self._manager.modify_state(BaseStateToken(ident=TOKEN, cls=state)) as root:
            root.router_data = root.router_data or {"token": TOKEN}  # the page was loaded
        name = f"{state.get_full_name()}.{handler}"
        event = Event(name=name, payload=payload, router_data=router)
        await (await self._processor.enqueue(TOKEN, event))

    async def open(self, address: str, state: Any) -> None:
        """Go to the page at that address."""
        self.address = address
        await self.send(state, "opened")

    async def held(self, state: Any) -> Any:
        """The state as it is now."""
        async with self._manager.modify_state(BaseStateToken(ident=TOKEN, cls=state)) as root:
            return await root.get_state(state)

    async def until(self, state: Any, true: Callable[[Any], bool]) -> Any:
        """The state once that is true of it."""
        for _ in range(300):
            held = await self.held(state)
            if true(held):
                return held
            await asyncio.sleep(0.01)
        raise AssertionError(f"{state.__name__} never became so: {held.dict()}")


def in_tab(test: Callable[[Tab], Coroutine[Any, Any, None]]) -> None:
    """Run a test in a new tab. An exception of a handler fails it."""

    async def run() -> None:
        raised: list[Exception] = []
        processor = BaseStateEventProcessor(backend_exception_handler=raised.append)
        manager = StateManagerMemory()
        async with processor.configure(state_manager=manager, event_namespace=None):
            await test(Tab(processor, manager))
        assert not raised

    asyncio.run(run())
