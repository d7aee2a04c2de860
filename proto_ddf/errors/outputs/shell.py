"""Shells, and the complaints of programs about how they were called."""

import re

from proto_ddf.errors.drivers import os_errors
from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.outputs.finding import OutputFinding

SIGN = (
    r"not found|No such file|Permission denied|[Ss]yntax error|python.{0,6}: |unbound variable|not set|bad option"
    r"|(?:no such|unrecognized|invalid|unknown) option|: error: |Error: (?:No such|Missing|Invalid)|\(os error "
)
_RUST = re.compile(r"\(os error (\d{1,3})\)$")
"""How Rust ends the text of an error of the operating system."""
_RULES = tuple(
    (re.compile(pattern), finding)
    for pattern, finding in (
        (
            r"(?:[\w./-]{1,80}: )?(?:line )?(?:\d{1,6}: )?[\w./@+-]{1,200}: (?:command )?not found$"
            r"|.{0,20}/usr/bin/env: .{1,80}: No such file",
            Finding("toolchain_missing", 0.9),
        ),
        (
            r"(?:ba|da|z|k)?sh: (?:line )?(?:\d{1,6}: )?.{1,300}: Permission denied$",
            Finding("permission_denied", 0.9),
        ),
        (
            r"(?:ba|da|z|k)?sh: (?:line )?(?:\d{1,6}: )?.{1,300}: No such file or directory$",
            Finding("configuration_invalid", 0.85),
        ),
        (
            r"(?:ba|da|z|k)?sh: (?:line )?(?:\d{1,6}: )?.{0,300}[Ss]yntax error",
            Finding("code_syntax_error", 0.9),
        ),
        (
            r".{0,200}python[\d.]{0,6}: (?:can't open file|No module named)",
            Finding("configuration_invalid", 0.9),
        ),
        (
            r"[\w./-]{1,80}: .{1,300}: Permission denied$",
            Finding("permission_denied", 0.85),
        ),
        (r"env: .{1,300}: No such file or directory$", Finding("toolchain_missing", 0.9)),
        (
            r".{0,300}: unbound variable$|.{0,300}: parameter (?:null or )?not set$|.{0,300}: bad option: -"
            r"|.{0,80}no such option: -|.{0,80}(?:unrecognized|invalid|unknown) option\b",
            Finding("configuration_invalid", 0.9),
        ),
        (
            r"[\w./-]{1,80}: error: (?:the following arguments are required|unrecognized arguments|argument |ambiguous"
            r" option|invalid choice|one of the arguments)",
            Finding("configuration_invalid", 0.95),
        ),
        (
            r"Error: (?:No such (?:option|command)|Missing (?:argument|option|parameter)|Invalid value for)",
            Finding("configuration_invalid", 0.9),
        ),
    )
)


def read(lines: list[str], _exit_code: int | None) -> OutputFinding | None:
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number].strip()
        if found := _of_line(line):
            return OutputFinding(found, line, line=number)
    return None


def _of_line(line: str) -> Finding | None:
    for pattern, finding in _RULES:
        if pattern.match(line):
            return finding
    rust = _RUST.search(line)
    return os_errors.by_number(int(rust[1])) if rust else None
