"""The lines of an output, in a form that can be read: without control characters, and not more than needed.

An output may be of any length and may quote anything, so that everything here and in the readers takes linear time.
"""

import re

_MAX_CHARACTERS = 400_000
_MAX_LINES = 4_000
_MAX_LINE = 2_000
_CONTROL = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]|[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LIVE_EXIT = re.compile(r"exit code (-?\d{1,3})$")


def readable_lines(text: str) -> list[str]:
    """The last lines of the text."""
    lines = text[-_MAX_CHARACTERS:].replace("\r", "\n").split("\n")[-_MAX_LINES:]
    return [_CONTROL.sub("", line[:_MAX_LINE]).rstrip() for line in lines]


def written_exit_code(lines: list[str]) -> int | None:
    """The exit code, if the last line says it."""
    last = next((line for line in reversed(lines) if line), "")
    match = _LIVE_EXIT.match(last)
    return int(match[1]) if match else None
