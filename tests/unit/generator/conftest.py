"""A source in memory, and the schema of a small shop."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.spec import AppSpec
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.model import (
    ColumnInfo,
    ColumnType,
    ForeignKey,
    PreviewPage,
    SourceSchema,
    TableInfo,
)

Rows = dict[str, list[tuple[Any, ...]]]


class MemorySource:
    """Rows kept in a dict; `read` counts the batches that were taken of each table."""

    def __init__(self, schema: SourceSchema, rows: Rows) -> None:
        self.schema = schema
        self.content = rows
        self.read: dict[str, int] = {}

    def read_schema(self) -> SourceSchema:
        return self.schema

    def preview(self, request: PageRequest) -> PreviewPage:
        raise NotImplementedError

    def rows(self, table: str, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        rows = self.content[table]
        for start in range(0, len(rows), batch):
            self.read[table] = self.read.get(table, 0) + 1
            yield rows[start : start + batch]


def _column(name: str, kind: ColumnType, **more: Any) -> ColumnInfo:
    return ColumnInfo(name=name, type=kind, **more)


def _key(name: str = "id") -> ColumnInfo:
    return _column(
        name, ColumnType.INTEGER, nullable=False, primary_key=True, unique=True, autoincrement=True
    )


SHOP = SourceSchema(
    tables=(
        TableInfo(
            name="customers",
            columns=(
                _key(),
                _column("name", ColumnType.TEXT, nullable=False, max_length=80),
                _column("email", ColumnType.TEXT, nullable=False, unique=True),
                _column("website", ColumnType.TEXT),
                _column("notes", ColumnType.TEXT),
                _column("country", ColumnType.TEXT),
                _column("level", ColumnType.TEXT),
                _column("active", ColumnType.BOOLEAN, nullable=False, default="1"),
                _column("photo", ColumnType.BINARY),
            ),
            primary_key=("id",),
            row_count=100,
        ),
        TableInfo(
            name="orders",
            columns=(
                _key(),
                _column("customer_id", ColumnType.INTEGER, nullable=False),
                _column("order_date", ColumnType.DATE, nullable=False),
                _column("status", ColumnType.TEXT, choices=("new", "paid", "sent")),
                _column("total", ColumnType.DECIMAL, precision=10, scale=2, minimum=0),
                _column("updated_at", ColumnType.DATETIME),
            ),
            primary_key=("id",),
            foreign_keys=(
                ForeignKey(
                    columns=("customer_id",), target_table="customers", target_columns=("id",)
                ),
            ),
            row_count=300,
        ),
    )
)


def _shop_rows() -> Rows:
    customers: list[tuple[Any, ...]] = [
        (
            *(n, f"Name {n}", f"n{n}@example.org", None, ""),
            *(["NO", "FR"][n % 2], ["new", "silver", "gold"][n % 3], n % 2 == 0, None),
        )
        for n in range(1, 101)
    ]
    day = date(2024, 1, 1)
    orders: list[tuple[Any, ...]] = [
        (n, n % 100 + 1, day + timedelta(n), ["new", "paid"][n % 2], Decimal(n) / 4, None)
        for n in range(1, 301)
    ]
    return {"customers": customers, "orders": orders}


@pytest.fixture
def shop() -> SourceSchema:
    return SHOP


@pytest.fixture
def shop_source() -> MemorySource:
    return MemorySource(SHOP, _shop_rows())


@pytest.fixture
def make_source() -> Callable[[SourceSchema, Rows], MemorySource]:
    return MemorySource


@pytest.fixture
def plan() -> AppSpec:
    """The plan of the shop, without a look at rows."""
    return plan_app(SHOP, name="My shop", allow_editing=True, imported=False, source=None)
