"""The form of a row, filled: from the database, or for a new row from its defaults and the page's address."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from .conflicts import Version
from .database import reading
from .defaults import default_texts
from .errors import ROW_GONE, DataError
from .form_values import Held, held
from .identity import identifying, without_rollback
from .keys import NEW
from .relations import chosen_options, given_values
from .start import Start, mark, read_stored
from .views import Kind, TableView


@dataclass
class RowForm:
    """What a form starts with."""

    inputs: dict[str, Held]
    """By field."""
    start: Start
    read_only: str = ""
    """Why this row cannot be changed."""
    wrong: dict[str, str] = field(default_factory=dict)
    """What is wrong with values that the address gives, by field."""


def form_of_row(view: TableView, key: tuple[Any, ...], key_text: str) -> RowForm:
    """The form of a row that is there. `key_text` is its key as an address part.

    Raises:
        DataError: the row is gone, or the database could not answer.
    """
    with reading() as connection:
        stored = read_stored(connection, view, key)
        reason = identifying(connection, view, key) if view.editable else ""
    if stored is None:
        raise DataError(ROW_GONE)
    inputs = {each.name: held(view, each, stored[each.name]) for each in view.asked}
    _name_chosen(view, inputs)
    return RowForm(
        inputs, Start(key_text, {name: mark(text) for name, text in stored.items()}), reason
    )


def blank_form(view: TableView, given: dict[str, str]) -> RowForm:
    """The form of a new row: the database's defaults, and what the address gives, as `?customer_id=5`.

    A default that nobody changes is left to the database.

    Raises:
        DataError: the database could not answer.
    """
    defaults = default_texts(view)
    texts = {each.name: given[each.name] for each in view.asked if each.name in given}
    values, wrong = given_values(view, texts)
    known = {name: texts[name] for name in values}
    inputs = {each.name: Held((defaults | known).get(each.name, "")) for each in view.asked}
    _name_chosen(view, inputs)
    switches = {
        each.name: inputs[each.name].text or "false"
        for each in view.asked
        if each.kind is Kind.BOOLEAN and not each.nullable and each.name not in defaults
    }
    with reading() as connection:
        reason = without_rollback(connection, view)
    start = Start(NEW, given=switches | known, token=uuid4().hex)
    return RowForm(inputs, start, reason, wrong)


def name_versions(view: TableView, versions: list[Version]) -> None:
    """Call the rows that a relation points to by their names, in both versions.

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


def _name_chosen(view: TableView, inputs: dict[str, Held]) -> None:
    """Let each picker show the name of the row that it points to."""
    values, _ = given_values(view, {name: control.text for name, control in inputs.items()})
    for name, option in chosen_options(view, values).items():
        inputs[name].label = option.text
