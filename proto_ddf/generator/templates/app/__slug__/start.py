"""What a row held when a page showed it. It travels with the form, so that a save depends on nothing that a tab's
state on the server may have lost, and is compared with the database before a row is changed or deleted.
"""

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
"""Characters; of a longer text only a digest travels."""

Stored = dict[str, str | None]
"""The text of each field exactly as it is stored; None where nothing is."""


@dataclass(frozen=True)
class Start:
    """The row that a page shows."""

    key: str
    """Part of its address; "new" for a row that is not there yet."""
    fields: dict[str, str | None] = field(default_factory=dict)
    """The mark of what each field held, see `mark`."""
    given: dict[str, str] = field(default_factory=dict)
    """Of a new row: texts of fields that are written although nobody touched their controls."""
    token: str = ""
    """Of a new row: names its form, see form_tokens.py."""

    def as_json(self) -> str:
        return json.dumps(asdict(self))


def read_start(text: Any) -> Start:
    """The start that a page sent back. Raises DataError where it is none."""
    try:
        sent = json.loads(text)
        key, fields, given = sent["key"], dict(sent["fields"]), dict(sent.get("given", {}))
        token = sent.get("token", "")
    except (TypeError, ValueError, KeyError):
        raise DataError(FORM_INCOMPLETE) from None
    is_text = all(isinstance(each, str) for each in (key, token, *given.values()))
    if not is_text or not all(each is None or isinstance(each, str) for each in fields.values()):
        raise DataError(FORM_INCOMPLETE)
    return Start(key, fields, given, token)


def mark(stored: str | None) -> str | None:
    """What stands for a stored text in a form: the text itself, or the digest of a long one."""
    if stored is None:
        return None
    if len(stored) <= SHORT:
        return f"={stored}"
    return "#" + hashlib.sha256(stored.encode(errors="surrogatepass")).hexdigest()


def text_of_mark(marked: str | None) -> str | None:
    """The stored text of a short one; None where nothing was stored, or only a digest is known."""
    return marked[1:] if marked is not None and marked.startswith("=") else None


def fields_to_compare(view: TableView) -> tuple[Field, ...]:
    """The fields that a person sees, and the key."""
    return tuple(each for each in view.fields if not each.hidden or each.name in view.key)


def stored_value(view: TableView, name: str) -> sa.ColumnElement[Any]:
    """What is compared of a field: of a binary value its size, which is all that a page shows of it."""
    column = view.column(name)
    return sa.func.length(column) if view.by_name[name].kind is Kind.BINARY else column


def read_stored(connection: sa.Connection, view: TableView, key: tuple[Any, ...]) -> Stored | None:
    """The exact texts of a row's fields, all that `fields_to_compare` names; None where there is no such row."""
    names = [each.name for each in fields_to_compare(view)]
    columns = [
        stored_text(stored_value(view, name)).label(f"stored_{at}") for at, name in enumerate(names)
    ]
    found = connection.execute(sa.select(*columns).where(*key_is(view, key))).first()
    return None if found is None else dict(zip(names, found, strict=True))
