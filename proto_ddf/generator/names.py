"""Names: which project names are allowed, and the Python identifiers of tables and columns.

A source's tables and columns may have any name. The generated code needs ASCII identifiers that are unique, are not
keywords, and do not clash with names in the templates.
"""

import builtins
import keyword
import re
import sys
import unicodedata
from functools import cache
from importlib import metadata
from pathlib import Path

from proto_ddf.errors.types import ValidationError

TEMPLATES = Path(__file__).parent / "templates" / "app"
"""The files of a generated app; see render.py."""

MIN_LENGTH = 3
MAX_LENGTH = 64
MAX_IDENTIFIER = 48
"""Limit in characters, without a number that makes the identifier unique. Keeps file names short."""

_APP_FOLDERS = frozenset({"data", "logs", "uploaded_files", "node_modules"})
_KEYWORDS = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist)
_DEVICE_NAMES = frozenset({"con", "prn", "aux", "nul"})
"""File names that Windows does not allow; a downloaded app may be unpacked there."""
_TABLE_RESERVED = _KEYWORDS | _DEVICE_NAMES | frozenset(dir(builtins)) | frozenset(
    {"metadata", "registry", "sa", "rx", "reflex", "sqlalchemy", "engine", "index", "spec"}
    | {"state", "states", "session", "table", "tables", "column", "columns", "field", "fields"}
    | {"page", "callout", "chart", "chart_panel", "figure_cards", "dashboard_page", "add_to"}
    | {"not_found", "unexpected", "name", "names", "show", "value", "get_config", "guard_access"}
    | {"health_route", "outbox_page", "list_to_send", "person_route", "picture_route"}
    | {"export_route"}
    | {"time"}
    | {"default_error_boundary", "period_control"}
    | {"dashboard", "home", "login", "app", "config", "logging", "typing", "api", "sql"}
)  # fmt: skip
_FIELD_RESERVED = _KEYWORDS | frozenset({"self", "cls", "metadata", "registry"})
_ROUTE_RESERVED = frozenset(
    {"index", "dashboard", "home", "404", "api", "assets", "browser", "outbox", "ping"}
)


def validate_project_name(name: str) -> str:
    """The package name (slug) of a project with this name.

    The name, without surrounding blanks, has 3 to 64 characters: ASCII letters, digits, spaces and hyphens, starting
    with a letter. The slug is in lower case, with `_` for runs of spaces and hyphens. This function does not check
    whether another app has the slug.

    Raises:
        ValidationError: with field "name" and one of the codes project_name_required, project_name_too_short,
            project_name_too_long, invalid_characters, project_name_reserved.
    """
    trimmed = name.strip()
    if not trimmed:
        raise _refused("Enter a project name.", name, "project_name_required")
    if len(trimmed) < MIN_LENGTH:
        message = f"The name needs at least {MIN_LENGTH} characters."
        raise _refused(
            message, name, "project_name_too_short", minimum=MIN_LENGTH, length=len(trimmed)
        )
    if len(trimmed) > MAX_LENGTH:
        message = f"The name may have at most {MAX_LENGTH} characters."
        raise _refused(
            message, name, "project_name_too_long", maximum=MAX_LENGTH, length=len(trimmed)
        )
    unusable = sorted(set(re.sub(r"[A-Za-z0-9 -]", "", trimmed)))
    if unusable:
        message = "Use only letters, digits, spaces and hyphens."
        raise _refused(message, name, "invalid_characters", characters=" ".join(unusable))
    if not trimmed[0].isalpha():
        message = "The name must start with a letter."
        first = f"“{trimmed[0]}” at the start, where a letter is required"
        raise _refused(message, name, "invalid_characters", characters=first)
    slug = re.sub(r"[ -]+", "_", trimmed.lower()).strip("_")
    if slug in reserved_project_names():
        message = f'"{trimmed}" is a name that Python or the app uses.'
        raise _refused(message, name, "project_name_reserved")
    return slug


def _refused(message: str, value: str, code: str, **context: object) -> ValidationError:
    return ValidationError(message, field="name", value=value, code=code, **context)


@cache
def reserved_project_names() -> frozenset[str]:
    """Slugs that would shadow a Python module or clash with a part of the app."""
    modules = frozenset(name.lower() for name in sys.stdlib_module_names)
    installed = frozenset(name.lower() for name in metadata.packages_distributions())
    own = frozenset({"proto_ddf", "test", "tests", "benchmarks"})
    return _KEYWORDS | _DEVICE_NAMES | modules | installed | own | _APP_FOLDERS | _template_names()


@cache
def _template_names() -> frozenset[str]:
    """Names of the templates' folders and modules, such as "assets" or "models".

    What lies in a folder of assets is no module: a table may have the name of a script.
    """
    paths = [path for path in TEMPLATES.rglob("*") if path.name[0] != "_"]
    return frozenset(
        path.name.split(".")[0]
        for path in paths
        if "assets" not in path.relative_to(TEMPLATES).parent.parts
    )


def table_identifier(text: str, taken: set[str], position: int) -> str:
    """A new identifier for a table. It is not in `taken`, and is added to it."""
    reserved = _TABLE_RESERVED | _template_names()
    return _identifier(text, taken, reserved, "table", position)


def field_identifier(text: str, taken: set[str], position: int) -> str:
    """A new identifier for a column. It is not in `taken`, and is added to it."""
    return _identifier(text, taken, _FIELD_RESERVED, "col", position)


def route_for(identifier: str, taken: set[str]) -> str:
    """A new URL path for the page of a table. It is not in `taken`, and is added to it."""
    return _unique(allowed_route(identifier.strip("_").replace("_", "-")), taken, "-")


def allowed_route(route: str) -> str:
    """The route, or another one if every app has a page or a folder there."""
    return f"{route}-table" if route in _ROUTE_RESERVED else route


def _identifier(
    text: str, taken: set[str], reserved: frozenset[str], prefix: str, position: int
) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    base = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")[:MAX_IDENTIFIER].strip("_")
    if not base:
        base = f"{prefix}_{position}"
    elif base[0].isdigit():
        base = f"{prefix}_{base}"
    if base in reserved:
        base = f"{base}_{prefix}"
    return _unique(base, taken, "_")


def _unique(base: str, taken: set[str], joiner: str) -> str:
    candidate, number = base, 2
    while candidate in taken:
        candidate = f"{base}{joiner}{number}"
        number += 1
    taken.add(candidate)
    return candidate
