"""npm."""

import re

from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.outputs import machine, registries
from proto_ddf.errors.outputs.finding import OutputFinding

SIGN = "npm (?:error|ERR!)|Unknown command: "
_SPEAKS = re.compile(r"npm (?:error|ERR!)\s?(.*)$")
_CODE = re.compile(r"code (\S+)$")
_STATUS = re.compile(r"E(\d{3})$")
_LINE_STATUS = re.compile(r"(\d{3}) .{1,60} - ")
_UNKNOWN_COMMAND = re.compile(r"Unknown command: ")
_CODES = {
    "EBADENGINE": Finding("package_conflict", 0.95),
    "EBADPLATFORM": Finding("package_conflict", 0.95),
    "EALLOWGIT": Finding("registry_refused", 0.9, type="configuration"),
    "EBADDEVENGINES": Finding("package_conflict", 0.95),
    "ECONFLICT": Finding("package_conflict", 0.95),
    "EINTEGRITY": Finding("package_damaged", 0.95),
    "EINVALIDTYPE": Finding("configuration_invalid", 0.9),
    "EINVALIDPACKAGENAME": Finding("configuration_invalid", 0.95),
    "EINVALIDTAGNAME": Finding("configuration_invalid", 0.95),
    "EJSONPARSE": Finding("code_syntax_error", 0.95),
    "EMISSINGARG": Finding("configuration_invalid", 0.9),
    "ENEEDAUTH": Finding("registry_refused", 0.95, type="authentication"),
    "ENOGIT": Finding("toolchain_missing", 0.95),
    "ENOLOCK": Finding("configuration_invalid", 0.95),
    "ENOVERSIONS": Finding("package_not_found", 0.95),
    "EOTP": Finding("registry_refused", 0.95, type="authentication"),
    "ERESOLVE": Finding("package_conflict", 0.95),
    "ETARGET": Finding("package_not_found", 0.95),
    "EUNSUPPORTEDPROTOCOL": Finding("configuration_invalid", 0.95),
    "ETOOMANYARGS": Finding("configuration_invalid", 0.9),
    "EUNKNOWNTYPE": Finding("configuration_invalid", 0.9),
    "EUSAGE": Finding("configuration_invalid", 0.95),
    "TAR_BAD_ARCHIVE": Finding("package_damaged", 0.95),
    "TAR_ENTRY_INVALID": Finding("package_damaged", 0.9),
    "Z_BUF_ERROR": Finding("package_damaged", 0.9),
    "Z_DATA_ERROR": Finding("package_damaged", 0.9),
}
_PACKAGE_FILE = re.compile(r".{0,200}package\.json", re.DOTALL)
_OTHERS = tuple(
    (re.compile(pattern), finding)
    for pattern, finding in (
        (r"Missing script: ", Finding("configuration_invalid", 0.95)),
        (r"(?:network )?request to .{1,300} failed.{0,80}timeout|network timeout at", None),
        (
            r"invalid json response body",
            Finding("registry_refused", 0.9, type="external_service"),
        ),
        (r"(?:An unknown git error|git dep preparation)", Finding("package_not_found", 0.85)),
        (r"notarget |404 ", Finding("package_not_found", 0.9)),
        (r"(?:Could not resolve dependency|peer dep missing)", Finding("package_conflict", 0.9)),
        (
            r"Invalid (?:package name|tag name|version|dependency)",
            Finding("configuration_invalid", 0.9),
        ),
        (r"Tracker \"idealTree\"", Finding("configuration_invalid", 0.7)),
        (r"maximum redirect reached", Finding("registry_refused", 0.9, type="external_service")),
    )
)


def read(lines: list[str], _exit_code: int | None) -> OutputFinding | None:
    said = [
        (number, match[1]) for number, line in enumerate(lines) if (match := _SPEAKS.match(line))
    ]
    unknown = next((n for n, line in enumerate(lines) if _UNKNOWN_COMMAND.match(line)), None)
    if unknown is not None and any("npm" in line for line in lines):
        return OutputFinding(Finding("configuration_invalid", 0.9), lines[unknown], line=unknown)
    if not said:
        return None
    code = next((match[1] for _, words in said if (match := _CODE.match(words))), "")
    found = _of_code(code, said) or _of_words(said)
    if found is None:
        return None
    number, reason = _reason(said, code)
    return OutputFinding(found, reason, line=number)


def _of_code(code: str, said: list[tuple[int, str]]) -> Finding | None:
    if status := _STATUS.match(code):
        return registries.by_status(int(status[1]))
    if code == "ENOENT":
        has_no_project = any(_PACKAGE_FILE.match(words) for _, words in said)
        return Finding("configuration_invalid" if has_no_project else "package_not_found", 0.9)
    if code == "EUSAGE" and any("in sync" in words for _, words in said):
        return Finding("package_conflict", 0.95)
    if code in _CODES:
        return _CODES[code]
    return registries.by_name(code) or machine.by_errno_name(code)


def _of_words(said: list[tuple[int, str]]) -> Finding | None:
    for _, words in said:
        if status := _LINE_STATUS.match(words):
            return registries.by_status(int(status[1]))
        for pattern, finding in _OTHERS:
            if pattern.match(words):
                return finding or registries.unreachable("it did not answer in time")
    return None


def _reason(said: list[tuple[int, str]], code: str) -> tuple[int, str]:
    """The first line that says more than a code."""
    for number, words in said:
        if words.strip() and not re.match(r"(?:code|errno|syscall|path) |ERESOLVE unable", words):
            return number, words.strip()
    return said[0][0], code
