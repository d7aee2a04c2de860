"""The draft of the connect form: its values, its copy in the browser's storage, and the config that it makes."""

import dataclasses
import json
from dataclasses import asdict, dataclass, replace
from pathlib import PurePath
from typing import Any

from proto_ddf.sources.connected.store import SourceView
from proto_ddf.sources.protocol import FormField
from proto_ddf.sources.registry import KINDS

_MOST_KEPT_BYTES = 150_000
"""The browser sends its whole storage when it connects, and a message of 1 MB is refused."""


@dataclass
class UploadedFile:
    """An uploaded file that is not connected yet."""

    path: str = ""
    """On the server."""
    name: str = ""
    """The name that the person gave it."""
    size: int = 0
    """Bytes."""


@dataclass
class Draft:
    """The content of the form. Keys of `values` and `files` come from `field_key`."""

    kind: str
    name: str
    values: dict[str, str]
    files: dict[str, list[UploadedFile]]
    operation_id: str = ""
    """The running or last test or connection."""
    source_id: str = ""
    """The source that is edited; empty for a new one."""
    typed: list[str] = dataclasses.field(default_factory=list)
    """Keys of the secret fields with text that is not stored yet."""
    form_round: int = 0
    """Counts how often the secret controls were replaced by empty ones."""


def field_key(kind: str, field: str) -> str:
    """The key of a field of a kind, which is also its id on the page. A change of the kind keeps the other values."""
    return f"{kind}-{field}"


def form_of(kind: str) -> tuple[FormField, ...]:
    """The fields of a kind; none for an unknown one."""
    return KINDS[kind].form if kind in KINDS else ()


def secret_keys(kind: str) -> tuple[str, ...]:
    """Keys of the fields of a kind whose value is a reference to a secret."""
    return tuple(field_key(kind, field.name) for field in form_of(kind) if field.widget == "secret")


def is_secret_key(key: str) -> bool:
    """Whether the value of a field, of any kind, is a reference to a secret."""
    return any(key in secret_keys(kind) for kind in KINDS)


def uses_advanced(draft: Draft) -> bool:
    """Whether a field under "More options" differs from its default."""
    fields = [field for field in form_of(draft.kind) if field.advanced]
    keys = [(field_key(draft.kind, field.name), field) for field in fields]
    return any(
        draft.files.get(key) or draft.values[key].strip() != _default(field) for key, field in keys
    )


def empty_draft() -> Draft:
    keys = [(field_key(kind, field.name), field) for kind in KINDS for field in form_of(kind)]
    return Draft(
        kind=next(iter(KINDS)),
        name="",
        values={key: _default(field) for key, field in keys},
        files={key: [] for key, field in keys if field.widget == "file"},
    )


def _default(field: FormField) -> str:
    if field.default or not field.choices:
        return field.default or ("false" if field.widget == "switch" else "")
    return field.choices[0][0]


def dump_draft(draft: Draft) -> str:
    """The draft for the browser's storage. If it is too large, its longest texts are left out; "" if it still is."""
    values = dict(draft.values)
    while True:
        text = json.dumps(asdict(replace(draft, values=values)))
        if len(json.dumps(text)) <= _MOST_KEPT_BYTES:
            return text
        if not values:
            return ""
        del values[max(values, key=lambda key: len(values[key]))]


def load_draft(text: str) -> Draft:
    """A draft from the browser's storage; an empty one if the text is not valid."""
    draft = empty_draft()
    try:
        held = json.loads(text)
        draft.kind = held["kind"] if held["kind"] in KINDS else draft.kind
        draft.name = str(held["name"])
        draft.operation_id = str(held["operation_id"])
        draft.source_id = str(held["source_id"])
        draft.typed = [str(key) for key in held.get("typed", []) if is_secret_key(str(key))]
        draft.form_round = int(held.get("form_round", 0))
        draft.values |= {k: str(v) for k, v in held["values"].items() if k in draft.values}
        for key in draft.files.keys() & held["files"].keys():
            draft.files[key] = [
                UploadedFile(str(file["path"]), str(file["name"]), int(file["size"]))
                for file in held["files"][key]
            ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return empty_draft()
    return draft


def draft_of(view: SourceView) -> Draft:
    """The form filled in for an existing source."""
    draft = empty_draft()
    draft.kind, draft.name, draft.source_id = view.kind, view.name, view.id
    for field in form_of(view.kind):
        value = view.config.get(field.name)
        if value is not None:
            draft.values[field_key(view.kind, field.name)] = _text(value)
    return draft


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def draft_config(draft: Draft) -> dict[str, Any]:
    """The config for the chosen kind from the form's values, without empty fields."""
    config = {field.name: _value(draft, field) for field in form_of(draft.kind)}
    return {name: value for name, value in config.items() if value not in ("", [])}


def _value(draft: Draft, field: FormField) -> Any:
    key = field_key(draft.kind, field.name)
    text = draft.values[key].strip()
    if field.widget == "switch":
        return text == "true"
    if field.widget != "file":
        return text
    uploaded = [file.path for file in draft.files[key]]
    if field.multiple:
        return uploaded + [line.strip() for line in text.splitlines() if line.strip()]
    return uploaded[0] if uploaded else text


def suggest_name(filename: str) -> str:
    """ "order_items.csv" -> "Order items"."""
    words = PurePath(filename).stem.replace("_", " ").replace("-", " ").split()
    return " ".join(words)[:1].upper() + " ".join(words)[1:]
