"""What a row held when a page showed it. It is part of the form, so that a save does not depend on the tab's state on
the server, which may be lost. It is compared with the database before the row is changed or deleted."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from .data import key_is
from .errors import FORM_INCOMPLETE, DataError
from .stored import stored_text
from .views import Field, Kind, TableView

SHORT = 100
"""Characters; for a longer text only a digest is sent."""

Stored = dict[str, str | None]
"""The text of each field exactly as it is stored; None for null."""


@dataclass(frozen=True)
class Snapshot:
    """The row that a page shows, and what it held."""

    key: str
    """The key in its address; "new" for a row that does not exist yet."""
    fields: dict[str, str | None] = field(default_factory=dict)
    """The fingerprint of each field, see `fingerprint`."""
    given: dict[str, str] = field(default_factory=dict)
    """For a new row: texts of fields that are written even if nobody edits their controls."""
    token: str = ""
    """For a new row: identifies its form, see submissions.py."""

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def read_snapshot(text: Any) -> Snapshot:
    """Parse what a page sent back. Raises DataError if it is not valid."""
    try:
        sent = json.loads(text)
        key, fields, given = sent["key"], dict(sent["fields"]), dict(sent.get("given", {}))
        token = sent.get("token", "")
    except (TypeError, ValueError, KeyError):
        raise DataError(FORM_INCOMPLETE) from None
    is_text = all(isinstance(each, str) for each in (key, token, *given.values()))
    if not is_text or not all(each is None or isinstance(each, str) for each in fields.values()):
        raise DataError(FORM_INCOMPLETE)
    return Snapshot(key, fields, given, token)


def fingerprint(stored: str | None) -> str | None:
    """What represents a stored text in a form: the text itself, or the digest of a long one."""
    if stored is None:
        return None
    if len(stored) <= SHORT:
        return f"={stored}"
    return "#" + hashlib.sha256(stored.encode(errors="surrogatepass")).hexdigest()


def digest_of_row(stored: Stored) -> str:
    """What represents a whole row where many are sent: two rows with the same digest hold the same."""
    marks = {name: fingerprint(text) for name, text in sorted(stored.items())}
    return hashlib.sha256(json.dumps(marks).encode()).hexdigest()


def text_of_fingerprint(marked: str | None) -> str | None:
    """The stored text if it is short; None if nothing was stored, or only a digest is known."""
    return marked[1:] if marked is not None and marked.startswith("=") else None


def fields_to_compare(view: TableView) -> tuple[Field, ...]:
    """The fields that a person sees, and the key."""
    return tuple(each for each in view.fields if not each.hidden or each.name in view.key)


def stored_value(view: TableView, name: str) -> sa.ColumnElement[Any]:
    """The expression to compare for a field. For a binary value it is the size, which is all that a page shows."""
    column = view.column(name)
    return sa.func.length(column) if view.by_name[name].kind is Kind.BINARY else column


def read_stored(connection: sa.Connection, view: TableView, key: tuple[Any, ...]) -> Stored | None:
    """The exact texts of the row's fields that `fields_to_compare` lists; None if the row does not exist."""
    names = [each.name for each in fields_to_compare(view)]
    columns = [
        stored_text(stored_value(view, name)).label(f"stored_{at}") for at, name in enumerate(names)
    ]
    found = connection.execute(sa.select(*columns).where(*key_is(view, key))).first()
    return None if found is None else dict(zip(names, found, strict=True))
