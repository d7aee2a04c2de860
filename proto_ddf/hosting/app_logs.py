"""What an app wrote into its log, and what that says about the end of its process."""

import re
from collections import deque

from proto_ddf.hosting.launch import log_file
from proto_ddf.serving.app_main import STARTED

EXCEPTION = re.compile(r"[\w.]*(Error|Exception|Exit|Interrupt)\b")
"""The beginning of the last line of a traceback."""
LOG_LINES = 200
"""Of an app's log, in which the cause of a failure is looked for."""
LOG_TAIL_BYTES = 512 * 1024


def app_log(slug: str, lines: int = LOG_LINES, search: str = "") -> list[str]:
    """The last lines of an app's log that contain `search`, oldest first, with those of the last rotated file."""
    wanted: deque[str] = deque(maxlen=lines)
    newest = log_file(slug)
    for file in (newest.with_suffix(".log.1"), newest):
        try:
            with file.open("rb") as content:
                content.seek(max(0, file.stat().st_size - LOG_TAIL_BYTES))
                text = content.read().decode(errors="replace")
        except OSError:
            continue
        wanted.extend(line for line in text.splitlines() if search.lower() in line.lower())
    return list(wanted)


def run_log(slug: str) -> list[str]:
    """The last lines of the app's log, without those of earlier runs."""
    lines = app_log(slug)
    begins = [number for number, line in enumerate(lines) if line.startswith(STARTED)]
    return lines[begins[-1] + 1 :] if begins else lines


def crash_reason(slug: str, otherwise: str) -> tuple[str, list[str]]:
    """Why an app's process ended, in one line, and the log of its last run."""
    lines = run_log(slug)
    return next(filter(EXCEPTION.match, reversed(lines)), otherwise), lines
