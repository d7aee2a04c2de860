"""Invalid settings, described for the console."""

from collections.abc import Mapping
from typing import Any

import pydantic
from pydantic import AliasChoices

from proto_ddf.network_settings import SystemSettings
from proto_ddf.redaction import is_secret_name
from proto_ddf.settings import Settings, variable_name

_OWN_CHECKS = frozenset({"value_error"})
"""Error types of Proto-DDF's own validators, whose messages name the permitted values themselves."""


def describe_settings_errors(error: pydantic.ValidationError) -> list[str]:
    """One line for each invalid setting: the variable's name as it was given, the mistake, the permitted values, and the
    given value."""
    lines = []
    for problem in error.errors(include_url=False):
        first, *inside = problem["loc"] or ("",)
        field = _fields_by_name().get(str(first))
        name = ".".join(map(str, [variable_name(field) if field else first, *inside]))
        message = problem["msg"].removeprefix("Value error, ").replace("\n", " ")
        may_be = "" if problem["type"] in _OWN_CHECKS else _permitted_values(field, inside)
        shown = isinstance(problem["input"], str | int | float) and not is_secret_name(name)
        given = f" (it is {problem['input']!r})" if shown else ""
        lines.append(f"{name}: {message}{may_be}{given}" if name else message)
    return lines


def _fields_by_name() -> dict[str, str]:
    """The field of each variable."""
    return {
        str(name): field
        for field, info in Settings.model_fields.items()
        for name in (
            info.validation_alias.choices
            if isinstance(info.validation_alias, AliasChoices)
            else [info.validation_alias]
        )
    }


def _permitted_values(field: str | None, inside: list[int | str]) -> str:
    """The permitted values of a field, or of the value at the path `inside` it, as the end of a message."""
    if field is None:
        return ""
    properties = Settings.model_json_schema(by_alias=False)["properties"]
    if field == "network_systems" and len(inside) > 1:
        properties = SystemSettings.model_json_schema()["properties"]
        if inside[1] not in properties:
            return f"; there are {', '.join(properties)}"
        words = _describe_schema(properties[inside[1]])
    else:
        words = _describe_schema(properties[field])
    return f"; it may be {words}" if words else ""


def _describe_schema(schema: Mapping[str, Any]) -> str:
    """The JSON schema of one value, for people."""
    one = next((part for part in schema.get("anyOf", ()) if part.get("type") != "null"), schema)
    if "enum" in one:
        return f"one of {', '.join(map(str, one['enum']))}"
    kind = one.get("type")
    if kind in ("integer", "number"):
        number = "a whole number" if kind == "integer" else "a number"
        if "exclusiveMinimum" in one:
            return f"{number} above {one['exclusiveMinimum']}, at most {one['maximum']:g}"
        return f"{number} from {one['minimum']} to {one['maximum']}"
    words = {
        "boolean": "true or false",
        "array": 'a JSON list such as ["/srv/data"]',
        "object": 'JSON such as {"source": {"max_retries": 5}}',
    }
    return words.get(str(kind), "")
