"""Making an app anew: real sources, code and processes; builds are written by hand."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from proto_ddf import errors
from proto_ddf.db.tables import AppState
from proto_ddf.errors import ProtoDDFError, ValidationError
from proto_ddf.generator.code.manual_edits import record_digests
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.data.importer import import_tables
from proto_ddf.generator.planning import plan_edit
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.planning.regenerate import relevant_schema
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import launch, records, replacement
from proto_ddf.hosting.apps import stop_all_processes
from proto_ddf.hosting.launch import folder, next_folder, previous_folder, sibling_folders
from proto_ddf.hosting.ports import PORT_REGISTRY
from proto_ddf.hosting.watcher import adopt_all
from proto_ddf.operations import service
from proto_ddf.operations.kinds import regenerate
from proto_ddf.operations.kinds.regenerate import RegenerateAppInput
from proto_ddf.operations.kinds.source_inputs import (
    DeleteSourceInput,
    RefreshSourceInput,
    TypeColumnInput,
)
from proto_ddf.operations.model import KINDS, StepContext, UndoContext
from proto_ddf.progress import NoProgress
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from proto_ddf.sources.connected.store import SourceView
from proto_ddf.sources.schema.column_types import ChosenType
from tests.operation_steps import run_steps, steps_up_to_last

SLUG = "my_app"
GIVEN = RegenerateAppInput(slug=SLUG)
BUILDING = ["validate", "render", "install", "build"]
STEPS = [*BUILDING, "restart", "check"]


class Killed(BaseException):
    """As kill -9 would: nothing after it runs."""


class Builds:
    """What stands in for the front end's build; `harm` is done to each new folder."""

    def __init__(self) -> None:
        self.folders: list[Path] = []
        self.harm: Callable[[Path], None] = lambda _folder: None

    def install(self, place: Path, _progress: Any) -> None:
        (place / ".web").mkdir(exist_ok=True)

    def build(self, place: Path, _progress: Any) -> None:
        self.folders.append(place)
        (place / ".web" / "built").touch()
        self.harm(place)


@pytest.fixture(autouse=True)
def builds(prepared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Builds:
    first = 24_500 + os.getpid() % 40 * 10
    monkeypatch.setenv("PORT_RANGE_START", str(first))
    monkeypatch.setenv("PORT_RANGE_END", str(first + 9))
    get_settings.cache_clear()
    monkeypatch.setattr(launch, "RUNNER", Path(__file__).with_name("plain_runner.py"))
    made = Builds()
    monkeypatch.setattr(regenerate.frontend, "install", made.install)
    monkeypatch.setattr(regenerate.frontend, "build", made.build)
    return made


@pytest.fixture
def running(prepared_home: Path) -> Iterator[Callable[..., AppSpec]]:
    """Makes an app of a source and starts it; all processes are ended afterwards."""

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
        if imported:
            reader, database = store.open_source(source), place / "data" / "app.db"
            import_tables(reader, spec, source.schema, database, NoProgress())
        if start:
            hosted.start_app(SLUG)
        return spec

    yield make
    stop_all_processes()


@pytest.fixture
def folk(people: SourceView) -> SourceView:
    """The CSV file as a source that was read with its key."""
    read_anew(people)
    return store.get_source(people.id)


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
    """The plan of the app that answers."""
    return AppSpec.model_validate_json(httpx.get(address()).content)


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


def read_anew(source: SourceView) -> None:
    """What a refresh does, without an engine."""
    run_steps("refresh_source", RefreshSourceInput(source_id=source.id), "refresh")


def regenerated(ended: Any, *add: str) -> Any:
    return ended("regenerate_app", RegenerateAppInput(slug=SLUG, add_tables=list(add)))


def news() -> str:
    app = hosted.get_app(SLUG)
    assert app is not None
    return app.source_drift


class TestNews:
    def test_a_refresh_tells_what_changed_and_so_does_the_app(
        self, ended, shop, shop_file, running
    ):
        running(shop, start=False)
        add_column(shop_file)
        done = refresh(ended, shop)
        assert done.steps[-1].message == "2 tables: 1 column added"
        assert done.output["save"]["news"] == "1 column added"
        found = store.get_source(shop.id).found
        assert found is not None
        assert (found.found_by, found.changes.summary()) == (done.id, "1 column added")
        assert news() == "1 column added"

    def test_a_refresh_that_finds_nothing_keeps_what_was_found_before(
        self, ended, shop, shop_file, running
    ):
        running(shop, start=False)
        add_column(shop_file)
        refresh(ended, shop)
        found = store.get_source(shop.id).found
        done = refresh(ended, shop)
        assert done.steps[-1].message == "2 tables: nothing has changed"
        assert store.get_source(shop.id).found == found
        assert news() == "1 column added"

    def test_a_save_that_was_cut_short_finds_the_same_again(self, shop, shop_file):
        add_column(shop_file)
        given = RefreshSourceInput(source_id=shop.id)
        save = steps_up_to_last("refresh_source", given, "operation")
        outputs = [save() for _ in range(2)]
        assert outputs[0] == outputs[1] == {"source_id": shop.id, "news": "1 column added"}

    def test_what_is_undone_in_the_source_is_no_news(self, ended, shop, shop_file, running):
        running(shop, start=False)
        add_column(shop_file)
        refresh(ended, shop)
        with closing(sqlite3.connect(shop_file)) as db:
            db.execute("ALTER TABLE customer DROP COLUMN note")
        refresh(ended, shop)
        assert news() == ""

    def test_a_source_that_is_deleted_takes_its_news_along(self, ended, folk, people_file, running):
        running(folk, start=False)
        people_file.write_text("id,name,age\n1,Ann,7\n2,Bo,8\n")
        refresh(ended, folk)
        assert news() == "1 column added"
        assert ended("delete_source", DeleteSourceInput(source_id=folk.id)).state == "succeeded"
        assert news() == ""

    def test_a_type_chosen_by_hand_is_news_too(self, folk, running):
        running(folk, start=False)
        given = TypeColumnInput(
            source_id=folk.id, table="people", column="name", type=ChosenType.TEXT
        )
        run_steps("type_column", given, "same")
        assert news() == ""
        given.column = "id"
        run_steps("type_column", given, "other")
        assert news() == "1 column changed"


class TestSucceeding:
    def test_a_new_column_is_in_the_app_which_keeps_its_address_and_edits(
        self, ended, shop, shop_file, running, builds
    ):
        spec = running(shop)
        edited = plan_edit.set_field(spec, "customer", "name", label="Full name")
        records.change(SLUG, spec=edited.model_dump(mode="json"))
        before = hosted.get_app(SLUG)
        add_column(shop_file)
        read_anew(shop)
        done = regenerated(ended)
        assert [(step.name, step.state) for step in done.steps] == [
            (name, "succeeded") for name in STEPS
        ]
        after = hosted.get_app(SLUG)
        assert (after.address, after.name) == (before.address, before.name)
        assert after.pid != before.pid
        assert after.source_drift == ""
        assert columns(served(), "customer") == ["id", "name", "note"]
        assert plan_edit.find_table(served(), "customer").fields[1].label == "Full name"
        assert AppSpec.model_validate(records.read(SLUG).spec) == served()
        assert (folder(SLUG) / ".env").read_text() == "MINE=1\n"
        assert sibling_folders(SLUG) == [previous_folder(SLUG)]
        kept = AppSpec.model_validate_json((previous_folder(SLUG) / "app.json").read_text())
        assert kept == spec
        assert not (previous_folder(SLUG) / ".web").exists()
        assert str(previous_folder(SLUG)) in done.steps[-1].log_tail[-1]

    def test_the_rows_of_a_file_are_read_anew_and_those_before_are_kept(
        self, ended, folk, people_file, running
    ):
        running(folk, editing=True)
        database = folder(SLUG) / "data" / "app.db"
        with closing(sqlite3.connect(database)) as db, db:
            db.execute("UPDATE people SET name = 'Mine' WHERE id = 1")
        people_file.write_text("id,name,age\n1,Ann,7\n2,Bo,8\n3,Cy,9\n")
        read_anew(folk)
        done = regenerated(ended)
        assert (done.state, done.output["import"]) == ("succeeded", {"rows": {"people": 3}})
        assert columns(served(), "people") == ["id", "name", "age"]
        assert rows(database) == [(1, "Ann", 7), (2, "Bo", 8), (3, "Cy", 9)]
        assert rows(previous_folder(SLUG) / "data" / "app.db") == [(1, "Mine"), (2, "Bo")]

    def test_a_new_table_comes_when_it_was_asked_for(self, ended, shop, shop_file, running):
        running(shop)
        with closing(sqlite3.connect(shop_file)) as db:
            db.execute(
                "CREATE TABLE parcel (id INTEGER PRIMARY KEY, invoice_id REFERENCES invoice)"
            )
        read_anew(shop)
        assert news() == "1 table added"
        assert regenerated(ended).state == "succeeded"
        assert {table.table for table in served().tables} == {"customer", "invoice"}
        assert news() == ""
        assert regenerated(ended, "parcel").state == "succeeded"
        assert [table.table for table in served().tables] == ["customer", "invoice", "parcel"]

    def test_an_app_that_was_stopped_stays_stopped(self, ended, shop, shop_file, running):
        running(shop, start=False)
        add_column(shop_file)
        read_anew(shop)
        done = regenerated(ended)
        assert done.state == "succeeded"
        assert done.steps[-2].message == "It is stopped, and stays so"
        assert hosted.get_app(SLUG).pid is None
        hosted.start_app(SLUG)
        assert "note" in columns(served(), "customer")

    def test_deleting_the_app_removes_what_was_kept_of_it(self, ended, shop, shop_file, running):
        running(shop)
        add_column(shop_file)
        read_anew(shop)
        regenerated(ended)
        hosted.remove_app(SLUG)
        assert list(get_settings().apps_folder.iterdir()) == []


def rows(database: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute("SELECT * FROM people ORDER BY id").fetchall()


class TestFailing:
    """Whatever fails, the app is as it was: its code, its process, its plan."""

    @pytest.fixture(autouse=True)
    def _changed(self, shop, shop_file, running):
        running(shop)
        add_column(shop_file)
        read_anew(shop)

    @pytest.fixture(autouse=True)
    def _as_it_was(self, _changed) -> None:
        before = (json.dumps(records.read(SLUG).spec), address(), served())
        code = {path: path.read_bytes() for path in folder(SLUG).rglob("*.py")}

        def check() -> None:
            assert (json.dumps(records.read(SLUG).spec), address(), served()) == before
            assert {path: path.read_bytes() for path in folder(SLUG).rglob("*.py")} == code
            assert news() == "1 column added"

        self.check = check

    def failed(self, ended: Any, step: str) -> Any:
        done = regenerated(ended)
        assert done.state == "failed"
        assert {each.name: each.state for each in done.steps}[step] == "failed"
        assert done.error["retry_possible"]
        return done

    def succeeds_now(self, workshop: Any, done: Any, builds: Builds) -> None:
        builds.harm = lambda _folder: None
        for name in ("broken", "sick"):
            (next_folder(SLUG, done.id) / name).unlink(missing_ok=True)
        service.retry(done.id)
        assert workshop.wait(done.id, "succeeded", "failed").state == "succeeded"
        assert "note" in columns(served(), "customer")

    def test_a_failed_build_leaves_the_app_running(self, workshop, ended, builds):
        def fail(_folder: Path) -> None:
            raise errors.SystemError("no", component="frontend", code="build_failed")

        pid, builds.harm = hosted.get_app(SLUG).pid, fail
        done = self.failed(ended, "build")
        self.check()
        assert hosted.get_app(SLUG).pid == pid
        self.succeeds_now(workshop, done, builds)

    @pytest.mark.parametrize(
        ("harm", "step", "code"),
        [("broken", "restart", "app_start_failed"), ("sick", "check", "app_check_failed")],
    )
    def test_a_build_that_does_not_work_makes_room_for_the_old_one(
        self, workshop, ended, builds, monkeypatch, harm: str, step: str, code: str
    ):
        monkeypatch.setattr(hosted, "CHECK_SECONDS", 0.5)
        builds.harm = lambda place: (place / harm).touch()
        done = self.failed(ended, step)
        assert done.error["code"] == code
        self.check()
        self.succeeds_now(workshop, done, builds)

    def test_a_cancelled_one_leaves_nothing_behind(self, workshop, ended, builds):
        builds.harm = lambda place: (place / "broken").touch()
        done = self.failed(ended, "restart")
        service.cancel(done.id)
        workshop.wait_cleaned_up(done.id)
        self.check()
        assert sibling_folders(SLUG) == []

    def test_a_source_that_changed_since_it_was_read_is_told(self, ended, shop_file):
        with closing(sqlite3.connect(shop_file)) as db:
            db.execute("ALTER TABLE customer DROP COLUMN name")
        done = self.failed(ended, "validate")
        assert done.error["code"] == "source_changed"
        assert "1 column removed" in done.error["message"]
        self.check()

    def test_too_little_disk_space_is_told(self, ended, monkeypatch):
        own_rows = folder(SLUG) / "data" / "app.db"
        own_rows.parent.mkdir()
        with own_rows.open("wb") as file:
            file.truncate(2**43)  # no block of it is on the disk
        assert self.failed(ended, "validate").error["code"] == "disk_space_low"
        self.check()

    def test_an_app_that_was_never_whole_is_not_made_anew(self, ended):
        records.change(SLUG, state=AppState.CREATING)
        assert regenerated(ended).error["code"] == "app_busy"

    def test_two_at_once_are_one_too_many(self):
        first, second = Operation("first"), Operation("second")
        first.run(*BUILDING, "restart")
        second.run(*BUILDING)
        with pytest.raises(ValidationError) as refused:
            second.run("restart")
        assert refused.value.code == "app_busy"


class TestKilling:
    """After a kill at any point the steps that run again end in the same place, as does the undo."""

    @pytest.fixture(autouse=True)
    def _changed(self, shop, shop_file, running):
        self.spec = running(shop)
        self.operation = Operation("again")
        add_column(shop_file)
        read_anew(shop)

    def killed_at_rename(self, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        """Run the steps up to the `number`th rename of the switch (from 0), and no further."""
        self.operation.run(*BUILDING)
        renames: list[int] = []
        rename = os.rename

        def rename_or_die(*paths: Any) -> None:
            renames.append(1)
            if len(renames) > number:
                raise Killed
            rename(*paths)

        with monkeypatch.context() as patch:
            patch.setattr(replacement.os, "rename", rename_or_die)
            with pytest.raises(Killed):
                self.operation.run("restart")
        assert hosted.get_app(SLUG).pid is None
        adopt_all()  # a server starts again, and means to start what should run
        assert records.read(SLUG).next_restart_at is not None

    @pytest.mark.parametrize("number", [0, 1])
    def test_a_switch_that_was_cut_short_is_finished(self, monkeypatch, number: int):
        self.killed_at_rename(monkeypatch, number)
        self.operation.run("restart", "check")
        assert "note" in columns(served(), "customer")
        assert sibling_folders(SLUG) == [previous_folder(SLUG)]

    @pytest.mark.parametrize("number", [0, 1])
    def test_a_switch_that_was_cut_short_is_undone(self, monkeypatch, number: int):
        self.killed_at_rename(monkeypatch, number)
        for _ in range(2):
            self.operation.undo()
        hosted.start_app(SLUG)  # as the watcher does where the old one never left its place
        assert sibling_folders(SLUG) == []
        assert served() == self.spec

    def test_the_log_of_a_try_in_between_does_not_stand_in_the_way(self, monkeypatch):
        self.killed_at_rename(monkeypatch, 1)
        with pytest.raises(ProtoDDFError):
            hosted.start_app(SLUG)
        assert folder(SLUG).exists()
        records.change(SLUG, wanted_running=True)
        self.operation.run("restart", "check")
        assert "note" in columns(served(), "customer")

    def test_one_on_trial_is_put_back(self):
        self.operation.run(*BUILDING, "restart")
        assert "note" in columns(served(), "customer")
        for _ in range(2):
            self.operation.undo()
        assert served() == self.spec
        assert sibling_folders(SLUG) == []

    def test_one_that_was_accepted_stays_however_it_is_undone(self, monkeypatch):
        def die(*_: object) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(replacement, "accept", die)
            with pytest.raises(Killed):
                self.operation.run(*STEPS)
        self.operation.undo()
        assert "note" in columns(served(), "customer")
        assert AppSpec.model_validate(records.read(SLUG).spec) == served()
        assert sibling_folders(SLUG) == [previous_folder(SLUG)]

    def test_each_step_may_run_twice(self):
        self.operation.run(*(name for name in STEPS for _ in range(2)))
        assert "note" in columns(served(), "customer")
        assert sibling_folders(SLUG) == [previous_folder(SLUG)]

    def test_what_another_operation_removed_is_made_again(self):
        self.operation.run(*BUILDING)
        replacement.discard_unfinished(SLUG)
        self.operation.run("restart", "check")
        assert "note" in columns(served(), "customer")
