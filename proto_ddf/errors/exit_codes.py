"""Exit codes of programs, described in words."""

import signal

_WRAPPED_KILL = 256 - signal.SIGKILL
"""A Python program that exits with the -9 of its child, as the `node` of the build tools does."""
_SHELL = 128
"""A shell exits with 128 + n if signal n ended its command (POSIX, Shell Command Language, 2.8.2)."""


def signal_name(exit_code: int) -> str:
    """The signal that ended the program: -11 of a child and 139 of a shell are "SIGSEGV"; "" if there was none."""
    number = -exit_code if exit_code < 0 else exit_code - _SHELL
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""


def is_killed(exit_code: int) -> bool:
    """Whether SIGKILL ended the program. Most often the system sends it, because memory ran out."""
    return signal_name(exit_code) == "SIGKILL" or exit_code == _WRAPPED_KILL


def describe_exit_code(exit_code: int) -> str:
    """The exit code as a part of a sentence: "exit code 3", "ended by SIGSEGV"."""
    if is_killed(exit_code):
        return "it was killed, as the system does when memory runs out"
    name = signal_name(exit_code)
    return f"ended by {name}" if name else f"exit code {exit_code}"
