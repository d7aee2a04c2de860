"""Operations on sources, with a real engine and real files."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from proto_ddf.db.engine import session
from proto_ddf.db.tables import AppRecord
from proto_ddf.errors import ValidationError
from proto_ddf.operations import service
from proto_ddf.operations.kinds.source_inputs import (
    ConnectSourceInput,
    DeleteSourceInput,
    RefreshSourceInput,
    TestSourceInput,
    TypeColumnInput,
)
from proto_ddf.operations.model import KINDS, StepContext
from proto_ddf.sources.connected import store
from proto_ddf.sources.files import duckdb_session
from proto_ddf.sources.files.cache import raw_tables
from proto_ddf.sources.files.csv.kind import CSV
from proto_ddf.sources.files.uploads import upload_path
from proto_ddf.sources.protocol import PageRequest
from proto_ddf.sources.schema.column_types import ChosenType
from tests.operation_steps import run_steps, steps_up_to_last


def used_by_app(source_id: str, *, imported: bool = False) -> None:
    with session() as db:
        record = AppRecord(slug="little", name="Little app", source_id=source_id)
        record.spec = {"imported": imported}
        db.add(record)
        db.commit()


def copies() -> list[Path]:
    return list(duckdb_session.cache_folder().glob("*-*"))


class TestTest:
    def test_each_stage_of_a_sqlite_file_says_what_it_found(self, ended, shop_file):
        done = ended("test_source", TestSourceInput(kind="sqlite", config={"path": str(shop_file)}))
        assert [step.name for step in done.steps] == ["find_file", "open", "read_tables"]
        assert done.state == "succeeded"
        assert done.output["read_tables"] == {"finding": "2 tables, 5 rows"}
        assert all(done.output[step.name]["finding"] == step.message for step in done.steps)
        assert store.list_sources() == []

    def test_each_stage_of_csv_files_says_what_it_found(self, ended, people_file):
        done = ended(
            "test_source", TestSourceInput(kind="csv", config={"paths": [str(people_file)]})
        )
        assert done.state == "succeeded"
        assert [bool(step.message) for step in done.steps] == [True] * len(done.steps)

    def test_a_stage_that_fails_says_why_and_later_stages_do_not_run(self, ended, shop_file):
        shop_file.write_bytes(b"no database" * 100)
        done = ended("test_source", TestSourceInput(kind="sqlite", config={"path": str(shop_file)}))
        assert [step.state for step in done.steps] == ["succeeded", "failed", "pending"]
        assert done.error["code"] == "sqlite_not_a_database"

    def test_a_file_that_comes_back_is_found_by_try_again(self, ended, workshop, shop_file):
        away = shop_file.rename(shop_file.with_name("away.db"))
        done = ended("test_source", TestSourceInput(kind="sqlite", config={"path": str(shop_file)}))
        assert done.error["retry_possible"]
        away.rename(shop_file)
        service.retry(done.id)
        assert workshop.wait(done.id, "succeeded", "failed").state == "succeeded"

    @pytest.mark.parametrize(
        ("kind", "config", "field"),
        [
            ("sqlite", {"path": "/etc/passwd"}, "path"),
            ("sqlite", {}, "path"),
            ("sqlite", {"path": "a.db", "mode": "rw"}, "mode"),
            ("csv", {"paths": []}, "paths"),
        ],
    )
    def test_an_invalid_config_is_refused_before_anything_is_recorded(
        self, workshop, kind, config, field
    ):
        with pytest.raises(ValidationError) as refused:
            service.start("test_source", TestSourceInput(kind=kind, config=config))
        assert refused.value.field == field
        assert service.recent() == []


class TestConnect:
    def test_a_sqlite_file_becomes_a_source_with_its_keys(self, ended, shop_file):
        config = {"path": str(shop_file)}
        done = ended(
            "connect_source", ConnectSourceInput(name=" Shop ", kind="sqlite", config=config)
        )
        [source] = store.list_sources()
        assert done.output["save"] == {"source_id": source.id, "news": ""}
        assert source.name == "Shop"
        assert source.schema.table("invoice").foreign_keys[0].target_table == "customer"

    def test_csv_files_become_one_source_with_suggested_relations(self, ended, people_file):
        visits = upload_path("visits.csv")
        visits.write_text("visit,people_id\n1,1\n2,2\n3,2\n")
        config = {"paths": [str(people_file), str(visits)]}
        done = ended("connect_source", ConnectSourceInput(name="Visits", kind="csv", config=config))
        assert done.state == "succeeded"
        [source] = store.list_sources()
        [relation] = source.schema.table("visits").foreign_keys
        assert (relation.columns, relation.target_table) == (("people_id",), "people")
        assert relation.suggested

    def test_a_name_that_is_taken_meanwhile_is_reported_at_the_name(self, ended, shop, shop_file):
        given = ConnectSourceInput(name="SHOP", kind="sqlite", config={"path": str(shop_file)})
        done = ended("connect_source", given)
        assert (done.error["code"], done.error["field"]) == ("source_name_taken", "name")
        assert [source.id for source in store.list_sources()] == [shop.id]

    def test_saving_twice_makes_one_source(self, shop_file):
        given = ConnectSourceInput(name="Shop", kind="sqlite", config={"path": str(shop_file)})
        save = steps_up_to_last("connect_source", given, "operation")
        assert save() == save()
        assert len(store.list_sources()) == 1

    def test_a_source_is_changed_in_place(self, ended, shop, people_file):
        given = ConnectSourceInput(
            name="People", kind="csv", config={"paths": [str(people_file)]}, source_id=shop.id
        )
        assert ended("connect_source", given).title == "Change People"
        [source] = store.list_sources()
        assert (source.id, source.name, source.kind) == (shop.id, "People", "csv")

    def test_changing_a_source_that_was_deleted_does_not_bring_it_back(self, ended, shop):
        store.delete_source(shop.id)
        given = ConnectSourceInput(
            name="Shop", kind="sqlite", config=shop.config, source_id=shop.id
        )
        assert ended("connect_source", given).error["code"] == "source_required"
        assert store.list_sources() == []


class TestRefresh:
    def test_new_tables_are_seen(self, ended, shop, shop_file):
        with closing(sqlite3.connect(shop_file)) as db:
            db.execute("CREATE TABLE product (id INTEGER PRIMARY KEY)")
        assert ended("refresh_source", RefreshSourceInput(source_id=shop.id)).state == "succeeded"
        schema = store.get_source(shop.id).schema
        assert {table.name for table in schema.tables} == {"customer", "invoice", "product"}

    def test_a_new_name_given_meanwhile_stays(self, shop):
        given = RefreshSourceInput(source_id=shop.id)
        save = steps_up_to_last("refresh_source", given, "operation")
        store.rename_source(shop.id, "Other")
        save()
        assert store.get_source(shop.id).name == "Other"

    def test_a_source_deleted_meanwhile_stays_deleted(self, shop):
        given = RefreshSourceInput(source_id=shop.id)
        save = steps_up_to_last("refresh_source", given, "operation")
        store.delete_source(shop.id)
        with pytest.raises(ValidationError):
            save()
        assert store.list_sources() == []

    def test_a_schema_read_before_the_source_was_edited_is_not_saved(self, shop, shop_file):
        save = steps_up_to_last("refresh_source", RefreshSourceInput(source_id=shop.id), "first")
        other = upload_path("other.db")
        with closing(sqlite3.connect(other)) as db:
            db.execute("CREATE TABLE parcel (id INTEGER PRIMARY KEY)")
        edited = ConnectSourceInput(
            name="Shop", kind="sqlite", config={"path": str(other)}, source_id=shop.id
        )
        run_steps("connect_source", edited, "second")
        save()  # Try Again does this, for example
        assert [table.name for table in store.get_source(shop.id).schema.tables] == ["parcel"]

    def test_a_missing_file_keeps_the_schema_that_was_read(self, ended, shop, shop_file):
        shop_file.unlink()
        done = ended("refresh_source", RefreshSourceInput(source_id=shop.id))
        assert done.state == "failed"
        assert done.error["retry_possible"]
        assert store.get_source(shop.id).schema == shop.schema


class TestPatterns:
    def test_a_refresh_finds_the_files_that_match_the_pattern_now(self, ended, shared_folder):
        (shared_folder / "a.csv").write_text("id\n1\n")
        given = ConnectSourceInput(
            name="All", kind="csv", config={"paths": [str(shared_folder / "*.csv")]}
        )
        source_id = ended("connect_source", given).output["save"]["source_id"]
        (shared_folder / "b.csv").write_text("id\n2\n")
        assert ended("refresh_source", RefreshSourceInput(source_id=source_id)).state == "succeeded"
        assert [table.name for table in store.get_source(source_id).schema.tables] == ["a", "b"]


class TestTypeColumn:
    def choose(self, ended, source_id, kind, column="id"):
        given = TypeColumnInput(source_id=source_id, table="people", column=column, type=kind)
        return ended("type_column", given)

    def type_of(self, source_id, column="id"):
        return store.get_source(source_id).schema.table("people").column(column).type.value

    def test_a_chosen_type_stays_when_the_source_is_refreshed_or_edited(
        self, ended, people, people_file
    ):
        assert self.choose(ended, people.id, ChosenType.TEXT).state == "succeeded"
        assert self.type_of(people.id) == "text"
        assert store.open_source(store.get_source(people.id)).preview(
            PageRequest("people")
        ).rows == (
            ("1", "Ann"),
            ("2", "Bo"),
        )
        people_file.write_text("id,name,age\n1,Ann,5\n")
        assert ended("refresh_source", RefreshSourceInput(source_id=people.id)).state == "succeeded"
        assert self.type_of(people.id) == "text"
        edited = ConnectSourceInput(
            name="Folk", kind="csv", config={"paths": [str(people_file)]}, source_id=people.id
        )
        assert ended("connect_source", edited).state == "succeeded"
        assert (self.type_of(people.id), store.get_source(people.id).name) == ("text", "Folk")
        assert self.choose(ended, people.id, None).state == "succeeded"
        assert self.type_of(people.id) == "integer"
        assert store.get_source(people.id).config["types"] == {}

    def test_the_texts_that_mean_no_value_are_stored_with_the_type(
        self, ended, people, people_file
    ):
        people_file.write_text("id,name\n1,Ann\n-,Bo\n")
        assert ended("refresh_source", RefreshSourceInput(source_id=people.id)).state == "succeeded"
        (candidate,) = (
            store.get_source(people.id).schema.table("people").column("id").type_candidates
        )
        given = TypeColumnInput(
            source_id=people.id,
            table="people",
            column="id",
            type=candidate.type,
            empty=candidate.empty,
        )
        assert ended("type_column", given).state == "succeeded"
        edited = ConnectSourceInput(
            name="Folk", kind="csv", config={"paths": [str(people_file)]}, source_id=people.id
        )
        assert ended("connect_source", edited).state == "succeeded"
        rows = store.open_source(store.get_source(people.id)).preview(PageRequest("people")).rows
        assert rows == ((1, "Ann"), (None, "Bo"))
        assert self.choose(ended, people.id, None).state == "succeeded"
        assert self.type_of(people.id) == "text"
        assert store.get_source(people.id).config["empty"] == {}

    def test_a_type_that_does_not_fit_changes_nothing(self, ended, people):
        done = self.choose(ended, people.id, ChosenType.DATE, "name")
        assert (done.state, done.error["code"]) == ("failed", "value_not_of_type")
        assert "row 1" in done.error["message"]
        assert store.get_source(people.id) == people

    def test_a_column_that_cannot_have_a_type_is_refused(self, workshop, people, shop):
        for source_id, table, column in (
            (people.id, "people", "gone"),
            (people.id, "gone", "id"),
            (shop.id, "customer", "name"),
        ):
            given = TypeColumnInput(
                source_id=source_id, table=table, column=column, type=ChosenType.TEXT
            )
            with pytest.raises(ValidationError):
                service.start("type_column", given)


class TestDelete:
    def test_its_uploads_and_their_copies_are_deleted_too(self, ended, people, people_file):
        raw_tables(CSV, people_file)
        assert ended("delete_source", DeleteSourceInput(source_id=people.id)).state == "succeeded"
        assert store.list_sources() == []
        assert not people_file.parent.exists()
        assert copies() == []

    def test_an_upload_that_another_source_reads_stays(self, ended, people, people_file):
        other = people_file.parent / ".." / people_file.parent.name / people_file.name
        kept = store.save_source("Other", "csv", {"paths": [str(other)]}, people.schema)
        raw_tables(CSV, people_file)
        ended("delete_source", DeleteSourceInput(source_id=people.id))
        assert [source.id for source in store.list_sources()] == [kept.id]
        assert people_file.exists()
        assert len(copies()) == 1

    def test_an_uploaded_certificate_is_deleted_with_the_last_source_that_names_it(
        self, ended, people
    ):
        certificate = upload_path("ca.pem")
        certificate.write_text("PEM")
        server = {"host": "db1", "port": 5432, "database": "shop", "user": "ann"}
        config = {**server, "ca_certificate": str(certificate)}
        first, second = (
            store.save_source(name, "postgresql", config, people.schema) for name in ("A", "B")
        )
        ended("delete_source", DeleteSourceInput(source_id=first.id))
        assert certificate.exists()
        ended("delete_source", DeleteSourceInput(source_id=second.id))
        assert not certificate.exists()

    def test_a_file_of_the_user_stays_and_its_copy_is_deleted(self, ended, shared_folder):
        file = shared_folder / "people.csv"
        file.write_text("id,name\n1,Ann\n")
        config = {"paths": ["people.csv"]}
        schema = store.make_source("csv", config).read_schema()
        assert len(copies()) == 1
        source = store.save_source("People", "csv", config, schema)
        ended("delete_source", DeleteSourceInput(source_id=source.id))
        assert file.exists()
        assert copies() == []

    def test_an_interrupted_removal_is_finished_by_its_second_run(self, people, people_file):
        given = DeleteSourceInput(source_id=people.id)
        find, remove = KINDS["delete_source"].steps_for(given)
        outputs = {"find": find.run(StepContext("operation", given))}
        store.delete_source(people.id)  # killed before the files were removed
        for _ in range(2):
            remove.run(StepContext("operation", given, outputs))
        assert not people_file.exists()

    def test_the_database_that_an_app_works_on_is_not_deleted(self, ended, shop, shop_file):
        used_by_app(shop.id)
        done = ended("delete_source", DeleteSourceInput(source_id=shop.id))
        assert done.error["code"] == "source_in_use"
        assert "Little app" in done.error["message"]
        assert not done.error["retry_possible"]
        assert shop_file.exists()
        assert store.get_source(shop.id).apps == ["Little app"]

    def test_a_source_can_be_deleted_if_its_apps_have_their_own_data(
        self, ended, people, people_file
    ):
        used_by_app(people.id, imported=True)
        assert ended("delete_source", DeleteSourceInput(source_id=people.id)).state == "succeeded"
        assert not people_file.exists()

    def test_a_source_that_no_longer_exists_is_reported(self, workshop):
        with pytest.raises(ValidationError) as refused:
            service.start("delete_source", DeleteSourceInput(source_id="gone"))
        assert refused.value.code == "source_required"
