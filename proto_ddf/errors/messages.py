"""A code and what is known about the case -> words for a person."""

from collections.abc import Mapping
from typing import Any

from proto_ddf.errors.catalogue import CATALOGUE
from proto_ddf.errors.codes.model import ErrorCode
from proto_ddf.errors.templates import render
from proto_ddf.redaction import scrub

FALLBACK = "An error occurred"

_OTHER_NAMES = {
    "system": ("service", "host", "target"),
    "path": ("file", "filename", "resource", "folder"),
    "minimum": ("min_length", "min"),
    "maximum": ("max_length", "max"),
    "characters": ("invalid_characters", "chars"),
    "required": ("required_space", "needed"),
    "available": ("available_space", "free"),
    "seconds": ("timeout", "timeout_seconds"),
    "available_mb": ("free_mb",),
    "limit_mb": ("max_mb",),
    "app": ("name", "slug"),
    "value": ("project_name", "name"),
}
_SYSTEM_NAMES = {
    "sqlite": "SQLite",
    "duckdb": "DuckDB",
    "csv": "The CSV file",
    "http": "The server",
}
_SIZES = frozenset({"required", "available"})


class ErrorMessageProvider:
    """Friendly messages by family and code."""

    @classmethod
    def get_message(cls, category: str, error_code: str, **context: Any) -> str:
        """The message of a code. `category` is its family: validation, system, integration or general.

        What is missing in `context` is left out of the sentence. An unknown code or category gives
        "An error occurred". Never raises.
        """
        entry = CATALOGUE.get(error_code) if isinstance(error_code, str) else None
        if entry is None or entry.family != category:
            return FALLBACK
        return words(entry, context)[1]


def words(entry: ErrorCode, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """Title, message and hint of a code, filled in. Never raises."""
    values = _presentable(context)
    return (
        render(entry.title, values),
        render(entry.message, values),
        render(entry.hint, values),
    )


def _presentable(context: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = scrub(dict(context))
    for name, others in _OTHER_NAMES.items():
        if values.get(name) in (None, ""):
            values[name] = next(
                (values[o] for o in others if values.get(o) not in (None, "")), None
            )
    for name in _SIZES:
        if isinstance(values[name], int | float):
            values[name] = file_size(values[name])
        elif values[name] is None and isinstance(values.get(f"{name}_mb"), int | float):
            values[name] = f"{values[f'{name}_mb']} MB"
    if isinstance(values["system"], str):
        values["system"] = _SYSTEM_NAMES.get(values["system"].lower(), values["system"])
    if isinstance(values.get("reason"), str):
        values["reason"] = values["reason"].strip().rstrip(".")
    return values


def file_size(size: float) -> str:
    """A number of bytes for people: "1.2 GB" (powers of 1000)."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if abs(size) < 1000:
            return f"{size:.0f} bytes" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
