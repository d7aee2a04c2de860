"""In a server or an app: SIGUSR1 makes it forget every tab, as when the states of the tabs expire. An app gets it by its
PYTHONPATH."""

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
    """Wait until no event is being handled, then forget all tabs at once, and create a file that says so."""
    while manager._write_queue or any(map(manager._is_locked, _tokens(manager))):
        await manager._flush_write_queue()
        await asyncio.sleep(0.01)
    for token in _tokens(manager):
        manager._purge_token(token)
    for file in manager.states_directory.glob("*.pkl"):
        file.unlink(missing_ok=True)
    (manager.states_directory / "forgotten").touch()


def _tokens(manager: Any) -> list[Any]:
    return [token for _, token in manager._token_last_touched.values()]


signal.signal(signal.SIGUSR1, _on_signal)
