"""Errors of child processes: subprocess and psutil."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import psutil

from proto_ddf.errors.codes.error_types import ErrorType
from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.exit_codes import describe_exit_code, is_killed, signal_name

_TYPES: Mapping[int, ErrorType] = {126: "permission", 127: "dependency"}
"""Of a shell's exit codes: the program may not be run, or does not exist (POSIX, Shell Command Language, 2.8.2)."""


def find(error: BaseException) -> Finding | None:
    if isinstance(error, subprocess.TimeoutExpired):
        return Finding("timeout", 1.0, {"system": _program(error.cmd), "seconds": error.timeout})
    if isinstance(error, subprocess.CalledProcessError):
        return _of_exit(_program(error.cmd), error.returncode)
    if isinstance(error, psutil.AccessDenied):
        return Finding("permission_denied", 0.9)
    if isinstance(error, psutil.TimeoutExpired):
        return Finding("timeout", 0.9)
    if isinstance(error, psutil.Error | subprocess.SubprocessError):
        return Finding("process_failed", 0.8)
    return None


def _of_exit(program: str, exit_code: int) -> Finding:
    context = {"command": program, "exit_code": exit_code}
    if is_killed(exit_code):
        return Finding("process_killed", 1.0, context)
    if kind := _TYPES.get(exit_code):
        return Finding("process_failed", 1.0, context, type=kind)
    if signal_name(exit_code):
        context["reason"] = describe_exit_code(exit_code)
    return Finding("process_failed", 1.0, context)


def _program(command: Any) -> str:
    """The program's name without its arguments, which may hold secrets."""
    if isinstance(command, Sequence) and not isinstance(command, str | bytes):
        first = str(command[0]) if command else ""
    else:
        first = (str(command).split() or [""])[0]
    return PurePath(first).name
