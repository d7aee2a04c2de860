"""A running app with a source, and a replacement for the build of its front end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from proto_ddf.db.tables import AppState
from proto_ddf.generator.code.manual_edits import record_digests
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.data.importer import import_tables
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.planning.regenerate import relevant_schema
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import launch, records
from proto_ddf.hosting.apps import stop_all_processes
from proto_ddf.hosting.launch import folder
from proto_ddf.hosting.ports import PORT_REGISTRY
from proto_ddf.operations.engine import engine
from proto_ddf.operations.kinds import regenerate
from proto_ddf.progress import NoProgress
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from proto_ddf.sources.connected.store import SourceView
from tests.integration.operations.kinds.regenerate.driving import (
    SLUG,
    Builds,
    refresh_without_engine,
)
from tests.ports import free_ports, port_range


@pytest.fixture(autouse=True)
def builds(prepared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Builds:
    for name, value in port_range(free_ports(10)).items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    monkeypatch.setattr(launch, "RUNNER", Path(__file__).parents[1] / "plain_runner.py")
    simulated = Builds()
    monkeypatch.setattr(regenerate.frontend, "install", simulated.install)
    monkeypatch.setattr(regenerate.frontend, "build", simulated.build)
    return simulated


@pytest.fixture
def running(prepared_home: Path) -> Iterator[Callable[..., AppSpec]]:
    """Makes an app of a source and starts it; all its processes are ended afterwards."""

    def make(source: SourceView, *, start: bool = True, editing: bool = False) -> AppSpec:
        imported = source.kind != "sqlite"
        spec = plan_app(
            source.schema, name="My app", allow_editing=editing, imported=imported, source=None
        )
        hosted.create_app(spec, source.id, "maker", relevant_schema(spec, source.schema))
        records.change(SLUG, state=AppState.STOPPED)
        hosted.set_ports(SLUG, PORT_REGISTRY.reserve_pair(SLUG))
        place = folder(SLUG)
        render_app(spec, place)
        record_digests(place)
        (place / ".web").mkdir()
        (place / ".env").write_text("MINE=1\n")
        (place / ".views.db").write_text("views of mine")
        if imported:
            reader, database = store.open_source(source), place / "data" / "app.db"
            import_tables(reader, spec, source.schema, database, NoProgress())
        if start:
            hosted.start_app(SLUG)
        return spec

    yield make
    engine.shutdown()  # before, so that no operation starts the app again
    stop_all_processes()


@pytest.fixture
def folk(people: SourceView) -> SourceView:
    """The CSV file as a source that was read with its key."""
    refresh_without_engine(people)
    return store.get_source(people.id)
