"""From a code and the context of an error to the texts for a person."""

from collections.abc import Mapping, Set
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, get_args

from proto_ddf.errors.catalogue import CATALOGUE
from proto_ddf.errors.codes.model import ErrorCode, Family
from proto_ddf.errors.templates import field_names, render
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
    "start": ("start_port", "port_range_start"),
    "end": ("end_port", "port_range_end"),
    "value": ("project_name", "name"),
}
_SYSTEM_NAMES = {
    "sqlite": "SQLite",
    "duckdb": "DuckDB",
    "csv": "The CSV file",
    "http": "The server",
}
_SIZES = frozenset({"required", "available"})


def _templates(family: str) -> dict[str, str]:
    return {entry.code: entry.message for entry in CATALOGUE.values() if entry.family == family}


class ErrorMessageProvider:
    """Friendly messages by category and code. The category is what the catalogue calls a code's family: validation,
    system, integration or general."""

    ERROR_TEMPLATES: ClassVar[Mapping[str, Mapping[str, str]]] = MappingProxyType(
        {family: MappingProxyType(_templates(family)) for family in get_args(Family)}
    )
    """Category -> code -> template of the message, in the form of `proto_ddf.errors.templates`."""

    @classmethod
    def get_message(
        cls, category: str | None = None, error_code: str | None = None, /, **context: Any
    ) -> str:
        """The message of a code. Both arguments can be given by name too; any name may be used in `context`.

        Parts of the sentence whose values are missing in `context` are left out. For an unknown code or category the
        message is "An error occurred". Never raises.
        """
        if category is None:
            category = context.pop("category", None)
        if error_code is None:
            error_code = context.pop("error_code", None)
        try:
            entry = CATALOGUE[error_code]
            if entry.family != category:
                return FALLBACK
        except Exception:  # the code is not a string, for example
            return FALLBACK
        return message_texts(entry, context)[1]


def message_texts(entry: ErrorCode, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """Title, message and hint of a code, with the values of `context`. Never raises."""
    templates = (entry.title, entry.message, entry.hint)
    names = _names(templates)
    values = _presentable(names, _used(names, context))
    title, message, hint = (render(template, values) for template in templates)
    return title, message, hint


@lru_cache(maxsize=1024)
def _names(templates: tuple[str, ...]) -> frozenset[str]:
    """The names of the fields of all templates."""
    return frozenset(name for template in templates for name in field_names(template))


def _used(names: Set[str], context: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the context that the templates need. The rest may be large: what a program wrote, for example."""
    others = {other for name in names for other in _OTHER_NAMES.get(name, ())}
    in_mb = {f"{name}_mb" for name in names & _SIZES}
    try:
        return {name: context[name] for name in names | others | in_mb if name in context}
    except Exception:  # any method of an object may raise
        return {}


def _presentable(names: Set[str], context: Mapping[str, Any]) -> dict[str, Any]:
    copy = scrub(context)
    values: dict[str, Any] = copy if isinstance(copy, dict) else {}
    for name in names & _OTHER_NAMES.keys():
        if values.get(name) in (None, ""):
            values[name] = next(
                (values[o] for o in _OTHER_NAMES[name] if values.get(o) not in (None, "")), None
            )
    for name in names & _SIZES:
        if isinstance(values[name], int | float):
            values[name] = file_size(values[name])
        elif values[name] is None and isinstance(values.get(f"{name}_mb"), int | float):
            values[name] = f"{values[f'{name}_mb']} MB"
    if isinstance(values.get("system"), str):
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
