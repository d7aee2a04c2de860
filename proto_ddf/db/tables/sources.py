"""Sources and the secrets of Proto-DDF."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from proto_ddf.db.tables.columns import UtcDateTime, new_id, utc_now


class SourceRecord(SQLModel, table=True):
    __tablename__ = "source"
    id: str = Field(default_factory=new_id, primary_key=True)
    name: str = Field(unique=True)
    kind: str
    config: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    table_schema: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    """A SourceSchema, dumped."""
    schema_changes: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    """FoundChanges of the last refresh that found any, dumped; empty before that."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class SecretRecord(SQLModel, table=True):
    __tablename__ = "secret"
    id: str = Field(primary_key=True)
    token: str
    """The secret, encrypted: see proto_ddf.vault."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
