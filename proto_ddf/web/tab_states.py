"""What open tabs hold, on disk: whole files only, and a full disk costs nobody their tab."""

import asyncio
import dataclasses
import os
from pathlib import Path
from typing import Any

from reflex.istate.manager.disk import StateManagerDisk
from reflex.istate.manager.token import BaseStateToken, StateToken
from reflex.state import BaseState

from proto_ddf.logs import get_logger

AGAIN_SECONDS = 2.0
"""Between two tries to write what could not be written."""
_PART = ".part"

log = get_logger(__name__)


@dataclasses.dataclass
class TabStates(StateManagerDisk):
    """Reflex's state manager, which survives a disk that takes nothing.

    Reflex overwrites a tab's file where it is, so that a full disk leaves it cut short, and the error ends the event:
    the page hangs. Here the tab goes on from memory, its file stays as it was, and it is written once there is room.
    """

    _unwritten: dict[str, StateToken[Any]] = dataclasses.field(default_factory=dict, init=False)
    _writing_again: asyncio.Task[None] | None = dataclasses.field(default=None, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[no-untyped-call]
        for left in self.states_directory.glob(f"*{_PART}"):
            left.unlink(missing_ok=True)

    async def set_state_for_substate(self, token: StateToken[Any], substate: Any) -> None:
        if token.get_and_reset_touched_state(substate):
            await self._write(token, substate)
        if isinstance(token, BaseStateToken) and isinstance(substate, BaseState):
            for part in substate.substates.values():
                await self.set_state_for_substate(token, part)

    async def _write(self, token: StateToken[Any], substate: Any) -> None:
        content = token.serialize(substate)
        if not content:
            return
        path = self.token_path(token.with_cls(type(substate)))
        try:
            await asyncio.to_thread(write_whole, path, content)
        except OSError as error:
            if isinstance(substate, BaseState):
                substate._was_touched = True
            if not self._unwritten:
                log.warning("a tab cannot be written", reason=str(error))
            self._unwritten[token.cache_key] = token
            if self._writing_again is None or self._writing_again.done():
                self._writing_again = asyncio.create_task(self._write_again())

    async def _write_again(self) -> None:
        """Until everything is written. What is still not, `_write` notes anew."""
        while self._unwritten:
            await asyncio.sleep(AGAIN_SECONDS)
            waiting, self._unwritten = self._unwritten, {}
            for key, token in waiting.items():
                if key in self.states:
                    async with self.modify_state(token):
                        pass


def tab_states() -> StateManagerDisk:
    """The state manager for the app. Raises as Reflex's own does, when its folder cannot be made."""
    made: Any = TabStates  # with a cold cache mypy takes methods that Reflex's manager has for abstract ones
    manager: StateManagerDisk = made()
    return manager


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place all at once, or leave what is there. Its folder is made, but nothing above that.

    Raises:
        OSError: when the disk does not take it.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(_PART)
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
