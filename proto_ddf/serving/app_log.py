"""The log of an app: its process writes and rotates it, so that no output is lost without a supervisor."""

import contextlib
import os
import time
from pathlib import Path

LOG_BYTES = 2 * 1024**2
LOG_FILES = 3
LOG_CHECK_SECONDS = 0.5


def rotate_log(log: Path) -> None:
    """Rotate the file that stdout and stderr are written to, for the life of this process.

    The process redirects its own output to a new file. So the logs stay small without a supervisor, and no output is
    lost in a crash.
    """
    while True:
        time.sleep(LOG_CHECK_SECONDS)
        with contextlib.suppress(OSError):
            if os.fstat(1).st_size > LOG_BYTES:
                for number in range(LOG_FILES - 1, 1, -1):
                    older, old = (
                        log.with_suffix(f".log.{number}"),
                        log.with_suffix(f".log.{number - 1}"),
                    )
                    if old.exists():
                        old.replace(older)
                log.replace(log.with_suffix(".log.1"))
                redirect_output(log)


def redirect_output(log: Path) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
