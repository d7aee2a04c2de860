"""The database that is in the zip of an app."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proto_ddf.db import engine
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.hosting import apps
from proto_ddf.sources.connected import store
from proto_ddf.sources.sample_shop.sample_database import ensure_sample
from tests.homes import close_databases


@pytest.fixture
def source(home: Path) -> Iterator[str]:
    """The id of the sample shop as a source."""
    engine.migrate()
    path = ensure_sample()
    config = {"path": str(path)}
    schema = store.make_source("sqlite", config).read_schema()
    yield store.save_source("Shop", "sqlite", config, schema).id
    close_databases()


@pytest.mark.parametrize("allow_editing", [True, False])
def test_the_zip_of_an_app_on_a_source_has_the_source_s_database(
    source: str, home: Path, allow_editing: bool
) -> None:
    schema = store.get_source(source).schema
    spec = plan_app(schema, name="Live app", allow_editing=allow_editing, imported=False)
    apps.create_app(spec, source)
    path = ensure_sample()
    assert apps.app_database("live_app") == path
    path.unlink()
    assert apps.app_database("live_app") is None


def test_the_zip_of_an_app_of_imported_rows_has_its_own_database(source: str, home: Path) -> None:
    schema = store.get_source(source).schema
    apps.create_app(plan_app(schema, name="Own data", imported=True), source)
    assert apps.app_database("own_data") is None
    path = home / "apps" / "own_data" / "data" / "app.db"
    path.parent.mkdir(parents=True)
    path.touch()
    assert apps.app_database("own_data") == path
