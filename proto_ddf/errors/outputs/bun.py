"""Bun: `bun install`, `bun run`, `bun build`, and programs that Bun runs."""

import re
from dataclasses import replace
from urllib.parse import unquote

from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.outputs import machine, registries
from proto_ddf.errors.outputs.finding import OutputFinding

_Rules = tuple[tuple[re.Pattern[str], Finding], ...]
SIGN = "(?m)^error: |^Bun v|^ParserError: |incorrect peer dependency"
_SPEAKS = re.compile(r"(?:\$ )?bun |Bun v\d|error: |\w*Error: |ENOENT: ")
_STATUS = re.compile(r"error: GET (\S+) - (\d{3})\b")
_PACKAGE = re.compile(r"(?:@[^/@]+/)?[^/@]+$")
"""The end of the address of a package."""
_NAMED = re.compile(r"error: ([A-Za-z_]\w*)(?: \w+ing\b| fetching\b|$)")
_AT = re.compile(r"\s+at (?:\S+ )?\(?(/?[^\s()<>:]+:\d+)(?::\d+)?\)?$")
_CODE = re.compile(r"\s+code: \"(\w+)\"")
_MESSAGE = re.compile(r"(?:error|\w*Error): |[A-Z]{3,20}: ")
_MISSING = re.compile(
    r'error: (?:Could not resolve:? "([^"]+)"|Cannot find (?:module|package) ["\']([^"\']+)["\'])'
)
_RULES = tuple(
    (re.compile(pattern), finding)
    for pattern, finding in (
        (r"error: No version matching ", Finding("package_not_found", 0.95)),
        (r"error: Integrity ?check ?failed", Finding("package_damaged", 0.95)),
        (r"error: IntegrityCheckFailed\b", Finding("package_damaged", 0.95)),
        (
            r"error: (?:Zlib|Gzip|Fail|Invalid|Corrupt)\w* (?:decompress|extract)\w*",
            Finding("package_damaged", 0.9),
        ),
        (r"error: .{0,80}extracting tarball", Finding("package_damaged", 0.9)),
        (
            r"error: (?:PackageFailedToParse|.{0,40}parsing package manifest)",
            Finding("registry_refused", 0.95, type="external_service"),
        ),
        (
            r"error: TooManyRedirects\b",
            Finding("registry_refused", 0.9, type="external_service"),
        ),
        (
            r"error: Package .{1,200} with tag .{1,200} not found",
            Finding("package_not_found", 0.95),
        ),
        (r"error: \w+ cloning repository for ", Finding("package_not_found", 0.85)),
        (
            r"error: (?:Registry URL must be|InvalidURL|InvalidRegistry|No scripts to run|No script name provided"
            r"|File not found |Invalid Argument|The argument |unexpected argument|Unsupported target|Invalid target)",
            Finding("configuration_invalid", 0.95),
        ),
        (
            r"error: (?:Your computer|bun) ran out of file descriptors",
            Finding("too_many_open_files", 0.95),
        ),
        (r"error: Workspace dependency ", Finding("package_not_found", 0.9)),
        (r"error: package\.json not found for ", Finding("package_not_found", 0.9)),
        (r"error: .{1,200} failed to resolve$", Finding("package_not_found", 0.6)),
        (r"error: lockfile had changes", Finding("package_conflict", 0.9)),
        (r"(?:error: )?.{0,60}incorrect peer dependency", Finding("package_conflict", 0.5)),
        (r"ParserError: ", Finding("code_syntax_error", 0.95)),
        (
            r"error: (?:InvalidPackageJSON|failed to parse lockfile)",
            Finding("code_syntax_error", 0.9),
        ),
        (
            r"error: (?:Script not found|Module not found|ModuleNotFound resolving|Missing script"
            r"|Bun could not find a package\.json|No package\.json|MissingPackageJSON"
            r"|.{0,40}could not find .{0,40}package\.json)",
            Finding("configuration_invalid", 0.9),
        ),
        (r"error: No matching export in ", Finding("page_invalid", 0.95)),
        (
            r"error: (?:Expected |Unexpected |Unterminated |Syntax Error|Invalid (?:assignment|regular|escape|character)"
            r"|Unsupported syntax|\"[^\"]{1,80}\" has already been declared|Multiple exports|JSX |Cannot assign to"
            r"|\"await\" can only|Missing )",
            Finding("code_syntax_error", 0.9),
        ),
    )
)
_OF_PROGRAMS = (
    (re.compile(r"SyntaxError: Export named "), Finding("page_invalid", 0.95)),
    (re.compile(r"SyntaxError: .{0,80}JSON"), Finding("file_not_json", 0.85)),
    (re.compile(r"SyntaxError: "), Finding("code_syntax_error", 0.9)),
    (
        re.compile(r"(?:TypeError|ReferenceError|RangeError|EvalError): "),
        Finding("app_code_error", 0.85),
    ),
)
"""Errors of a program that Bun ran, which then writes its version below."""


def read(lines: list[str], _exit_code: int | None) -> OutputFinding | None:
    """The first cause among Bun's errors: the later ones mostly follow from it, except after a general one."""
    best: OutputFinding | None = None
    rules = _RULES + (_OF_PROGRAMS if any(line.startswith("Bun v") for line in lines) else ())
    if rules is not _RULES and (thrown := _of_thrown(lines)):
        return thrown
    for number, line in enumerate(lines):
        if not _SPEAKS.match(line):
            continue
        found = _of_line(line, rules)
        if found and (best is None or found.confidence > best.finding.confidence):
            best = OutputFinding(found, line, _location(lines, number), number)
    return best and replace(best, reason=_summary(lines) or best.reason)


def _summary(lines: list[str]) -> str:
    """The line that names the package, if Bun says so at the end."""
    last = next((line for line in reversed(lines) if line.startswith("error: ")), "")
    return last if last.endswith(" failed to resolve") else ""


def _of_thrown(lines: list[str]) -> OutputFinding | None:
    """The uncaught error of a program that Bun ran, if it has a code: that line stands below the message."""
    for number, line in enumerate(lines):
        name = _CODE.match(line)
        found = name and (machine.by_errno_name(name[1]) or _of_connection(name[1]))
        if found:
            said = [one for one in range(number) if _MESSAGE.match(lines[one])]
            place = said[-1] if said else number
            return OutputFinding(found, lines[place], _location(lines, number), place)
    return None


def _of_connection(name: str) -> Finding | None:
    found = registries.by_name(name)
    if found is None or found.code != "registry_unreachable":
        return found
    return Finding("timeout" if found.type == "timeout" else "connection_failed", 0.9)


def _of_line(line: str, rules: _Rules) -> Finding | None:
    if status := _STATUS.match(line):
        return _with_package(registries.by_status(int(status[2])), status[1])
    if missing := _MISSING.match(line):
        return missing_module(missing[1] or missing[2])
    if (named := _NAMED.match(line)) and (found := registries.by_name(named[1])):
        return found
    return next((finding for pattern, finding in rules if pattern.match(line)), None)


def _with_package(found: Finding, url: str) -> Finding:
    """The finding with the package that the address is of: that of its description, or of its tarball."""
    named = _PACKAGE.search(unquote(url.partition("?")[0].partition("/-/")[0]))
    return replace(found, context={**found.context, "package": named[0]}) if named else found


def missing_module(name: str) -> Finding:
    """A JavaScript module that cannot be found: a file of the app, or a package."""
    if name.startswith((".", "/", "#", "~", "$", "@/", "file:")):
        return Finding("module_missing", 0.95, {"module": name}, type="build")
    return Finding("module_missing", 0.95, {"module": name})


def _location(lines: list[str], number: int) -> str:
    for line in lines[number + 1 : number + 4]:
        if (place := _AT.match(line)) and "node_modules" not in place[1]:
            return place[1]
    return ""
