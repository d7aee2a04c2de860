"""From what a child process wrote to a finding: which of the tools failed, the line that says why, and where.

Each module has `read(lines, exit_code) -> OutputFinding | None`, and the modules for tools have `SIGN`: a pattern that occurs in
each text in which they find something. An output is not to be trusted: it may be of any length
and may quote anything. `read_output` never raises, and takes linear time.
"""

from collections.abc import Callable

from proto_ddf.errors.drivers.finding import SURE
from proto_ddf.errors.outputs import bun, machine, node, npm, pip, plain, shell, tracebacks, vite
from proto_ddf.errors.outputs.finding import OutputFinding
from proto_ddf.errors.outputs.lines import readable_lines, written_exit_code
from proto_ddf.quick_search import quick_search

__all__ = ["OutputFinding", "read_output"]

_Read = Callable[[list[str], int | None], OutputFinding | None]
_READERS: tuple[tuple[Callable[[str], bool], _Read], ...] = tuple(
    (quick_search(module.SIGN), module.read)
    for module in (tracebacks, vite, node, npm, pip, bun, shell)
)


def read_output(text: str, exit_code: int | None = None) -> OutputFinding | None:
    """What the text says about why its process failed; None if it says nothing.

    Causes in the machine come first. Then the sure finding that stands last decides, because the tool that failed speaks
    last. Without one, it is that of the highest confidence.
    """
    try:
        lines = readable_lines(text)
        known = exit_code if exit_code is not None else written_exit_code(lines)
        return (
            machine.read(lines, known)
            or _of_tools(lines, known)
            or machine.read_exit_code(lines, known)
            or plain.read(lines, known)
        )
    except Exception:
        return None


def _of_tools(lines: list[str], exit_code: int | None) -> OutputFinding | None:
    text = "\n".join(lines)
    found = [
        one for has_sign, read in _READERS if has_sign(text) and (one := read(lines, exit_code))
    ]
    found = [one for one in found if _says_why(one)] or found
    if not found:
        return None
    return max(found, key=lambda one: (one.finding.confidence >= SURE, _rank(one)))


def _says_why(found: OutputFinding) -> bool:
    """Whether it is more than that a program failed, whose own output may stand above."""
    return found.finding.code != "process_failed" or found.finding.type is not None


def _rank(found: OutputFinding) -> float:
    sure = found.finding.confidence >= SURE
    return found.line if sure else found.finding.confidence
