"""Regenerating an app successfully."""

import sqlite3
from contextlib import closing

from proto_ddf.generator.planning import plan_edit
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.hosting.launch import folder, previous_folder, sibling_folders
from proto_ddf.settings import get_settings
from tests.integration.operations.kinds.regenerate.driving import (
    SLUG,
    STEPS,
    add_column,
    columns,
    refresh_without_engine,
    regenerated,
    rows,
    served,
    source_drift,
)


class TestSucceeding:
    def test_a_new_column_is_in_the_app_which_keeps_its_address_and_edits(
        self, ended, shop, shop_file, running, builds
    ):
        spec = running(shop)
        edited = plan_edit.set_field(spec, "customer", "name", label="Full name")
        records.change(SLUG, spec=edited.model_dump(mode="json"))
        before = hosted.get_app(SLUG)
        add_column(shop_file)
        refresh_without_engine(shop)
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
        assert (folder(SLUG) / ".views.db").read_text() == "views of mine"
        assert sibling_folders(SLUG) == [previous_folder(SLUG)]
        kept = AppSpec.model_validate_json((previous_folder(SLUG) / "app.json").read_text())
        assert kept == spec
        assert not (previous_folder(SLUG) / ".web").exists()
        assert str(previous_folder(SLUG)) in done.steps[-1].log_tail[-1]

    def test_the_rows_of_a_file_are_read_again_and_the_previous_ones_are_kept(
        self, ended, folk, people_file, running
    ):
        running(folk, editing=True)
        database = folder(SLUG) / "data" / "app.db"
        with closing(sqlite3.connect(database)) as db, db:
            db.execute("UPDATE people SET name = 'Mine' WHERE id = 1")
        people_file.write_text("id,name,age\n1,Ann,7\n2,Bo,8\n3,Cy,9\n")
        refresh_without_engine(folk)
        done = regenerated(ended)
        assert (done.state, done.output["import"]) == ("succeeded", {"rows": {"people": 3}})
        assert columns(served(), "people") == ["id", "name", "age"]
        assert rows(database) == [(1, "Ann", 7), (2, "Bo", 8), (3, "Cy", 9)]
        assert rows(previous_folder(SLUG) / "data" / "app.db") == [(1, "Mine"), (2, "Bo")]

    def test_a_new_table_is_added_if_it_was_asked_for(self, ended, shop, shop_file, running):
        running(shop)
        with closing(sqlite3.connect(shop_file)) as db:
            db.execute(
                "CREATE TABLE parcel (id INTEGER PRIMARY KEY, invoice_id REFERENCES invoice)"
            )
        refresh_without_engine(shop)
        assert source_drift() == "1 table added"
        assert regenerated(ended).state == "succeeded"
        assert {table.table for table in served().tables} == {"customer", "invoice"}
        assert source_drift() == ""
        assert regenerated(ended, "parcel").state == "succeeded"
        assert [table.table for table in served().tables] == ["customer", "invoice", "parcel"]

    def test_a_stopped_app_stays_stopped(self, ended, shop, shop_file, running):
        running(shop, start=False)
        add_column(shop_file)
        refresh_without_engine(shop)
        done = regenerated(ended)
        assert done.state == "succeeded"
        assert done.steps[-2].message == "It is stopped, and stays so"
        assert hosted.get_app(SLUG).pid is None
        hosted.start_app(SLUG)
        assert "note" in columns(served(), "customer")

    def test_deleting_the_app_removes_its_previous_version_too(
        self, ended, shop, shop_file, running
    ):
        running(shop)
        add_column(shop_file)
        refresh_without_engine(shop)
        regenerated(ended)
        hosted.remove_app(SLUG)
        assert list(get_settings().apps_folder.iterdir()) == []
