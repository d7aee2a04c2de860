"""A temporary file that a thread writes while a response sends it.

So an export takes constant memory, and the database is read at its own speed, however slow the client is.
"""

import asyncio
import io
import logging
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, BinaryIO

from .errors import DataError, Problem

PIECE = 1 << 18
"""Bytes that are written and sent at a time."""
KEPT_FREE = 200_000_000
"""Bytes of the disk that an export leaves to others."""
_NO_SPACE = Problem(
    "No disk space left",
    "The disk for temporary files is nearly full.",
    "Free some space, or narrow the list down by a filter; then try again.",
    can_retry=True,
)
_FAILED = Problem(
    "The export failed",
    "Something went wrong. The app's log has the details.",
    "Try again.",
    can_retry=True,
)
_log = logging.getLogger(__name__)


class AbandonedError(Exception):
    """Nobody waits for the file any more."""


class Spool(io.RawIOBase):
    """The file. It is made in the event loop that reads it."""

    def __init__(self) -> None:
        # It is closed when nobody has it any more: neither the thread nor the response knows which of them ends last.
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        self._loop = asyncio.get_running_loop()
        self._has_changed = asyncio.Event()
        self._size = 0
        self._has_ended = self._is_abandoned = False
        self._problem: DataError | None = None

    def fill(self, write: Callable[[BinaryIO], None]) -> None:
        """Start a thread in which `write` writes the content."""
        threading.Thread(target=self._fill, args=(write,), daemon=True).start()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The content, while it is written. Raises DataError if it stays incomplete."""
        sent = 0
        while True:
            self._has_changed.clear()
            has_ended = self._has_ended  # before the size is looked at
            if sent < self._size:
                piece = await asyncio.to_thread(os.pread, self._file.fileno(), PIECE, sent)
                sent += len(piece)
                yield piece
            elif not has_ended:
                await self._has_changed.wait()
            elif self._problem:
                raise self._problem
            else:
                return

    def abandon(self) -> None:
        """Nothing more will be read: the thread ends soon, and the file is gone then."""
        self._is_abandoned = True

    def must_go_on(self) -> None:
        """Raises AbandonedError if nobody waits for the file any more."""
        if self._is_abandoned:
            raise AbandonedError

    def writable(self) -> bool:
        return True

    def write(self, content: Any, /) -> int:
        """Called by the thread."""
        self.must_go_on()
        disk = os.fstatvfs(self._file.fileno())
        if disk.f_bavail * disk.f_frsize < KEPT_FREE:
            raise DataError(_NO_SPACE)
        written = self._file.write(content)
        self._size += written
        self._tell()
        return written

    def _fill(self, write: Callable[[BinaryIO], None]) -> None:
        out = io.BufferedWriter(self, PIECE)
        try:
            write(out)
            out.flush()
        except AbandonedError:
            pass
        except DataError as error:
            self._problem = error
        except OSError as error:
            _log.warning("an export was not written: %s", error.strerror)
            self._problem = DataError(_NO_SPACE)
        except Exception:
            _log.exception("an export failed")
            self._problem = DataError(_FAILED)
        self._has_ended = True
        self._tell()

    def _tell(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._has_changed.set)
        except RuntimeError:  # the loop has ended, and with it who waits
            self.abandon()
