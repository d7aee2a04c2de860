"""Invalid settings, described for the console."""

from collections.abc import Mapping
from typing import Any

from pydantic import AliasChoices
from pydantic import ValidationError as BadSettings

from proto_ddf.network_settings import SystemSettings
from proto_ddf.redaction import is_secret_name
from proto_ddf.settings import Settings, variable_name

_OWN_WORDS = frozenset({"value_error"})
"""Checks of our own: their message says what may stand there."""


def describe_settings_errors(error: BadSettings) -> list[str]:
    """One line for each bad setting: the variable as it was written, what is wrong with it, what it may be, and
    what it is."""
    lines = []
    for problem in error.errors(include_url=False):
        first, *inside = problem["loc"] or ("",)
        field = _fields_by_name().get(str(first))
        name = ".".join(map(str, [variable_name(field) if field else first, *inside]))
        message = problem["msg"].removeprefix("Value error, ").replace("\n", " ")
        may_be = "" if problem["type"] in _OWN_WORDS else _may_be(field, inside)
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


def _may_be(field: str | None, inside: list[int | str]) -> str:
    """What may stand at a place, to be added to a message."""
    if field is None:
        return ""
    properties = Settings.model_json_schema(by_alias=False)["properties"]
    if field == "network_systems" and len(inside) > 1:
        properties = SystemSettings.model_json_schema()["properties"]
        if inside[1] not in properties:
            return f"; there are {', '.join(properties)}"
        words = _in_words(properties[inside[1]])
    else:
        words = _in_words(properties[field])
    return f"; it may be {words}" if words else ""


def _in_words(schema: Mapping[str, Any]) -> str:
    """A JSON schema of one value for people."""
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
