"""Templates of messages in which some values may be missing.

Fields are `str.format` fields. Square brackets enclose a part that is left out if one of its fields is unknown. After a
bar comes the alternative text for that case:

    "[Port {port}|The port] is in use[ by {program}]."
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from proto_ddf.redaction import plain_text

_TOKEN = re.compile(r"(?P<field>\{(?P<name>\w+)(?::(?P<spec>[^}]*))?\})|(?P<mark>[\[\]|])")


@dataclass(frozen=True)
class _Field:
    name: str
    spec: str


@dataclass(frozen=True)
class _Choice:
    """The first alternative whose fields are all known, otherwise the last. A single alternative is left out if one of
    its fields is unknown."""

    alternatives: tuple["_Parts", ...]


_Parts = tuple["str | _Field | _Choice", ...]


def render(template: str, values: Mapping[str, Any]) -> str:
    """The template with its values. An unknown field outside brackets becomes "…". Never raises."""
    text, _ = _render(_parse(template), values)
    return text


@lru_cache(maxsize=2048)
def field_names(template: str) -> frozenset[str]:
    """The names of all its fields."""
    return frozenset(found["name"] for found in _TOKEN.finditer(template) if found["name"])


@lru_cache(maxsize=512)
def _parse(template: str) -> _Parts:
    open_choices: list[list[_Parts]] = []
    open_parts: list[list[str | _Field | _Choice]] = [[]]
    position = 0
    for token in _TOKEN.finditer(template):
        if token.start() > position:
            open_parts[-1].append(template[position : token.start()])
        position = token.end()
        mark = token["mark"]
        if token["field"]:
            open_parts[-1].append(_Field(token["name"], token["spec"] or ""))
        elif mark == "[":
            open_choices.append([])
            open_parts.append([])
        elif not open_choices:
            open_parts[-1].append(mark)
        else:
            open_choices[-1].append(tuple(open_parts.pop()))
            if mark == "|":
                open_parts.append([])
            else:
                open_parts[-1].append(_Choice(tuple(open_choices.pop())))
    if open_choices:
        raise ValueError(f"a bracket is not closed in {template!r}")
    open_parts[-1].append(template[position:])
    return tuple(open_parts[-1])


def _render(parts: _Parts, values: Mapping[str, Any]) -> tuple[str, bool]:
    texts: list[str] = []
    complete = True
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, _Field):
            known = values.get(part.name) not in (None, "")
            texts.append(_fill(part, values[part.name]) if known else "…")
            complete = complete and known
        else:
            texts.append(_choose(part, values))
    return "".join(texts), complete


def _choose(choice: _Choice, values: Mapping[str, Any]) -> str:
    text = ""
    for alternative in choice.alternatives:
        text, complete = _render(alternative, values)
        if complete:
            return text
    return text if len(choice.alternatives) > 1 else ""


def _fill(field: _Field, value: Any) -> str:
    try:
        return format(value, field.spec) if field.spec else plain_text(value)
    except Exception:
        return plain_text(value)
