"""An app with a source, written without a build and not started."""

import sqlite3
from contextlib import closing
from pathlib import Path

from proto_ddf.db.tables import AppState
from proto_ddf.generator.code.manual_edits import record_digests
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.hosting.launch import folder
from proto_ddf.hosting.ports import PORT_REGISTRY
from proto_ddf.sources.connected.store import make_source, save_source
from proto_ddf.sources.files.uploads import upload_path


def write_app(name: str) -> Path:
    """Write and record the app in the present home; returns its folder."""
    path = upload_path("shop.db")
    with closing(sqlite3.connect(path)) as db:
        db.executescript("CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    config = {"path": str(path)}
    source = save_source("Shop", "sqlite", config, make_source("sqlite", config).read_schema())
    spec = plan_app(source.schema, name=name, allow_editing=False, imported=False, source=None)
    hosted.create_app(spec, source.id, "maker")
    records.change(spec.slug, state=AppState.STOPPED)
    hosted.set_ports(spec.slug, PORT_REGISTRY.reserve_pair(spec.slug))
    place = folder(spec.slug)
    render_app(spec, place)
    record_digests(place)
    return place
