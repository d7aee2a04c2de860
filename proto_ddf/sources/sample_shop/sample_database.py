"""The sample source "Sample shop": a small SQLite database for a first try of Proto-DDF."""

import os
import sqlite3
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from proto_ddf.sources.sample_shop.sample_rows import shop_rows

SAMPLE_NAME = "Sample shop"
_OFFERED = ".offered"
"""The name of a file that marks the sample as offered, so that a sample that a user deleted does not come
back."""
_TABLES = """
CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    name VARCHAR(80) NOT NULL,
    email VARCHAR(120) NOT NULL UNIQUE,
    phone VARCHAR(30),
    city VARCHAR(60) NOT NULL,
    country VARCHAR(60) NOT NULL,
    joined_on DATE NOT NULL,
    newsletter BOOLEAN NOT NULL DEFAULT 0,
    credit_limit DECIMAL(10, 2) NOT NULL DEFAULT 0 CHECK (credit_limit >= 0)
);
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    sku VARCHAR(20) NOT NULL UNIQUE,
    name VARCHAR(80) NOT NULL,
    category VARCHAR(40) NOT NULL
        CHECK (category IN ('Kitchen', 'Living', 'Garden', 'Office', 'Outdoor', 'Bath')),
    price DECIMAL(10, 2) NOT NULL CHECK (price >= 0),
    stock INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0),
    weight_kg REAL,
    rating REAL CHECK (rating BETWEEN 1 AND 5),
    active BOOLEAN NOT NULL DEFAULT 1,
    listed_on DATE NOT NULL
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    ordered_at DATETIME NOT NULL,
    status VARCHAR(20) NOT NULL
        CHECK (status IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled')),
    payment_method VARCHAR(20) NOT NULL
        CHECK (payment_method IN ('card', 'paypal', 'invoice', 'bank transfer')),
    shipped_on DATE,
    shipping_fee DECIMAL(10, 2) NOT NULL DEFAULT 0 CHECK (shipping_fee >= 0),
    gift BOOLEAN NOT NULL DEFAULT 0,
    note TEXT,
    total DECIMAL(10, 2) NOT NULL DEFAULT 0 CHECK (total >= 0)
);
CREATE TABLE order_items (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 99),
    unit_price DECIMAL(10, 2) NOT NULL CHECK (unit_price >= 0),
    discount_percent INTEGER NOT NULL DEFAULT 0 CHECK (discount_percent BETWEEN 0 AND 100),
    UNIQUE (order_id, product_id)
);
CREATE INDEX orders_by_customer ON orders (customer_id);
CREATE INDEX items_by_product ON order_items (product_id);
"""


def ensure_sample() -> Path:
    """The path of the sample database, made if missing.

    Raises:
        OSError: it cannot be written.
    """
    folder = get_settings().samples_folder
    path = folder / "sample_shop.db"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder) as temporary:
            new = Path(temporary) / path.name
            _write(new)
            os.replace(new, path)
    return path


def offer_sample() -> None:
    """On the first start, make the sample shop and connect it as a source."""
    offered = get_settings().samples_folder / _OFFERED
    if offered.exists():
        ensure_sample()
        return
    config = {"path": str(ensure_sample())}
    if store.find_source(SAMPLE_NAME) is None:
        schema = store.make_source("sqlite", config).read_schema()
        store.save_source(SAMPLE_NAME, "sqlite", config, schema)
    offered.touch()


def _write(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(_TABLES)
        for table, rows in shop_rows():
            placeholders = ", ".join("?" * len(rows[0]))
            values = ([_stored(value) for value in row] for row in rows)
            connection.executemany(f"INSERT INTO {table} VALUES ({placeholders})", values)
        connection.commit()


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
