"""Regenerating an app in tests: sources, code and processes are real; the builds are simulated."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from proto_ddf.generator.planning import plan_edit
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import apps as hosted
from proto_ddf.operations.kinds.regenerate import RegenerateAppInput
from proto_ddf.operations.kinds.source_inputs import (
    RefreshSourceInput,
)
from proto_ddf.operations.model import KINDS, StepContext, UndoContext
from proto_ddf.sources.connected.store import SourceView
from tests.operation_steps import run_steps

SLUG = "my_app"
GIVEN = RegenerateAppInput(slug=SLUG)
BUILDING = ["validate", "render", "install", "build"]
STEPS = [*BUILDING, "restart", "check"]


class Killed(BaseException):
    """Stands for kill -9: no code after it runs."""


class Builds:
    """Replaces the build of the front end; `damage` is called with each new folder."""

    def __init__(self) -> None:
        self.folders: list[Path] = []
        self.damage: Callable[[Path], None] = lambda _folder: None

    def install(self, place: Path, _progress: Any) -> None:
        (place / ".web").mkdir(exist_ok=True)

    def build(self, place: Path, _progress: Any) -> None:
        self.folders.append(place)
        (place / ".web" / "built").touch()
        self.damage(place)


class Operation:
    """A regeneration whose steps are run one by one, without an engine."""

    def __init__(self, record_id: str) -> None:
        self.id = record_id
        self.outputs: dict[str, Any] = {}

    def run(self, *steps: str) -> None:
        given = KINDS["regenerate_app"].prepare(GIVEN)
        by_name = {step.name: step for step in KINDS["regenerate_app"].steps_for(given)}
        for name in steps:
            context = StepContext(self.id, given, self.outputs)
            self.outputs[name] = by_name[name].run(context)

    def undo(self) -> None:
        kind = KINDS["regenerate_app"]
        assert kind.undo is not None
        kind.undo(UndoContext(self.id, GIVEN, self.outputs))


def served() -> AppSpec:
    """The plan of the app that answers at the address."""
    return AppSpec.model_validate_json(httpx.get(address(), timeout=60).content)


def address() -> str:
    app = hosted.get_app(SLUG)
    assert app is not None
    return app.address


def columns(spec: AppSpec, table: str) -> list[str]:
    return [field.column for field in plan_edit.find_table(spec, table).fields]


def add_column(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("ALTER TABLE customer ADD COLUMN note TEXT")


def refresh(ended: Any, source: SourceView) -> Any:
    done = ended("refresh_source", RefreshSourceInput(source_id=source.id))
    assert done.state == "succeeded"
    return done


def refresh_without_engine(source: SourceView) -> None:
    """Runs the steps of a refresh without an engine."""
    run_steps("refresh_source", RefreshSourceInput(source_id=source.id), "refresh")


def regenerated(ended: Any, *add: str) -> Any:
    return ended("regenerate_app", RegenerateAppInput(slug=SLUG, add_tables=list(add)))


def source_drift() -> str:
    app = hosted.get_app(SLUG)
    assert app is not None
    return app.source_drift


def rows(database: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute("SELECT * FROM people ORDER BY id").fetchall()
