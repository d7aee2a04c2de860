"""A SQLite database of ten related tables, as a source for the app that the benchmark generates."""

import sqlite3
from pathlib import Path
from random import Random

NAMES = (
    *("customer", "supplier", "category", "product", "employee"),
    *("sale", "shipment", "payment", "review", "visit"),
)
ROWS = 500


def make(database: Path) -> None:
    """Write the database; each table refers to the one before it."""
    random = Random(1)
    with sqlite3.connect(database) as connection:
        for position, name in enumerate(NAMES):
            parent = NAMES[position - 1] if position else None
            connection.execute(_definition(name, parent))
            marks = ", ".join("?" * (7 if parent else 6))
            rows = (_row(number, random, parent) for number in range(1, ROWS + 1))
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    connection.close()


def _definition(name: str, parent: str | None) -> str:
    reference = f", {parent}_id INTEGER NOT NULL REFERENCES {parent}(id)" if parent else ""
    return (
        f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL, "
        f"amount DECIMAL(10, 2), status VARCHAR(20), active BOOLEAN NOT NULL, made_on DATE{reference})"
    )


def _row(number: int, random: Random, parent: str | None) -> tuple[object, ...]:
    date = f"2025-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
    status = random.choice(("open", "paid", "sent"))
    row = (number, f"Name {number}", round(random.uniform(1, 500), 2), status, number % 2, date)
    return (*row, random.randint(1, ROWS)) if parent else row
