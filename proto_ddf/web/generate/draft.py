"""The draft of the generate form in the browser's storage: the form as JSON, and the plan, which may be large,
compressed."""

import base64
import binascii
import json
import zlib

from pydantic import BaseModel, ValidationError

from proto_ddf.generator.spec import AppSpec

ACCENTS = ("indigo", "blue", "teal", "green", "amber", "orange", "crimson", "violet", "gray")
_MOST_KEPT_BYTES = 250_000
"""For the form and for the plan. The browser sends its whole storage when it connects, and a message of 1 MB is
refused."""
_MOST_PLAN_BYTES = 20_000_000
"""For an unpacked plan."""


class TableChoice(BaseModel):
    """A table of the source, and whether it is chosen for the app."""

    name: str
    row_count: int
    chosen: bool


class GenerateDraft(BaseModel):
    """The form without its plan."""

    source_id: str = ""
    shape: str = ""
    """The hash of the source's schema when the source was chosen."""
    live: bool = True
    tables: list[TableChoice] = []
    name: str = ""
    description: str = ""
    allow_editing: bool = False
    accent_color: str = ACCENTS[0]


def dump_draft(draft: GenerateDraft) -> str:
    """The draft for the browser's storage; "" if it is too large."""
    return _if_it_fits(draft.model_dump_json(ensure_ascii=True))


def load_draft(text: str) -> GenerateDraft | None:
    """A draft from the browser's storage; None if the text is not a valid draft."""
    try:
        draft = GenerateDraft.model_validate_json(text)
    except ValidationError:
        return None
    return draft if draft.accent_color in ACCENTS else None


def dump_plan(plan: AppSpec) -> str:
    """The plan for the browser's storage; "" if it is too large."""
    packed = zlib.compress(plan.model_dump_json().encode())
    return _if_it_fits(base64.b64encode(packed).decode())


def load_plan(text: str) -> AppSpec | None:
    """A plan from the browser's storage; None if the text is not a valid plan."""
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(base64.b64decode(text, validate=True), _MOST_PLAN_BYTES)
        return AppSpec.model_validate_json(data)
    except (binascii.Error, zlib.error, ValueError):
        return None


def _if_it_fits(text: str) -> str:
    return text if len(json.dumps(text)) <= _MOST_KEPT_BYTES else ""
