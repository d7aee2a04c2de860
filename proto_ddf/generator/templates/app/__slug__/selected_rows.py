"""What a list shows and submits of the rows that a person has selected. Everything that decides what is written is sent
by the page: which rows, and what they held."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from .bulk_changes import SeenRow, change_many, delete_many
from .consequences import Consequence, consequences_of_many
from .data import fetch_row, fetch_rows
from .database import read_connection
from .errors import NOT_ALLOWED, ROWS_INCOMPLETE, DataError
from .form_values import shape_of
from .keys import decode_key
from .repeats import find_row, holds
from .row_snapshot import digest_of_row, read_stored
from .rows import Row
from .submissions import attempt
from .views import Field, TableView

MOST = 100
"""Number of rows that can be selected: those of the largest page."""


@dataclass
class Chosen:
    """The selected rows as they are now."""

    rows: list[Row]
    seen: str
    """The rows, and what they hold, as JSON. The dialog sends it back."""


def editable_fields(view: TableView) -> list[Field]:
    """The fields that many rows can have the same value of."""
    return [field for field in view.form_fields if field.name not in view.key and not field.unique]


def read_chosen(view: TableView, parts: Sequence[str]) -> Chosen:
    """The rows with these keys, as they appear in addresses, without those that are gone. Raises DataError."""
    keys = {part: decode_key(view, part) for part in parts[:MOST]}
    known = {part: key for part, key in keys.items() if key is not None}
    seen = []
    with read_connection() as connection:  # first: never newer than what is shown
        for part, key in known.items():
            stored = read_stored(connection, view, key)
            if stored is not None:
                seen.append(SeenRow(part, digest_of_row(stored)))
    shown = {row.href: row for row in fetch_rows(view, [known[row.key] for row in seen])}
    there = [row for row in seen if f"/{view.route}/{row.key}" in shown]
    rows = [shown[f"/{view.route}/{row.key}"] for row in there]
    return Chosen(rows, json.dumps([asdict(row) for row in there]))


def consequences_of(view: TableView, seen: str) -> list[Consequence]:
    """What deleting the rows would do to other rows. Raises DataError."""
    keys = [key for row in _read(seen) if (key := decode_key(view, row.key)) is not None]
    return consequences_of_many(view, [fetch_row(view, key) for key in keys])


def keys_in(seen: str) -> list[str]:
    """The keys of the rows, as they appear in addresses; none if this is not valid."""
    with suppress(DataError):
        return [row.key for row in _read(seen)]
    return []


def edit_rows(view: TableView, form: dict[str, Any]) -> str:
    """Write the value of the form into a field of each row, and return what to tell the person.

    Raises:
        RowRefused: nothing was changed because of one row.
        DataError: the value is not valid, or the database refused.
    """
    with attempt(view) as made:
        rows = _read(form.get("_rows"))
        field = {each.name: each for each in editable_fields(view)}.get(str(form.get("_field")))
        if field is None:
            raise DataError(NOT_ALLOWED)
        text = str(form.get(field.name, "false" if shape_of(view, field) == "switch" else ""))
        told = f"{field.label} of {_counted(rows)} changed."
        made.begin(told)
        if made.may_be_done and _all_hold(view, rows, field, text):
            made.found("")
            return told
        change_many(view, rows, field, text, lambda connection: made.written(connection, ""))
        return told


def delete_rows(view: TableView, form: dict[str, Any]) -> str:
    """Delete the rows of the form, and return what to tell the person. Raises as `edit_rows`."""
    with attempt(view) as made:
        rows = _read(form.get("_rows"))
        told = f"{_counted(rows)} deleted."
        made.begin(told)
        if made.may_be_done and not any(_find(view, row) for row in rows):
            made.found("")
            return told
        delete_many(view, rows, lambda connection: made.written(connection, ""))
        return told


def _counted(rows: Sequence[SeenRow]) -> str:
    return "1 row" if len(rows) == 1 else f"{len(rows)} rows"


def _read(seen: Any) -> list[SeenRow]:
    """Parse what a page sent back. Raises DataError if it is not valid."""
    try:
        rows = [SeenRow(str(each["key"]), str(each["digest"])) for each in json.loads(seen)]
    except (TypeError, ValueError, KeyError):
        raise DataError(ROWS_INCOMPLETE) from None
    if not 0 < len(rows) <= MOST or len({row.key for row in rows}) < len(rows):
        raise DataError(ROWS_INCOMPLETE)
    return rows


def _find(view: TableView, row: SeenRow) -> dict[str, str | None] | None:
    key = decode_key(view, row.key)
    return None if key is None else find_row(view, key)


def _all_hold(view: TableView, rows: Sequence[SeenRow], field: Field, text: str) -> bool:
    """Whether an earlier attempt has written the text into all rows."""
    stored = [_find(view, row) for row in rows]
    return all(each is not None and holds(view, each, {field.name: text}) for each in stored)
