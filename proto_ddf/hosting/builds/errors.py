"""Finds the line of a build's output that says why the build failed."""

import re
from collections.abc import Iterator, Sequence

_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r'  File "')
_PROGRESS = re.compile(
    r"(Compiling|Preparing the front-end folder|Installing front-end packages|Bundling the pages)\b"
)
"""Progress messages of frontend_child.py and Reflex."""
_BUNDLER = re.compile(r"Build failed (?:with \d+ errors?:|in )")
_NOISE = re.compile(r"\s*(\d+ \||\^|at \S+|[│╭╰]|─)|.*loglevel debug|Failed to build the frontend")
"""Lines around an error: source code, stack frames, advice."""
_ERROR = re.compile(r"error|failed|cannot|refused|not found", re.IGNORECASE)
_MARK = re.compile(r"error:\s+(?=\S)")


def failure_reason(lines: Sequence[str]) -> str:
    """The line that says why the build failed; "" if there is none. `lines` must not have empty lines."""
    output = [*lines]
    return _bundler_error(output) or _exception_line(output) or _last_error_line(output)


def _bundler_error(lines: list[str]) -> str:
    """The line after the bundler's last "Build failed"."""
    heads = [number for number, line in enumerate(lines) if _BUNDLER.search(line)]
    if not heads:
        return ""
    return _MARK.sub("", next(_informative_lines(lines[heads[-1] + 1 :]), ""), count=1)


def _exception_line(lines: list[str]) -> str:
    """The first line of the last exception. Its frames, which are indented, come before it. More lines of its message
    and Python's notes, such as the page that Reflex was compiling, come after it."""
    begins = [number for number, line in enumerate(lines) if line == _TRACEBACK]
    frames = [number for number, line in enumerate(lines) if _FRAME.match(line)]
    if not begins or not frames:
        return ""
    return next((line for line in lines[frames[-1] :] if not line.startswith(" ")), "")


def _last_error_line(lines: list[str]) -> str:
    """The last line that mentions an error; without one, the last line that is not a progress message."""
    informative = list(_informative_lines(lines))
    return next(
        filter(_ERROR.search, reversed(informative)), informative[-1] if informative else ""
    )


def _informative_lines(lines: list[str]) -> Iterator[str]:
    return (line for line in lines if not _NOISE.match(line) and not _PROGRESS.match(line))
