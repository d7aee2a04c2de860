"""On the PYTHONPATH of a server: a SIGUSR1 lets it forget every tab, as when the tabs' time is over."""

import asyncio
import signal
from typing import Any


def _on_signal(*_: object) -> None:
    asyncio.get_running_loop().call_soon_threadsafe(_start)


_running: set[asyncio.Task[None]] = set()


def _start() -> None:
    from reflex.utils import prerequisites

    task = asyncio.ensure_future(_forget(prerequisites.get_app().app.state_manager))
    _running.add(task)  # the event loop keeps weak references only
    task.add_done_callback(_running.discard)


async def _forget(manager: Any) -> None:
    """The files go last: whoever waits for their end knows that the memory is empty, too."""
    await manager._flush_write_queue()
    for _, token in list(manager._token_last_touched.values()):
        if not manager._is_locked(token):
            manager._purge_token(token)
    for file in manager.states_directory.glob("*.pkl"):
        file.unlink(missing_ok=True)


signal.signal(signal.SIGUSR1, _on_signal)
