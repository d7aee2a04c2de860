"""What the connect form holds, how it is kept in the browser, and what it amounts to."""

import dataclasses
import json
from dataclasses import asdict, dataclass, replace
from pathlib import PurePath
from typing import Any

from proto_ddf.sources.connected.store import SourceView
from proto_ddf.sources.protocol import FormField
from proto_ddf.sources.registry import KINDS

_MOST_KEPT_BYTES = 150_000
"""The browser sends all that it keeps whenever it connects, and a message of 1 MB is refused."""


@dataclass
class UploadedFile:
    """A file that was uploaded and waits to be connected."""

    path: str = ""
    """On the server."""
    name: str = ""
    """As the person knows it."""
    size: int = 0
    """Bytes."""


@dataclass
class Draft:
    """The form as it stands. Keys of `values` and `files` are made by `field_key`."""

    kind: str
    name: str
    values: dict[str, str]
    files: dict[str, list[UploadedFile]]
    operation_id: str = ""
    """The test or connection that runs or ran last."""
    source_id: str = ""
    """The source that is edited; empty for a new one."""
    typed: list[str] = dataclasses.field(default_factory=list)
    """Keys of the secret fields that hold something not stored yet."""
    form_round: int = 0
    """Counts how often the controls of secrets were drawn anew."""


def field_key(kind: str, field: str) -> str:
    """Names one field of one kind, so that changing the kind loses nothing; also its id on the page."""
    return f"{kind}-{field}"


def form_of(kind: str) -> tuple[FormField, ...]:
    """The fields of a kind; none for an unknown one."""
    return KINDS[kind].form if kind in KINDS else ()


def secret_keys(kind: str) -> tuple[str, ...]:
    """Keys of the fields of a kind that hold a reference to a secret."""
    return tuple(field_key(kind, field.name) for field in form_of(kind) if field.widget == "secret")


def is_secret_key(key: str) -> bool:
    """Whether a field of any kind holds a reference to a secret."""
    return any(key in secret_keys(kind) for kind in KINDS)


def uses_advanced(draft: Draft) -> bool:
    """Whether a field among the further options is otherwise than it starts."""
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
    """The draft as the browser is to keep it, without its longest texts where it would be too large; "" if it still is."""
    values = dict(draft.values)
    while True:
        text = json.dumps(asdict(replace(draft, values=values)))
        if len(json.dumps(text)) <= _MOST_KEPT_BYTES:
            return text
        if not values:
            return ""
        del values[max(values, key=lambda key: len(values[key]))]


def load_draft(text: str) -> Draft:
    """A draft from the browser's storage; whatever there is not as it should be is left out."""
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
    """The form as it would have to be filled in to connect `view`."""
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
    """The config that the form's values make for the chosen kind; fields left empty are left out."""
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
