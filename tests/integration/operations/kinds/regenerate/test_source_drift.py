"""What a changed source means for its apps."""

import sqlite3
from contextlib import closing

from proto_ddf.operations.kinds.source_inputs import (
    DeleteSourceInput,
    RefreshSourceInput,
    TypeColumnInput,
)
from proto_ddf.sources.connected import store
from proto_ddf.sources.schema.column_types import ChosenType
from tests.integration.operations.kinds.regenerate.driving import add_column, refresh, source_drift
from tests.operation_steps import run_steps, steps_up_to_last


class TestSourceDrift:
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
        assert source_drift() == "1 column added"

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
        assert source_drift() == "1 column added"

    def test_a_save_that_was_cut_short_finds_the_same_again(self, shop, shop_file):
        add_column(shop_file)
        given = RefreshSourceInput(source_id=shop.id)
        save = steps_up_to_last("refresh_source", given, "operation")
        outputs = [save() for _ in range(2)]
        assert outputs[0] == outputs[1] == {"source_id": shop.id, "news": "1 column added"}

    def test_what_is_undone_in_the_source_is_no_drift(self, ended, shop, shop_file, running):
        running(shop, start=False)
        add_column(shop_file)
        refresh(ended, shop)
        with closing(sqlite3.connect(shop_file)) as db:
            db.execute("ALTER TABLE customer DROP COLUMN note")
        refresh(ended, shop)
        assert source_drift() == ""

    def test_a_deleted_source_leaves_no_drift(self, ended, folk, people_file, running):
        running(folk, start=False)
        people_file.write_text("id,name,age\n1,Ann,7\n2,Bo,8\n")
        refresh(ended, folk)
        assert source_drift() == "1 column added"
        assert ended("delete_source", DeleteSourceInput(source_id=folk.id)).state == "succeeded"
        assert source_drift() == ""

    def test_a_type_chosen_by_hand_is_drift_too(self, folk, running):
        running(folk, start=False)
        given = TypeColumnInput(
            source_id=folk.id, table="people", column="name", type=ChosenType.TEXT
        )
        run_steps("type_column", given, "same")
        assert source_drift() == ""
        given.column = "id"
        run_steps("type_column", given, "other")
        assert source_drift() == "1 column changed"
