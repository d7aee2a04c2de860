"""A database that all examples of a property test share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proto_ddf.db import engine
from proto_ddf.settings import get_settings
from tests.homes import close_databases


@pytest.fixture(scope="module")
def database_for_hypothesis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTO_DDF_HOME", str(tmp_path_factory.mktemp("shared")))
        get_settings.cache_clear()
        get_settings().prepare_home()
        engine.migrate()
        yield get_settings().database_path
        close_databases()
    get_settings.cache_clear()
