"""Causes in this machine: a full disk, too little memory, a killed process. They explain whatever else failed."""

import errno
import re

from proto_ddf.errors.drivers import os_errors
from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.exit_codes import describe_exit_code, is_killed
from proto_ddf.errors.outputs.finding import OutputFinding
from proto_ddf.quick_search import quick_search

_NUMBERS = {name: number for number, name in errno.errorcode.items()}
_LOOKUPS = {"ENOTFOUND": "host_unknown", "EAI_AGAIN": "host_lookup_failed"}
"""Node's names for errors of getaddrinfo."""
_QUOTES = re.compile(
    r"\s*(?:[\w.]{1,100}\.)?(?:Value|Key|Type|Index|Attribute|Name|Lookup|Assertion|Runtime|Syntax)Error: "
    r"|\s*(?:\d+ \||raise |msg = |print\()"
)
"""Lines that may quote anything: messages of programming errors, and source code."""
_CAUSES = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (
            r"(?i:ENOSPC|No space left on device|disk quota exceeded|EDQUOT|database or disk is full)",
            "disk_space_low",
        ),
        (
            r"heap out of memory|\bENOMEM\b|Cannot allocate memory|^MemoryError\b|^std::bad_alloc"
            r"|^(?:panic|fatal error): .{0,80}out of memory|^Out of memory",
            "out_of_memory",
        ),
        (r"\bEMFILE\b|\bENFILE\b", "too_many_open_files"),
        (r"^Killed$|: line \d{1,6}:\s{1,9}\d{1,9} Killed\b", "process_killed"),
    )
)
_may_have_cause = quick_search(
    r"(?i)enospc|no space left|quota exceeded|edquot|disk is full|out of memory|enomem|cannot allocate memory"
    r"|memoryerror|std::bad_alloc|emfile|enfile|killed"
)
"""The line of a cause has one of these. Most outputs have none."""

_EXIT_CODES = {
    124: Finding("timeout", 0.8),
    126: Finding("permission_denied", 0.8),
    127: Finding("toolchain_missing", 0.8),
}


def read(lines: list[str], exit_code: int | None) -> OutputFinding | None:
    found = _causes(lines) if _may_have_cause("\n".join(lines)) else {}
    for _, code in _CAUSES:
        if code in found:
            reason = lines[found[code]].strip()
            return OutputFinding(Finding(code, 0.95), reason, line=found[code])
    if exit_code is not None and is_killed(exit_code):
        context = {"exit_code": exit_code}
        return OutputFinding(
            Finding("process_killed", 0.95, context), describe_exit_code(exit_code)
        )
    return None


def _causes(lines: list[str]) -> dict[str, int]:
    """The number of the last line of each cause."""
    found = {}
    for number, line in enumerate(lines):
        if not _may_have_cause(line):
            continue
        for pattern, code in _CAUSES:
            if pattern.search(line) and not _QUOTES.match(line):
                found[code] = number
    return found


def read_exit_code(lines: list[str], exit_code: int | None) -> OutputFinding | None:
    """What the exit code alone says, of shells and of `timeout`."""
    found = _EXIT_CODES.get(exit_code or 0)
    last = next((line for line in reversed(lines) if line), "")
    return OutputFinding(found, last) if found else None


def by_errno_name(name: str) -> Finding | None:
    """The finding for the name of an errno, as Node and Bun write it."""
    if code := _LOOKUPS.get(name):
        return Finding(code, 0.95)
    return os_errors.by_number(_NUMBERS[name]) if name in _NUMBERS else None
