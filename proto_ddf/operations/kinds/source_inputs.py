"""Inputs of the operations on sources."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from proto_ddf.sources.schema.column_types import ChosenType


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TestSourceInput(_Input):
    """A connection as the form has it, not saved."""

    __test__ = False

    kind: str
    config: dict[str, Any]


class ConnectSourceInput(_Input):
    name: str
    kind: str
    config: dict[str, Any]
    source_id: str | None = None
    """The source that is changed; None makes a new one."""


class RefreshSourceInput(_Input):
    source_id: str
    kind: str = ""
    """Kind of the source; filled in when the operation is started."""


class TypeColumnInput(_Input):
    source_id: str
    table: str
    column: str
    type: ChosenType | None
    """None: as it is inferred from the file."""
    empty: list[str] = []
    """Texts of the column that mean no value; they replace those chosen before."""
    kind: str = ""
    """Kind of the source; filled in when the operation is started."""


class DeleteSourceInput(_Input):
    source_id: str
