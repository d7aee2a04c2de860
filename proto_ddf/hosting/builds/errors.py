"""Which line of a build's output says what went wrong."""

import re
from collections.abc import Iterator, Sequence

_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r'  File "')
_PROGRESS = re.compile(
    r"(Compiling|Preparing the front-end folder|Installing front-end packages|Bundling the pages)\b"
)
"""What frontend_child.py and Reflex print while all is well."""
_BUNDLER = re.compile(r"Build failed (?:with \d+ errors?:|in )")
_NOISE = re.compile(r"\s*(\d+ \||\^|at \S+|[│╭╰]|─)|.*loglevel debug|Failed to build the frontend")
"""What stands around an error: the code it is in, the stack, advice."""
_ERROR = re.compile(r"error|failed|cannot|refused|not found", re.IGNORECASE)
_MARK = re.compile(r"error:\s+(?=\S)")


def failure_reason(lines: Sequence[str]) -> str:
    """The line that says what went wrong; "" where none does. The lines hold no empty ones."""
    said = [*lines]
    return _bundler_error(said) or _exception_line(said) or _last_error_line(said)


def _bundler_error(lines: list[str]) -> str:
    """The line after the bundler's last "Build failed"."""
    heads = [number for number, line in enumerate(lines) if _BUNDLER.search(line)]
    if not heads:
        return ""
    return _MARK.sub("", next(_informative_lines(lines[heads[-1] + 1 :]), ""), count=1)


def _exception_line(lines: list[str]) -> str:
    """The first line of the last exception. More lines of its message and Python's notes follow it, such as the page
    that Reflex was at; its frames, which are indented, stand before it."""
    begins = [number for number, line in enumerate(lines) if line == _TRACEBACK]
    frames = [number for number, line in enumerate(lines) if _FRAME.match(line)]
    if not begins or not frames:
        return ""
    return next((line for line in lines[frames[-1] :] if not line.startswith(" ")), "")


def _last_error_line(lines: list[str]) -> str:
    """The last line that speaks of an error, else the last one that tells more than how far the build got."""
    telling = list(_informative_lines(lines))
    return next(filter(_ERROR.search, reversed(telling)), telling[-1] if telling else "")


def _informative_lines(lines: list[str]) -> Iterator[str]:
    return (line for line in lines if not _NOISE.match(line) and not _PROGRESS.match(line))
