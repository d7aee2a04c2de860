"""pip.

If an index gives no answer, pip's ERROR lines say only that it found no version. Why is in its warnings, if it retried.
"""

import re

from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.outputs import registries
from proto_ddf.errors.outputs.finding import OutputFinding

SIGN = "ERROR: |error: |\u00d7 |pip"
_SPEAKS = re.compile(
    r"\s*(?:ERROR: |WARNING: |error: |Could not fetch URL |\u00d7 |Usage:|pip: error)|.{0,40}no such option:"
)
_ERROR = re.compile(r"\s*(?:ERROR: |error: |\u00d7 )")
_STATUS = re.compile(r"(?:HTTP error|HTTP Error|because of HTTP error) (\d{3})\b")
_ANY_STATUS = re.compile(r"\b(\d{3}) (?:Client|Server) Error\b|too many (\d{3}) error responses")
_CONNECTION = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"CERTIFICATE_VERIFY_FAILED.{0,200}(?:mismatch|doesn't match)", "tls_wrong_host"),
        (r"CERTIFICATE_VERIFY_FAILED.{0,200}(?:expired|not yet valid)", "tls_expired"),
        (r"CERTIFICATE_VERIFY_FAILED|certificate verify failed", "tls_untrusted"),
        (r"SSLError|SSLCertVerificationError|ssl certificate", "tls_failed"),
        (r"[Tt]imed out|TimeoutError|ConnectTimeout|ReadTimeout", "it did not answer in time"),
        (
            r"NameResolutionError|Name or service not known|name resolution|getaddrinfo failed"
            r"|nodename nor servname",
            "its name could not be resolved",
        ),
        (r"Connection refused|\[Errno 111\]", "it refused the connection"),
        (
            r"ConnectionResetError|Connection reset|RemoteDisconnected|Connection aborted|ProtocolError"
            r"|IncompleteRead|Connection broken",
            "it closed the connection",
        ),
        (r"No route to host|Network is unreachable", "there is no route to it"),
        (r"NewConnectionError|Connection error|ConnectionError", "no connection could be opened"),
        (r"ProxyError", "the proxy refused the connection"),
    )
)
_NONE_FOUND = re.compile(r"ERROR: (?:Could not find a version|No matching distribution)")
_RULES = tuple(
    (re.compile(r"\s*(?:ERROR: |error: |\u00d7 )?" + pattern), finding)
    for pattern, finding in (
        (
            r"(?:Cannot install .{1,300}conflicting|ResolutionImpossible|Cannot install .{1,300} because)",
            Finding("package_conflict", 0.95),
        ),
        (
            r"(?:Package|.{1,80}) (?:'[^']{1,80}' )?requires a different Python",
            Finding("package_conflict", 0.95),
        ),
        (r".{1,300} is not a supported wheel on this platform", Finding("package_conflict", 0.95)),
        (r"pip's dependency resolver", Finding("package_conflict", 0.85)),
        (r"THESE PACKAGES DO NOT MATCH THE HASHES", Finding("package_damaged", 0.95)),
        (
            r"(?:Wheel .{1,300} is invalid|.{1,300}(?:has an invalid wheel|invalid metadata"
            r"|File is not a zip file))",
            Finding("package_damaged", 0.95),
        ),
        (
            r"(?:subprocess-exited-with-error|metadata-generation-failed|Failed building wheel|Failed to build"
            r"|legacy-install-failure|Encountered error while|Could not build wheels)",
            Finding("package_damaged", 0.85),
        ),
        (
            r"(?:Target path exists but|.{1,200} is not a valid wheel filename|externally-managed-environment|Invalid requirement|Could not open requirements file"
            r"|Hashes are required|In --require-hashes mode|You must give at least one requirement"
            r"|.{0,40}no such option|Directory .{1,300} is not installable|Can not perform a '--user' install"
            r"|Could not find an activated virtualenv|unknown command |.{1,300} does not appear to be a Python"
            r"|.{1,300} should either be a path|Invalid (?:index|URL|marker|extras)|.{0,80}is not a valid editable"
            r"|Location .{1,200} is ignored|Cannot unpack file)",
            Finding("configuration_invalid", 0.95),
        ),
        (
            r"(?:Cannot parse|Failed to parse|.{0,200}(?:TOMLDecodeError|not valid TOML|Expected '|Unclosed))",
            Finding("code_syntax_error", 0.85),
        ),
    )
)
_USAGE = re.compile(r"Usage:")
_REDIRECTS = re.compile(r"Exceeded \d{1,4} redirects")
_UNTRUSTED_HOST = re.compile(r"WARNING: The repository located at \S+ is not a trusted")


def read(lines: list[str], _exit_code: int | None) -> OutputFinding | None:
    said = [(number, line) for number, line in enumerate(lines) if _SPEAKS.match(line)]
    if not any(_ERROR.match(line) or "pip" in line for _, line in said):
        return None
    for number, line in said:
        if found := _of_rules(line) or _of_status(line):
            return OutputFinding(found, line.strip(), line=number)
    if usage := next((number for number, line in said if _USAGE.match(line)), None):
        return OutputFinding(Finding("configuration_invalid", 0.85), _last_words(lines), line=usage)
    missing = next(((number, line) for number, line in said if _NONE_FOUND.match(line)), None)
    for number, line in reversed(said):
        if found := _of_connection(line):
            return OutputFinding(found, line.strip(), line=missing[0] if missing else number)
    return _of_missing(said, missing) if missing else None


def _of_rules(line: str) -> Finding | None:
    if not _ERROR.match(line) and "no such option" not in line:
        return None
    return next((finding for pattern, finding in _RULES if pattern.match(line)), None)


def _of_status(line: str) -> Finding | None:
    if _REDIRECTS.search(line):
        return Finding("registry_refused", 0.9, type="external_service")
    match = _STATUS.search(line) or _ANY_STATUS.search(line)
    return registries.by_status(int(match[1] or match[2])) if match else None


def _of_connection(line: str) -> Finding | None:
    if _NONE_FOUND.match(line) or _UNTRUSTED_HOST.match(line):
        return None
    for pattern, reason in _CONNECTION:
        if pattern.search(line):
            if reason.startswith("tls_"):
                return Finding(reason, 0.95)
            return registries.unreachable(reason)
    return None


def _of_missing(said: list[tuple[int, str]], missing: tuple[int, str]) -> OutputFinding:
    """No version fits. With other versions it is known why, without any it may be the index that failed."""
    number, line = missing
    for _, other in said:
        if _UNTRUSTED_HOST.match(other):
            return OutputFinding(Finding("configuration_invalid", 0.85), other, line=number)
    none_at_all = "(from versions: none)" in line
    return OutputFinding(
        Finding("package_not_found", 0.6 if none_at_all else 0.95), line, line=number
    )


def _last_words(lines: list[str]) -> str:
    return next(
        (line for line in reversed(lines) if line and not line.startswith("exit code ")), ""
    )
