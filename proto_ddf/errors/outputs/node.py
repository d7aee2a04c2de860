"""Node: programs that it ran, and their uncaught errors."""

import re

from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.outputs import machine, registries
from proto_ddf.errors.outputs.bun import missing_module
from proto_ddf.errors.outputs.finding import OutputFinding

SIGN = r"Node\.js v|node:"
_IS_NODE = re.compile(r"Node\.js v\d|node:[\w/]+:\d+$|\s+at .{1,200}\(?node:internal")
_ERROR = re.compile(r"(?:Uncaught )?\[?((?:[A-Z]\w*)?Error|DOMException)(?: \[(\w+)\])?: (.*?)\]?$")
_CODE = re.compile(r"\s+\[?code\]?: '(\w+)'")
_MISSING = re.compile(r"Cannot find (?:module|package) '([^']+)'")
_SPAWN = re.compile(r"spawn \S+ ENOENT")
_PLACE = re.compile(r"(?:file://)?(/[^\s:]+\.[cm]?[jt]sx?:\d+)$")
_FRAME = re.compile(r"\s+at (?:.{1,200}\()?(?:file://)?(/[^\s:()]+:\d+):\d+\)?$")
_JSON = re.compile(r"\bJSON\b")
_MISTAKES = frozenset(
    {"TypeError", "ReferenceError", "RangeError", "URIError", "EvalError", "Error"}
)


def read(lines: list[str], _exit_code: int | None) -> OutputFinding | None:
    if not any(_IS_NODE.match(line) for line in lines):
        return None
    errors = [(number, match) for number, line in enumerate(lines) if (match := _ERROR.match(line))]
    if not errors:
        return None
    number, error = errors[-1]
    codes = [match[1] for line in lines[number:] if (match := _CODE.match(line))]
    found = _of_error(error, codes, lines)
    return OutputFinding(found, lines[number].strip("[] {"), _location(lines), number)


def _of_error(error: re.Match[str], codes: list[str], lines: list[str]) -> Finding:
    name, message = error[1], error[3]
    if missing := _MISSING.match(message):
        return _missing(missing[1], lines)
    if name == "Error" and _SPAWN.match(message):
        return Finding("toolchain_missing", 0.9)
    if message.startswith("Invalid package config"):
        return Finding("code_syntax_error", 0.9)
    if error[2] in {"TimeoutError", "AbortError"}:
        return Finding("timeout" if error[2] == "TimeoutError" else "cancelled", 0.9)
    if error[2]:
        codes = [error[2], *codes]
    for code in reversed(codes):  # the cause's, which Node writes after the error's own
        found = machine.by_errno_name(code) or _of_node(code)
        if found:
            return found
    if name == "SyntaxError" and _JSON.search(message):
        return Finding("file_not_json", 0.85, {"reason": message})
    if name == "SyntaxError" and "does not provide an export" in message:
        return Finding("page_invalid", 0.9)
    if name == "SyntaxError":
        return Finding("code_syntax_error", 0.95)
    return Finding("app_code_error", 0.85 if name in _MISTAKES else 0.8)


def _of_node(code: str) -> Finding | None:
    if code.startswith("UND_ERR_") and "TIMEOUT" in code:
        return Finding("timeout", 0.9)
    if code == "UND_ERR_SOCKET":
        return Finding("connection_failed", 0.9)
    if code in {"ERR_PACKAGE_PATH_NOT_EXPORTED", "ERR_UNSUPPORTED_DIR_IMPORT"}:
        return Finding("module_missing", 0.85)
    if code == "ERR_ACCESS_DENIED":
        return Finding("permission_denied", 0.95)
    if code == "ERR_INVALID_URL":
        return Finding("configuration_invalid", 0.8)
    found = registries.by_name(code)
    return found if found and found.code.startswith("tls_") else None


def _missing(name: str, lines: list[str]) -> Finding:
    """An absolute path without an importer is the program itself, named in the call."""
    called = any("requireStack: []" in line for line in lines)
    if called and name.startswith("/"):
        return Finding("configuration_invalid", 0.9)
    return missing_module(name)


def _location(lines: list[str]) -> str:
    for line in lines:
        place = _PLACE.match(line) or _FRAME.match(line)
        if place and "node_modules" not in place[1]:
            return place[1]
    return ""
