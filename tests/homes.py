"""The home folder of a test that needs its database."""

from collections.abc import Iterator
from contextlib import contextmanager

from proto_ddf.db.engine import dispose, migrate
from proto_ddf.settings import Settings, get_settings


@contextmanager
def opened_home() -> Iterator[Settings]:
    """The settings of the environment, their home folder prepared and its database migrated."""
    get_settings.cache_clear()
    settings = get_settings()
    settings.prepare_home()
    migrate()
    try:
        yield settings
    finally:
        dispose()
        get_settings.cache_clear()
