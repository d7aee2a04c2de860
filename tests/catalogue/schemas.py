"""The schemas of the catalogue: `open/` for those who write the rules, `held_out/` to measure the rules by."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.spec import AppSpec
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.catalogue.expectations import Expectations, read_expectations
from tests.catalogue.sample_values import register

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class CatalogueSchema:
    sql: Path

    @property
    def name(self) -> str:
        return self.sql.stem

    @property
    def held_out(self) -> bool:
        return self.sql.parent.name == "held_out"

    @cached_property
    def expected(self) -> Expectations:
        return read_expectations(self.sql.with_suffix(".toml"))

    def create(self, database: Path) -> None:
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")
            register(connection)
            connection.executescript(self.sql.read_text(encoding="utf-8"))

    def plan(self, folder: Path) -> AppSpec:
        """The plan of an app that works on the schema's database, which is made in the folder."""
        database = folder / f"{self.name}.db"
        self.create(database)
        source = SqliteSource(database)
        return plan_app(
            source.read_schema(),
            name=self.expected.title,
            allow_editing=True,
            imported=False,
            source=source,
        )


@lru_cache
def schemas() -> tuple[CatalogueSchema, ...]:
    return tuple(CatalogueSchema(path) for path in sorted(FOLDER.glob("*/*.sql")))
