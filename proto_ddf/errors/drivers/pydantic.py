"""pydantic's validation errors. The finding never has the value, which may be a secret."""

from pydantic import ValidationError

from proto_ddf.errors.drivers.finding import Finding


def find(error: BaseException) -> Finding | None:
    if not isinstance(error, ValidationError):
        return None
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = str(first["loc"][0]) if first["loc"] else None
    if first["type"] == "missing":
        return Finding("required", 1.0, form_field=name)
    if first["type"] == "extra_forbidden":
        return Finding("field_unknown", 1.0, {"name": name}, form_field=name)
    message = first["msg"].removeprefix("Value error, ").rstrip(".") + "."
    return Finding("invalid_value", 1.0, {"message": message}, form_field=name)
