"""Operations on apps with real files, up to the install; the browser tests run the other steps."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from proto_ddf import errors
from proto_ddf.errors import IntegrationError, ValidationError
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.hosting.builds import frontend
from proto_ddf.hosting.ports import PORT_REGISTRY
from proto_ddf.operations import disk_space, service
from proto_ddf.operations.kinds.apps import AppInput, GenerateAppInput
from proto_ddf.operations.model import JSON, KINDS, StepContext, UndoContext
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from proto_ddf.sources.connected.store import SourceView
from tests.ports import free_ports, port_range


@pytest.fixture(autouse=True)
def _ports(prepared_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in port_range(free_ports(10)).items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()


def planned(source: SourceView, name: str = "My app", editing: bool = False) -> GenerateAppInput:
    spec = plan_app(
        source.schema,
        name=name,
        tables=None,
        allow_editing=editing,
        imported=source.kind == "csv",
        source=None,
    )
    return GenerateAppInput(source_id=source.id, spec=spec)


def run(given: GenerateAppInput, *steps: str, operation: str = "first") -> JSON:
    """Runs steps of a generation without an engine; returns the output of the last one."""
    by_name = {step.name: step for step in KINDS["generate_app"].steps_for(given)}
    outputs = [by_name[name].run(StepContext(operation, given)) for name in steps]
    return outputs[-1]


def folder(given: GenerateAppInput) -> Path:
    return get_settings().apps_folder / given.spec.slug


def undo(given: GenerateAppInput, operation: str = "first") -> None:
    kind = KINDS["generate_app"]
    assert kind.undo is not None
    kind.undo(UndoContext(operation, given, {}))


def test_only_files_are_imported(shop: SourceView, people: SourceView) -> None:
    names = [[s.name for s in KINDS["generate_app"].steps_for(planned(s))] for s in (shop, people)]
    whole = ["validate", "reserve_ports", "render", "import", "install", "build", "start", "check"]
    assert names == [[name for name in whole if name != "import"], whole]


class TestValidate:
    def test_the_app_is_recorded_with_its_operation(self, shop: SourceView) -> None:
        given = planned(shop)
        run(given, "validate", "validate")
        [app] = hosted.list_apps()
        assert (app.slug, app.operation_id, app.source_id) == ("my_app", "first", shop.id)

    def test_too_little_disk_space_is_reported_and_nothing_is_made(
        self, shop: SourceView, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(disk_space, "MINIMUM_FREE_BYTES", 2**60)
        with pytest.raises(errors.SystemError) as refused:
            run(planned(shop), "validate")
        assert refused.value.code == "disk_space_low"
        assert hosted.list_apps() == []

    def test_a_table_that_no_longer_exists_is_named(
        self, shop: SourceView, shop_file: Path
    ) -> None:
        with closing(sqlite3.connect(shop_file)) as db:
            db.execute("DROP TABLE invoice")
        with pytest.raises(IntegrationError) as refused:
            run(planned(shop), "validate")
        assert refused.value.code == "source_changed"
        assert "invoice" in refused.value.message
        assert hosted.list_apps() == []

    def test_a_missing_file_is_reported(self, shop: SourceView, shop_file: Path) -> None:
        shop_file.unlink()
        with pytest.raises((IntegrationError, ValidationError)) as refused:
            run(planned(shop), "validate")
        assert refused.value.code in ("source_gone", "file_not_found")

    def test_a_deleted_source_is_reported(self, shop: SourceView) -> None:
        store.delete_source(shop.id)
        with pytest.raises(ValidationError) as refused:
            run(planned(shop), "validate")
        assert refused.value.code == "source_required"

    def test_editing_needs_a_source_that_can_be_written(
        self, shop: SourceView, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        may = os.access
        monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and may(path, mode))
        with pytest.raises(IntegrationError) as refused:
            run(planned(shop, editing=True), "validate")
        assert refused.value.code == "sqlite_read_only"
        run(planned(shop), "validate")

    def test_an_app_with_its_own_copy_of_the_data_may_be_edited_whatever_the_source_allows(
        self, people: SourceView, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
        run(planned(people, editing=True), "validate")
        assert hosted.list_apps()[0].allow_editing

    def test_a_name_that_another_operation_has_reserved_is_refused(self, shop: SourceView) -> None:
        run(planned(shop), "validate")
        with pytest.raises(ValidationError) as refused:
            run(planned(shop, "my-APP"), "validate", operation="second")
        assert (refused.value.code, refused.value.field) == ("project_name_taken", "name")
        assert [app.operation_id for app in hosted.list_apps()] == ["first"]

    def test_a_name_that_cannot_be_a_package_is_refused(self, shop: SourceView) -> None:
        given = planned(shop)
        given.spec.name = "../../up"
        with pytest.raises(ValidationError) as refused:
            run(given, "validate")
        assert refused.value.code == "invalid_characters"

    def test_a_package_that_does_not_match_the_name_is_refused(self, shop: SourceView) -> None:
        given = planned(shop)
        given.spec.slug = ".."
        with pytest.raises(ValidationError):
            run(given, "validate")
        assert hosted.list_apps() == []


class TestPorts:
    def test_reserving_twice_gives_the_same_pair(self, shop: SourceView) -> None:
        given = planned(shop)
        first = run(given, "validate", "reserve_ports")
        assert run(given, "reserve_ports") == first
        [app] = hosted.list_apps()
        assert first == {"frontend": app.frontend_port, "backend": app.backend_port}
        assert app.address == f"http://127.0.0.1:{app.frontend_port}"


class TestCode:
    def test_rendering_twice_gives_the_same_app_and_keeps_its_data(self, shop: SourceView) -> None:
        given = planned(shop)
        run(given, "validate", "reserve_ports", "render")
        kept = folder(given) / "data" / "kept.txt"
        kept.parent.mkdir(exist_ok=True)
        kept.write_text("mine")
        before = {path: path.read_bytes() for path in folder(given).rglob("*.py")}
        run(given, "render")
        assert {path: path.read_bytes() for path in folder(given).rglob("*.py")} == before
        assert before
        assert kept.read_text() == "mine"
        assert AppSpec.model_validate_json((folder(given) / "app.json").read_text()) == given.spec

    def test_importing_twice_gives_the_same_rows(self, people: SourceView) -> None:
        given = planned(people)
        assert run(given, "validate", "render", "import", "import") == {"rows": {"people": 2}}
        with closing(sqlite3.connect(folder(given) / "data" / "app.db")) as db:
            assert db.execute("SELECT name FROM people ORDER BY id").fetchall() == [
                ("Ann",),
                ("Bo",),
            ]


class TestUndo:
    def test_everything_that_the_operation_made_is_removed(self, people: SourceView) -> None:
        given = planned(people)
        run(given, "validate", "reserve_ports", "render", "import")
        for _ in range(2):
            undo(given)
        assert hosted.list_apps() == []
        assert PORT_REGISTRY.get("my_app") is None
        assert not folder(given).exists()
        assert store.list_sources() != []

    def test_an_app_of_the_same_name_made_by_another_operation_stays(
        self, shop: SourceView
    ) -> None:
        given = planned(shop)
        run(given, "validate", "reserve_ports", "render")
        undo(given, operation="second")
        assert [app.slug for app in hosted.list_apps()] == ["my_app"]
        assert PORT_REGISTRY.get("my_app") is not None
        assert folder(given).exists()

    def test_a_failed_generation_can_be_cancelled_and_its_name_is_free_again(
        self, workshop, shop: SourceView, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise errors.SystemError("no network", component="install", code="install_failed")

        monkeypatch.setattr(frontend, "install", broken)
        given = planned(shop)
        failed = workshop.wait(service.start("generate_app", given), "failed")
        states = [(step.name, step.state) for step in failed.steps][:5]
        assert [state for _, state in states] == ["succeeded"] * 3 + ["failed", "pending"]
        assert failed.error["retry_possible"]
        service.cancel(failed.id)
        workshop.wait_cleaned_up(failed.id)
        records.check_name_is_free(given.spec)
        assert not folder(given).exists()


class TestActing:
    @pytest.mark.parametrize("action", ["start", "stop", "restart", "delete"])
    def test_an_app_that_does_not_exist_is_reported(self, ended, action: str) -> None:
        done = ended(f"{action}_app", AppInput(slug="nothing"))
        assert (done.state, done.error["code"]) == ("failed", "app_unknown")
        assert "nothing" in done.error["message"]
        assert not done.error["retry_possible"]

    @pytest.mark.parametrize("action", ["start", "stop", "restart", "delete"])
    @pytest.mark.parametrize("slug", ["..", "", ".", "../apps", "/tmp"])
    def test_an_invalid_slug_touches_no_folder(self, action: str, slug: str) -> None:
        precious = get_settings().apps_folder / "shop" / "data.db"
        precious.parent.mkdir()
        precious.touch()
        context = StepContext("operation", AppInput(slug=slug))
        for step in KINDS[f"{action}_app"].steps_for(context.input):
            with pytest.raises(ValidationError):
                step.run(context)
        assert precious.exists()

    def test_an_app_that_never_started_can_be_deleted(self, ended, shop: SourceView) -> None:
        given = planned(shop)
        run(given, "validate", "reserve_ports", "render")
        done = ended("delete_app", AppInput(slug="my_app"))
        assert (done.title, done.state) == ("Delete My app", "succeeded")
        assert hosted.list_apps() == []
        assert PORT_REGISTRY.get("my_app") is None
        assert not folder(given).exists()

    def test_an_interrupted_removal_is_finished_by_its_second_run(self, shop: SourceView) -> None:
        given = planned(shop)
        run(given, "validate", "reserve_ports", "render")
        context = StepContext("operation", AppInput(slug="my_app"))
        remove = KINDS["delete_app"].steps_for(context.input)[-1]
        for _ in range(2):
            remove.run(context)
        assert hosted.list_apps() == []

    def test_an_app_without_ports_cannot_start(self, ended, shop: SourceView) -> None:
        run(planned(shop), "validate")
        done = ended("start_app", AppInput(slug="my_app"))
        assert (done.state, done.error["code"]) == ("failed", "app_start_failed")
