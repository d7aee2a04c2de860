"""The config that the connect form's values make, and its draft."""

from dataclasses import replace

import pytest

from proto_ddf.sources.registry import KINDS
from proto_ddf.web.sources.connect.draft import (
    UploadedFile,
    draft_config,
    dump_draft,
    empty_draft,
    field_key,
    load_draft,
    suggest_name,
)

PATH = field_key("sqlite", "path")
PATHS = field_key("csv", "paths")
PEOPLE = UploadedFile("/up/1/people.csv", "people.csv", 20)
VISITS = UploadedFile("/up/2/visits.csv", "visits.csv", 30)


def test_every_field_of_every_kind_has_a_place_in_an_empty_draft() -> None:
    draft = empty_draft()
    keys = {field_key(kind.name, field.name) for kind in KINDS.values() for field in kind.form}
    assert set(draft.values) == keys
    assert draft.kind in KINDS


def test_a_typed_path_is_trimmed_and_becomes_the_config() -> None:
    draft = empty_draft()
    draft.kind = "sqlite"
    draft.values[PATH] = "  /data/shop.db "
    assert draft_config(draft) == {"path": "/data/shop.db"}


def test_an_uploaded_file_comes_before_a_typed_path() -> None:
    draft = empty_draft()
    draft.kind = "sqlite"
    draft.values[PATH] = "/data/shop.db"
    draft.files[PATH] = [UploadedFile("/up/1/other.db", "other.db", 1)]
    assert draft_config(draft) == {"path": "/up/1/other.db"}


def test_uploads_and_typed_paths_make_one_list_where_several_files_are_taken() -> None:
    draft = empty_draft()
    draft.kind = "csv"
    draft.files[PATHS] = [PEOPLE, VISITS]
    draft.values[PATHS] = "\n /data/more.csv \n\n"
    assert draft_config(draft) == {
        "paths": ["/up/1/people.csv", "/up/2/visits.csv", "/data/more.csv"],
        "encoding": "auto",
    }


def test_fields_left_empty_are_left_out_of_the_config() -> None:
    for kind in KINDS:
        draft = replace(empty_draft(), kind=kind)
        assert not {"", None} & set(map(str, draft_config(draft).values()))
        assert "path" not in draft_config(draft)
        assert "paths" not in draft_config(draft)


def test_a_draft_survives_the_browser_storage() -> None:
    draft = empty_draft()
    draft.kind, draft.name, draft.operation_id = "csv", "Übersicht 🚲", "abc"
    draft.files[PATHS] = [PEOPLE]
    draft.values[PATH] = "/data/shop.db"
    assert load_draft(dump_draft(draft)) == draft


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        '"text"',
        '{"kind": "sqlite"}',
        '{"kind": [], "name": 1, "operation_id": "", "source_id": "", "values": {}, "files": {}}',
        '{"kind": "sqlite", "name": "", "operation_id": "", "source_id": "", "values": [], "files": {}}',
        '{"kind": "sqlite", "name": "", "operation_id": "", "source_id": "", "values": {}, "files": {"csv-paths": [1]}}',
    ],
)
def test_a_spoilt_draft_is_an_empty_form(text: str) -> None:
    assert load_draft(text) == empty_draft()


def test_fields_and_kinds_that_no_longer_exist_are_dropped_from_a_draft() -> None:
    draft = empty_draft()
    draft.name = "Shop"
    text = dump_draft(replace(draft, kind="gone", values={**draft.values, "gone-x": "1"}))
    assert load_draft(text) == draft


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("sample_shop.db", "Sample shop"),
        ("order-items.csv", "Order items"),
        ("FLIGHTS.csv", "FLIGHTS"),
        ("école.csv", "École"),
        ("", ""),
    ],
)
def test_a_file_suggests_a_name(filename: str, name: str) -> None:
    assert suggest_name(filename) == name
