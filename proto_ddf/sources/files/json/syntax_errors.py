"""Explains why a file is not valid JSON, with the line of the error. Python's reader finds the exact position."""

import json
import re
from pathlib import Path

from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.files.errors import file_error, os_errors_translated
from proto_ddf.sources.files.text.text_encoding import encoding_error

LONGEST_RECORD = 64 << 20
"""Limit in bytes, because a record is held in memory several times."""
_LARGEST_DOCUMENT = 64 << 20
"""Limit in bytes of a document that is read as a whole to find its error."""
_SINGLE_SURROGATE = re.compile("[\ud800-\udfff]")
_TYPE_WORDS = {
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def find_syntax_error(path: Path, encoding: str, *, ended: bool = False) -> IntegrationError:
    """The error for a file that cannot be read as JSON objects: `file_not_json`, `json_broken_line`, `file_cut_short`,
    `file_encoding`, `json_no_records`.

    Args:
        ended: whether DuckDB reached the end of the file within a value. If the document is too large to be read as a
            whole, nothing more is known.
    """
    try:
        with os_errors_translated(path), path.open("r", encoding=encoding) as file:
            lines = _first_lines(file.readline(LONGEST_RECORD), file.readline(LONGEST_RECORD))
            if lines:
                return _of_lines(path, encoding)
        return _of_document(path, encoding, ended)
    except UnicodeDecodeError:
        return encoding_error(lambda: path.open("rb"), path, encoding)
    except IntegrationError as error:
        return error


def _first_lines(first: str, second: str) -> bool:
    """Whether the file is JSON Lines: its first line is an object and more lines follow."""
    try:
        return isinstance(json.loads(first), dict) and bool(second)
    except (ValueError, RecursionError):
        # The error may be in the first line.
        return first.startswith("{") and first.rstrip().endswith("}") and second.startswith("{")


def _of_lines(path: Path, encoding: str) -> IntegrationError:
    with path.open("r", encoding=encoding) as file:
        number = 0
        while line := file.readline(LONGEST_RECORD):
            number += 1
            if len(line) == LONGEST_RECORD:
                reason = "it is too long"
                return file_error(path, "json_broken_line", reason, line=number, reason=reason)
            try:
                found = json.loads(line) if line.strip() else {}
            except RecursionError:
                return _nested(path)
            except ValueError as error:
                at_end = _at_the_end(error, line)
                if at_end and not line.endswith("\n"):
                    return _cut_short(path, line=number)
                reason = "its object is not closed" if at_end else _reason(error)
                return file_error(path, "json_broken_line", reason, line=number, reason=reason)
            if not isinstance(found, dict):
                words = _type_words(found)
                return file_error(path, "json_no_records", words, found=words, row=number)
            if half := _half_character(found):
                return _half_character_error(path, half, line=number)
    reason = "a text in it is not valid Unicode"
    return file_error(path, "file_not_json", reason, reason=reason)


def _of_document(path: Path, encoding: str, ended: bool) -> IntegrationError:
    if path.stat().st_size > _LARGEST_DOCUMENT:
        if ended:
            return _cut_short(path)
        reason = "its objects are neither a complete list nor one per line"
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
        reason = f"line {line}: {_reason(error)}" if line else "it is another kind of text"
        return file_error(path, "file_not_json", reason, reason=reason)
    if isinstance(found, dict | list):  # Python's reader accepted it, DuckDB's did not
        records = found if isinstance(found, list) else [found]
        for row, record in enumerate(records, start=1):
            if half := _half_character(record):
                return _half_character_error(path, half, row=row)
        reason = "a text in it is not valid Unicode"
        return file_error(path, "file_not_json", reason, reason=reason)
    words = _type_words(found)
    return file_error(path, "json_no_records", words, found=words)


def _half_character(value: object, key: str = "") -> tuple[str, str] | None:
    """The first unpaired surrogate, and the key of the text that contains it (RFC 8259, 8.2)."""
    if isinstance(value, str):
        half = _SINGLE_SURROGATE.search(value)
        return (f"\\u{ord(half[0]):04x}", key) if half else None
    if isinstance(value, dict):
        inner = [(name, name) for name in value] + [(each, name) for name, each in value.items()]
        found = (_half_character(each, key or name) for each, name in inner)
    elif isinstance(value, list):
        found = (_half_character(each, key) for each in value)
    else:
        return None
    return next((half for half in found if half), None)


def _half_character_error(path: Path, half: tuple[str, str], **where: int) -> IntegrationError:
    character, key = half
    shown = _SINGLE_SURROGATE.sub("�", key)
    words = f"{character} in {shown!r} is half a character"
    return file_error(path, "json_half_character", words, character=character, name=shown, **where)


def _at_the_end(error: ValueError, text: str) -> bool:
    """Whether the text was cut off at the error, so that more text could have been valid."""
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
    if error.doc[error.pos : error.pos + 1] == "\0":
        return f"there is a NUL byte at character {error.colno}"
    words = error.msg[:1].lower() + error.msg[1:]
    return f"{words.removesuffix(':')} at character {error.colno}"


def _type_words(found: object) -> str:
    if isinstance(found, list):
        return "a list"
    return _TYPE_WORDS.get(type(found), "a single value")
