"""Fills the form of a row: from the database, or for a new row from its defaults and the page's address."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from .conflicts import Version
from .database import read_connection
from .defaults import default_texts
from .errors import ROW_GONE, DataError
from .form_values import ControlValue, control_value
from .identity import identifying, without_rollback
from .keys import NEW
from .notation import shown_text
from .relations import chosen_options, given_values
from .row_snapshot import Snapshot, fingerprint, read_stored
from .views import TableView, Widget


@dataclass
class RowForm:
    """The initial content of a form."""

    inputs: dict[str, ControlValue]
    """By field."""
    snapshot: Snapshot
    read_only: str = ""
    """Why this row cannot be changed."""
    wrong: dict[str, str] = field(default_factory=dict)
    """Messages about invalid values in the address, by field."""


def form_of_row(view: TableView, key: tuple[Any, ...], key_text: str) -> RowForm:
    """The form of an existing row. `key_text` is its key as it appears in an address.

    Raises:
        DataError: the row does not exist, or the database could not answer.
    """
    with read_connection() as connection:
        stored = read_stored(connection, view, key)
        reason = identifying(connection, view, key) if view.editable else ""
    if stored is None:
        raise DataError(ROW_GONE)
    inputs = {each.name: control_value(view, each, stored[each.name]) for each in view.form_fields}
    _name_chosen(view, inputs)
    return RowForm(
        inputs,
        Snapshot(key_text, {name: fingerprint(text) for name, text in stored.items()}),
        reason,
    )


def blank_form(view: TableView, given: dict[str, str]) -> RowForm:
    """The form of a new row: the database's defaults, and values of the address, as in `?customer_id=5`.

    A default that nobody changes is left to the database.

    Raises:
        DataError: the database could not answer.
    """
    defaults = _shown(view, default_texts(view))
    texts = {each.name: given[each.name] for each in view.form_fields if each.name in given}
    values, wrong = given_values(view, texts)
    known = _shown(view, {name: texts[name] for name in values})
    inputs = {
        each.name: ControlValue(
            (defaults | known).get(each.name, ""),
            suggests="uuid" if each.widget is Widget.UUID else "",
        )
        for each in view.form_fields
    }
    _name_chosen(view, inputs)
    switches = {
        each.name: inputs[each.name].text or "false"
        for each in view.form_fields
        if each.is_flag and not each.nullable and each.name not in defaults
    }
    with read_connection() as connection:
        reason = without_rollback(connection, view)
    snapshot = Snapshot(NEW, given=switches | known, token=uuid4().hex)
    return RowForm(inputs, snapshot, reason, wrong)


def _shown(view: TableView, texts: dict[str, str]) -> dict[str, str]:
    """Stored texts by field as their controls show them."""
    shown = {name: shown_text(view.by_name[name], text) for name, text in texts.items()}
    return {name: texts[name] if text is None else text for name, text in shown.items()}


def name_versions(view: TableView, versions: list[Version]) -> None:
    """Show the names of the rows that a relation refers to, in both versions.

    Raises:
        DataError: the database could not answer.
    """
    related = {each.name: each for each in versions if view.relation_of(each.name)}
    for side in ("mine", "theirs"):
        values, _ = given_values(
            view, {name: getattr(each, side) for name, each in related.items()}
        )
        for name, option in chosen_options(view, values).items():
            if name in related and option.text:
                setattr(related[name], side, option.text)


def _name_chosen(view: TableView, inputs: dict[str, ControlValue]) -> None:
    """Give each picker the name of the row that it refers to."""
    values, _ = given_values(view, {name: control.text for name, control in inputs.items()})
    for name, option in chosen_options(view, values).items():
        inputs[name].label = option.text
