"""Lines that no other reader knows: the last one that mentions an error."""

import re
from collections.abc import Iterator

from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.outputs.finding import OutputFinding

_PROGRESS = re.compile(
    r"(?:Compiling|Preparing the front-end folder|Installing front-end packages|Bundling the pages|Starting on \d"
    r"|exit code (?:-?\d{1,9}|None)|\$ )\b"
)
"""Progress messages of frontend_child.py and Reflex, and the command and the exit code around an output."""
_NOISE = re.compile(
    r"\s*(?:\d+ \||\^|at \S+|[│╭╰]|─)|.*loglevel debug|Failed to build the frontend|`\S{1,100}` plugin is enabled"
)
"""Lines around an error: source code, stack frames, advice."""
_ERROR = re.compile(r"error|failed|cannot|refused|not found", re.IGNORECASE)


def read(lines: list[str], _exit_code: int | None) -> OutputFinding | None:
    said = [(number, line) for number, line in informative_lines(lines) if line]
    if not said:
        return None
    number, line = next(
        (one for one in reversed(said) if _ERROR.search(one[1])),
        said[-1],
    )
    return OutputFinding(Finding("process_failed", 0.3), line.strip(), line=number)


def informative_lines(lines: list[str], begin: int = 0) -> Iterator[tuple[int, str]]:
    """The lines from `begin` on, with their numbers, without source code, frames and progress messages."""
    for number, line in enumerate(lines[begin:], begin):
        if not _NOISE.match(line) and not _PROGRESS.match(line):
            yield number, line
