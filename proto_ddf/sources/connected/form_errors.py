"""Finds the errors in the values of a connect form, and uses the form's labels in their messages."""

from collections.abc import Mapping
from typing import Any, Protocol

import annotated_types
import pydantic
from pydantic_core import ErrorDetails

from proto_ddf.errors.types import ValidationError
from proto_ddf.sources.protocol import FormField

_MISSING = frozenset({"missing", "string_too_short", "too_short"})


class FormKind(Protocol):
    """What has a form: a kind of source, for one."""

    @property
    def config_model(self) -> type[pydantic.BaseModel]: ...

    @property
    def form(self) -> tuple[FormField, ...]: ...


def validate_form(
    kind: FormKind, config: Mapping[str, Any]
) -> tuple[pydantic.BaseModel | None, list[ValidationError]]:
    """The kind's config model with the values of the form, or None and all errors, one for each field; nothing is
    opened."""
    try:
        return kind.config_model.model_validate(config), []
    except pydantic.ValidationError as error:
        return None, config_errors(kind, config, error)
    except ValidationError as error:
        return None, [error]


def config_errors(
    kind: FormKind, config: Mapping[str, Any], error: pydantic.ValidationError
) -> list[ValidationError]:
    """The errors that `error` of the kind's config model holds, one for each field, in the order of the model."""
    first: dict[str, ErrorDetails] = {}
    for found in error.errors(include_url=False):
        first.setdefault(str(found["loc"][0]) if found["loc"] else "kind", found)
    return [_form_error(kind, field, config.get(field), found) for field, found in first.items()]


def _form_error(kind: FormKind, name: str, value: Any, found: ErrorDetails) -> ValidationError:
    field = next((field for field in kind.form if field.name == name), None)
    label = field.label if field else name
    message, context = f"{label}: {found['msg']}", {"code": "invalid_value", "label": label}
    if found["type"] == "extra_forbidden":
        context |= {"code": "field_unknown", "name": name}
    elif found["type"] in _MISSING:
        context["code"] = "file_required" if field and field.widget == "file" else "required"
    elif field and field.widget == "number":
        context |= {"code": "number_required", **_bounds(kind, name)}
    return ValidationError(message, name, value, **context)


def _bounds(kind: FormKind, name: str) -> dict[str, Any]:
    """The smallest and the largest number that the kind's config model accepts."""
    bounds: dict[str, Any] = {}
    for limit in kind.config_model.model_fields[name].metadata:
        if isinstance(limit, annotated_types.Ge):
            bounds["minimum"] = limit.ge
        elif isinstance(limit, annotated_types.Le):
            bounds["maximum"] = limit.le
    return bounds
