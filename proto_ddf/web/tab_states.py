"""The states of open tabs, stored on disk by atomic writes. A full disk does not break a tab."""

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
"""Between two attempts to write the states that could not be written."""
_PART = ".part"

log = get_logger(__name__)


@dataclasses.dataclass
class TabStates(StateManagerDisk):
    """Reflex's state manager, with atomic writes that may fail.

    Reflex overwrites a tab's file in place. On a full disk the file would be truncated and the error would end the
    event, so that the page hangs. Here the tab continues from memory, its file stays unchanged, and it is written when
    there is space again.
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
            await asyncio.to_thread(write_atomically, path, content)
        except OSError as error:
            if isinstance(substate, BaseState):
                substate._was_touched = True
            if not self._unwritten:
                log.warning("a tab cannot be written", reason=str(error))
            self._unwritten[token.cache_key] = token
            if self._writing_again is None or self._writing_again.done():
                self._writing_again = asyncio.create_task(self._write_again())

    async def _write_again(self) -> None:
        """Retry until everything is written. `_write` adds a state again if its write fails again."""
        while self._unwritten:
            await asyncio.sleep(AGAIN_SECONDS)
            waiting, self._unwritten = self._unwritten, {}
            for key, token in waiting.items():
                if key in self.states:
                    async with self.modify_state(token):
                        pass


def tab_states() -> StateManagerDisk:
    """The state manager for the app. Raises like Reflex's own if its folder cannot be created."""
    made: Any = (
        TabStates  # with a cold cache mypy takes some methods of Reflex's manager for abstract ones
    )
    manager: StateManagerDisk = made()
    return manager


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file atomically. Its folder is created if needed, but no folder above that.

    Raises:
        OSError: it cannot be written; the old file is unchanged.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(_PART)
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
