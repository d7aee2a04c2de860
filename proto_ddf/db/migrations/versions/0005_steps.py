"""Inputs that say which steps an operation has, and outputs that only later steps need.

An operation of the release before that may still run gets what its steps depend on, and reads the schema again: its step that
reads the schema did not keep it.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

READING = ("read_tables", "infer_types")
"""Steps that read a schema."""
KIND_BY_FIRST_STEP = {"find_file": "sqlite", "find_files": "csv", "find_host": "postgresql"}
"""For a source that is gone: a kind with the same steps."""


def upgrade() -> None:
    with op.batch_alter_table("operation_step") as step:
        step.add_column(sa.Column("interim_output", sa.JSON(none_as_null=True)))
    _add_source_kind()
    _add_imported()
    _read_schema_again()


def _add_source_kind() -> None:
    kinds = dict(_rows("SELECT id, kind FROM source"))
    for operation_id, held in _may_run("refresh_source", "type_column"):
        given = json.loads(held)
        steps = _step_names(operation_id)
        known = kinds.get(given["source_id"]) or KIND_BY_FIRST_STEP.get(next(iter(steps), ""))
        if known:
            _set_input(operation_id, {**given, "kind": known})


def _add_imported() -> None:
    for operation_id, held in _may_run("regenerate_app"):
        imported = "import" in _step_names(operation_id)
        _set_input(operation_id, {**json.loads(held), "imported": imported})


def _read_schema_again() -> None:
    for operation_id, _ in _may_run("connect_source", "refresh_source", "type_column"):
        for name in READING:
            op.get_bind().execute(
                sa.text(
                    "UPDATE operation_step SET state = 'PENDING'"
                    " WHERE operation_id = :id AND name = :name AND state = 'SUCCEEDED'"
                ),
                {"id": operation_id, "name": name},
            )


def _may_run(*kinds: str) -> list[tuple[str, str]]:
    """Ids and inputs of the operations of these kinds that run, wait or can be tried again."""
    query = sa.text(
        "SELECT id, input FROM operation"
        " WHERE state IN ('PENDING', 'RUNNING', 'FAILED') AND kind IN :kinds"
    ).bindparams(sa.bindparam("kinds", expanding=True))
    return [
        (operation_id, held)
        for operation_id, held in op.get_bind().execute(query, {"kinds": kinds}).all()
    ]


def _step_names(operation_id: str) -> list[str]:
    query = "SELECT name FROM operation_step WHERE operation_id = :id ORDER BY position"
    return [name for (name,) in _rows(query, id=operation_id)]


def _set_input(operation_id: str, given: dict[str, Any]) -> None:
    op.get_bind().execute(
        sa.text("UPDATE operation SET input = :input WHERE id = :id"),
        {"input": json.dumps(given), "id": operation_id},
    )


def _rows(query: str, **values: str) -> list[Any]:
    return list(op.get_bind().execute(sa.text(query), values).all())
