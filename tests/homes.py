"""The home folder for a test that needs Proto-DDF's database."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proto_ddf.db import engine
from proto_ddf.monitoring import intake
from proto_ddf.settings import Settings, get_settings


@contextmanager
def opened_home() -> Iterator[Settings]:
    """Prepares the home folder of the environment's settings, migrates its database, and returns the settings."""
    get_settings.cache_clear()
    settings = get_settings()
    settings.prepare_home()
    engine.migrate()
    try:
        yield settings
    finally:
        close_databases()
        get_settings.cache_clear()


def close_databases() -> None:
    """End the intake of errors, close every connection of `proto_ddf.db.engine` and forget which files were opened. The next use opens its path
    again."""
    intake.close(0)
    engine.reconnect()
    with engine._lock:
        for path in engine._engines:
            engine.forget_file(path)
        engine._engines.clear()


def close_tables(home: Path) -> None:
    """Close DuckDB's database of a home folder. An open one holds megabytes, and a worker opens a thousand."""
    if "proto_ddf.sources.files.typed_tables" not in sys.modules:
        return
    from proto_ddf.sources.files import duckdb_session, typed_tables

    folder = home / "uploads" / ".cache"
    if database := duckdb_session._databases.pop(folder, None):
        typed_tables.close_below(folder)
        database.close()
