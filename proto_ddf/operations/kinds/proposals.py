"""What an operation tests and then saves: the kind and the config of a source, by the input of the operation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from proto_ddf import errors
from proto_ddf.errors.types import ValidationError
from proto_ddf.operations.kinds.source_inputs import (
    ConnectSourceInput,
    RefreshSourceInput,
    TestSourceInput,
    TypeColumnInput,
)
from proto_ddf.sources.connected import store
from proto_ddf.sources.registry import KINDS


@dataclass(frozen=True)
class Proposal:
    """A source as it is to be."""

    kind: str
    config: dict[str, Any]
    source_id: str | None = None
    """The source that is changed; None: a new one."""
    name: str | None = None
    """None: the name it has."""


Propose = Callable[[Any], Proposal]
"""input -> what is proposed. Reads the sources on record. Raises ValidationError, SystemError."""


def tested(given: TestSourceInput) -> Proposal:
    return Proposal(given.kind, given.config)


def connected(given: ConnectSourceInput) -> Proposal:
    config = given.config
    if given.source_id and store.find_kind(given.kind).typed:
        # The form does not show the types chosen for its columns: they stay.
        known = store.get_source(given.source_id).config
        config = {name: known.get(name, {}) for name in ("types", "empty")} | config
    return Proposal(given.kind, config, given.source_id, given.name)


def refreshed(given: RefreshSourceInput) -> Proposal:
    """Raises ValidationError, `source_required`."""
    known = _known(given)
    return Proposal(known.kind, known.config, known.id)


def typed(given: TypeColumnInput) -> Proposal:
    """Raises ValidationError: `source_required`, `field_unknown`, or at "type" for a kind with types of its own."""
    known = _known(given)
    if not KINDS[known.kind].typed:
        raise ValidationError(
            f"{known.name} says the types of its columns itself.", "type", str(given.type)
        )
    _check_column(known, given.table, given.column)
    types = _changed(known.config.get("types", {}), given, given.type and given.type.value)
    empty = _changed(known.config.get("empty", {}), given, given.empty)
    return Proposal(known.kind, {**known.config, "types": types, "empty": empty}, known.id)


def _known(given: RefreshSourceInput | TypeColumnInput) -> store.SourceView:
    """The source, whose connection test must still have the stages that the operation was started with."""
    known = store.get_source(given.source_id)
    if store.find_kind(known.kind).stages != store.find_kind(given.kind).stages:
        raise errors.SystemError(
            f"{known.name} is a source of another kind than when this was started.",
            component="operations",
        )
    return known


def _check_column(source: store.SourceView, table: str, column: str) -> None:
    try:
        source.schema.table(table).column(column)
    except KeyError:
        raise ValidationError(
            f"{source.name} has no column {table}.{column}.",
            "column",
            column,
            code="field_unknown",
            name=column,
        ) from None


def _changed(held: dict[str, Any], given: TypeColumnInput, choice: Any) -> dict[str, Any]:
    """What is kept by table and column, with another choice for one column; an empty choice removes it."""
    tables = {table: dict(columns) for table, columns in held.items()}
    columns = tables.setdefault(given.table, {})
    columns.pop(given.column, None)
    if choice:
        columns[given.column] = choice
    return {table: each for table, each in tables.items() if each}
