"""The fingerprint of a described error: equal for the same failure, whatever ids, times, places and numbers its text has.

It is here, and not in `monitoring`, because the migration that groups stored errors needs it too.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePath
from typing import Any

VERSION = 1
"""To be raised with every change of the rules: fingerprints of different versions never match."""
_SCANNED = 20_000
"""Characters in which the headline is looked for."""
_LONGEST = 4000
"""Characters of a line that are read."""
_COMPARED = 300
"""Characters of the result that count. There are fewer than are read, because paths differ in length."""

_KEPT_DIGITS = str.maketrans("0123456789", "".join(chr(0xE000 + digit) for digit in range(10)))
"""Digits of codes become private characters, which the rules leave alone."""
_CODES = re.compile(
    r"\[Errno -?\d+\]|\b(?:errno|os error)[ :=]{1,3}-?\d+"
    r"|\b(?:status(?: code)?|http(?:/[\d.]{1,3})?|http error|error code)[ :=]{1,3}\d{3,5}\b"
    r"|(?<=- )[1-5]\d\d\b|\b[45]\d\d(?= (?-i:[A-Z][a-z]))|\bE[45]\d\d\b"
    r"|\b(?:exit|exited|status|code|signal)(?: with)?(?: exit)?(?: status| code)?[ :=]{1,3}-?\d+"
    r"|\bsqlstate[ :=\[(]{1,3}[0-9A-Z]{5}\b"
    r"|(?:^|(?<=\) )|(?<=: ))\(\d{3,5}(?=,)",
    re.IGNORECASE,
)
_STATUS_CODE = re.compile(r"\bStatusCode\.(?=[A-Z])")
"""Of gRPC. Its dot would make it look like a host."""

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_RULES = tuple(
    (re.compile(pattern), mask)
    for pattern, mask in (
        (r"\x1b\[[0-9;?]*[A-Za-z]", ""),
        (
            r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?",
            "<time>",
        ),
        (rf"\b\d{{1,2}}[ /-]{_MONTH}[ /-]\d{{4}}|\b{_MONTH} +\d{{1,2}}\b", "<time>"),
        (r"(?<![\w:.])\d{1,2}:\d\d:\d\d(?:[.,]\d+)?", "<time>"),
        (r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b", "<id>"),
        (r"\b[a-z][a-z0-9+]{1,20}://[^\s'\"<>]+", "<url>"),
        (r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", "<mail>"),
        (r"\bsha\d{1,3}[-:=][A-Za-z0-9+/=]+", "<hash>"),
        (r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\w.]*\w)", "<host>"),
        (r"\[[0-9a-fA-F:]{2,39}\](?::\d{1,5})?", "<host>"),
        (r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{1,4}(?![\w:])", "<host>"),
        (
            r"(?<![\w./\\-])(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24})"
            r"(?::\d{1,5})?(?![\w./])",
            "<host>",
        ),
        (r"\b0x[0-9a-fA-F]+", "0"),
        (r"(?<!\w)[A-Za-z]:\\[^\s'\",;]+", "<path>"),
        (r"(?<![\w.~/-])[\w.~@-]*(?:/[^\s'\"`,;:()<>|]+)+", "<path>"),
        (r"(?<!\w)\"[^\"\ue000-\ue009]*\"", "<text>"),
        (r"(?<!\w)'[^'\ue000-\ue009]*'(?!\w)", "<text>"),
        (r"`[^`\ue000-\ue009]*`|“[^”\ue000-\ue009]*”", "<text>"),
        (r"\b(?=[a-f]*\d)[0-9a-f]{8,}\b", "0"),
        (r"\bv?(?<![A-Za-z_\d.])\d+(?:[.,_]\d+)*", "0"),
        (r"\s+", " "),
    )
)
"""Applied in this order."""


def fingerprint(described: Mapping[str, Any]) -> str:
    """The fingerprint of an error in the form that `proto_ddf.errors.describe` returns: "1:" and 32 hexadecimal digits.

    Equal are errors of the same class and code, whose text is the same without what varies, and which come from the same
    file of an app's own code, where the description names one (`location`).
    """
    context = described.get("context") or {}
    text = context.get("reason") or context.get("error_message") or described.get("message")
    parts = (
        str(described.get("error_type") or ""),
        str(described.get("code") or ""),
        headline(str(text or "")),
        _own_file(str(context.get("location") or "")),
    )
    digest = hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()
    return f"{VERSION}:{digest[:32]}"


def incident_id(key: str) -> str:
    """The id of the incident with this fingerprint: known before the incident is stored."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def headline(text: str) -> str:
    """The first line, with the next one if it ends with a colon, and with a mask in place of what varies. Codes stay: a
    status, an errno, an exit code, SQLSTATE, the number of a database's error."""
    lines = [line for each in text[:_SCANNED].splitlines() if (line := each.strip())]
    return _masked(" ".join(lines[: 2 if lines and lines[0].endswith(":") else 1])[:_LONGEST])


@lru_cache(maxsize=256)
def _masked(line: str) -> str:
    """Remembered, because errors come in bursts of equal ones."""
    line = _STATUS_CODE.sub("StatusCode\ue00a", line)
    line = _CODES.sub(lambda found: found[0].translate(_KEPT_DIGITS), line)
    for pattern, mask in _RULES:
        line = pattern.sub(mask, line)
    return line.strip()[:_COMPARED]


def _own_file(location: str) -> str:
    """The name of the file, without its folder and the line number: both change."""
    name = PurePath(location.replace("\\", "/")).name
    return re.sub(r"[:,(].*", "", name, flags=re.DOTALL)
