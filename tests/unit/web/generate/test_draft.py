"""The draft of the generate form in the browser's storage, which may have any content."""

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.spec import AppSpec
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, SourceSchema, TableInfo
from proto_ddf.web.generate.draft import (
    GenerateDraft,
    TableChoice,
    dump_draft,
    dump_plan,
    load_draft,
    load_plan,
)
from proto_ddf.web.sources.connect.draft import dump_draft as dump_connect_draft
from proto_ddf.web.sources.connect.draft import empty_draft
from proto_ddf.web.sources.connect.draft import load_draft as load_connect_draft

SERVER_LIMIT = 1_000_000


def plan_of(tables: int, columns: int) -> AppSpec:
    schema = SourceSchema(
        tables=[
            TableInfo(
                name=f"table_{t}",
                row_count=5,
                columns=[
                    ColumnInfo(name=f"column_{c}", type=ColumnType.TEXT, primary_key=c == 0)
                    for c in range(columns)
                ],
                primary_key=["column_0"],
            )
            for t in range(tables)
        ]
    )
    return plan_app(schema, name="Large", allow_editing=False, imported=False)


@given(st.text(), st.text(max_size=2000), st.booleans())
def test_a_draft_comes_back_as_it_was(name: str, description: str, editing: bool) -> None:
    draft = GenerateDraft(
        source_id="s1",
        tables=[TableChoice(name=name, row_count=3, chosen=editing)],
        name=name,
        description=description,
        allow_editing=editing,
        accent_color="orange",
    )
    assert load_draft(dump_draft(draft)) == draft


def test_a_large_plan_comes_back_and_fits_into_the_message_that_connects() -> None:
    plan = plan_of(200, 30)
    text = dump_plan(plan)
    assert load_plan(text) == plan
    assert len(text) < SERVER_LIMIT / 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        '{"tables": 3}',
        '{"accent_color": "</style>"}',
        '{"tables": [{"name": "a"}]}',
        "<reflex.Var>1</reflex.Var>",
    ],
)
def test_what_is_no_draft_is_none(text: str) -> None:
    assert load_draft(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "é",
        "AAAA",
        base64.b64encode(zlib.compress(b"{}")).decode(),
        base64.b64encode(zlib.compress(b'{"name": "' + b"x" * 30_000_000)).decode(),
    ],
)
def test_what_is_no_plan_is_none(text: str) -> None:
    assert load_plan(text) is None


def test_texts_that_would_keep_the_page_from_connecting_are_not_kept() -> None:
    """The browser sends its storage when it connects: with more than 1 MB it could not connect any more."""
    assert dump_draft(GenerateDraft(description="x" * SERVER_LIMIT)) == ""
    draft = empty_draft()
    keys = list(draft.values)
    for key in keys[2:]:
        draft.values[key] = "😀" * 20_000
    draft.values[keys[0]], draft.values[keys[1]] = "x" * SERVER_LIMIT, "short"
    text = dump_connect_draft(draft)
    assert len(json.dumps(text)) < SERVER_LIMIT / 5
    assert load_connect_draft(text).values[keys[1]] == "short"
    draft.name = "x" * SERVER_LIMIT
    assert dump_connect_draft(draft) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"typed": 3},
        {"typed": ["sqlite-path", "nothing"]},
        {"form_round": "x"},
        {"form_round": None},
    ],
)
def test_a_connect_draft_from_elsewhere_has_no_strange_controls(change: dict[str, object]) -> None:
    held = json.loads(dump_connect_draft(empty_draft())) | change
    draft = load_connect_draft(json.dumps(held))
    assert (draft.typed, draft.form_round) == ([], 0)
