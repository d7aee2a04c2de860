"""The lines of an output, in a form that can be read: without control characters, and not more than needed.

An output may be of any length and may quote anything, so that everything here and in the readers takes linear time.
"""

import re

from proto_ddf.quick_search import quick_search
from proto_ddf.redaction import valid_text

_MAX_CHARACTERS = 400_000
_MAX_LINES = 4_000
_MAX_LINE = 2_000
_CONTROL = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]|[\x00-\x08\x0b\x0c\x0e-\x1f]")
_has_control = quick_search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LIVE_EXIT = re.compile(r"exit code (-?\d{1,3})$")


def readable_lines(text: str) -> list[str]:
    """The last lines of the text, as valid Unicode."""
    text = valid_text(text[-_MAX_CHARACTERS:]).replace("\r", "\n")
    if _has_control(text):
        text = _CONTROL.sub("", text)
    return [line[:_MAX_LINE].rstrip() for line in text.split("\n")[-_MAX_LINES:]]


def written_exit_code(lines: list[str]) -> int | None:
    """The exit code, if the last line says it."""
    last = next((line for line in reversed(lines) if line), "")
    match = _LIVE_EXIT.match(last)
    return int(match[1]) if match else None
