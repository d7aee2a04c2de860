"""The home folder for a test that needs Proto-DDF's database."""

from collections.abc import Iterator
from contextlib import contextmanager

from proto_ddf.db.engine import dispose, migrate
from proto_ddf.settings import Settings, get_settings


@contextmanager
def opened_home() -> Iterator[Settings]:
    """Prepares the home folder of the environment's settings, migrates its database, and returns the settings."""
    get_settings.cache_clear()
    settings = get_settings()
    settings.prepare_home()
    migrate()
    try:
        yield settings
    finally:
        dispose()
        get_settings.cache_clear()
