"""What is wrong with a file that is not JSON, in words and with its line. Python's reader tells it exactly."""

import json
from pathlib import Path

from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.file_errors import explained, file_error

LONGEST_RECORD = 64 << 20
"""Bytes; a longer one would have to be held in memory several times."""
_LARGEST_DOCUMENT = 64 << 20
"""Bytes up to which a document that is not a line a record is read whole to find its fault."""
_SORTS = {
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def find_fault(path: Path, encoding: str, *, ended: bool = False) -> IntegrationError:
    """The error for a file that cannot be read as JSON objects: `file_not_json`, `json_broken_line`,
    `file_cut_short`, `file_encoding`, `json_no_records`.

    Args:
        ended: DuckDB came to the end of the file within a value. Of a document that is too large to be read
            whole that is all that is known.
    """
    try:
        with explained(path), path.open("r", encoding=encoding) as file:
            lines = _first_lines(file.readline(LONGEST_RECORD), file.readline(LONGEST_RECORD))
            if lines:
                return _of_lines(path, encoding)
        return _of_document(path, encoding, ended)
    except UnicodeDecodeError as error:
        return file_error(path, "file_encoding", str(error))
    except IntegrationError as error:
        return error


def _first_lines(first: str, second: str) -> bool:
    """Whether the file is one of JSON Lines: its first line is an object, and there are others."""
    try:
        return isinstance(json.loads(first), dict) and bool(second)
    except (ValueError, RecursionError):
        # The first line may be the broken one.
        return first.startswith("{") and first.rstrip().endswith("}") and second.startswith("{")


def _of_lines(path: Path, encoding: str) -> IntegrationError:
    with path.open("r", encoding=encoding) as file:
        number = 0
        while line := file.readline(LONGEST_RECORD):
            number += 1
            if len(line) == LONGEST_RECORD:
                reason = "it is longer than any row"
                return file_error(path, "json_broken_line", reason, line=number, reason=reason)
            try:
                found = json.loads(line) if line.strip() else {}
            except RecursionError:
                return _nested(path)
            except ValueError as error:
                if not line.endswith("\n") and _at_the_end(error, line):
                    return _cut_short(path, line=number)
                reason = _reason(error)
                return file_error(path, "json_broken_line", reason, line=number, reason=reason)
            if not isinstance(found, dict):
                words = _sort(found)
                return file_error(path, "json_no_records", words, found=words, row=number)
    reason = "a text in it is no valid Unicode"
    return file_error(path, "file_not_json", reason, reason=reason)


def _of_document(path: Path, encoding: str, ended: bool) -> IntegrationError:
    if path.stat().st_size > _LARGEST_DOCUMENT:
        if ended:
            return _cut_short(path)
        reason = "its objects are neither a whole list nor one a line"
        return file_error(path, "file_not_json", reason, reason=reason)
    text = path.read_text(encoding)
    try:
        found = json.loads(text)
    except RecursionError:
        return _nested(path)
    except ValueError as error:
        structured = text.lstrip().startswith(("[", "{"))
        if structured and _at_the_end(error, text):
            return _cut_short(path)
        line = getattr(error, "lineno", None) if structured else None
        reason = f"line {line}: {_reason(error)}" if line else "it is some other text"
        return file_error(path, "file_not_json", reason, reason=reason)
    if isinstance(found, dict | list):  # Python's reader is more patient than DuckDB's
        reason = "a text in it is no valid Unicode"
        return file_error(path, "file_not_json", reason, reason=reason)
    words = _sort(found)
    return file_error(path, "json_no_records", words, found=words)


def _at_the_end(error: ValueError, text: str) -> bool:
    """Whether the text would go on where the fault is: it was cut off there."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    if error.msg.startswith("Unterminated string"):
        return True
    rest = text[error.pos :].strip()
    return len(rest) < 8 and not any(mark in rest for mark in '"{}[],:') and _unfinished(rest)


def _unfinished(rest: str) -> bool:
    words = ("true", "false", "null")
    return not rest or rest in "-" or any(word.startswith(rest) and word != rest for word in words)


def _cut_short(path: Path, **where: int) -> IntegrationError:
    return file_error(path, "file_cut_short", "ends within a value", what="JSON", **where)


def _nested(path: Path) -> IntegrationError:
    reason = "its values are nested too deeply"
    return file_error(path, "file_not_json", reason, reason=reason)


def _reason(error: ValueError) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return "it holds a number that is too long"
    words = error.msg[:1].lower() + error.msg[1:]
    return f"{words.removesuffix(':')} at character {error.colno}"


def _sort(found: object) -> str:
    if isinstance(found, list):
        return "a list"
    return _SORTS.get(type(found), "a single value")
