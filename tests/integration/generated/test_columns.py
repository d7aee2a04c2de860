"""Which columns a list shows: the browser keeps the choice, so it may hold anything."""

import pytest
from reflex.state import State

USUAL = ["id", "code", "parent_id", "made", "seen", "woken", "price", "ratio"]


@pytest.fixture
def things(awkward):
    """The state of the list of things, as one browser tab has it."""
    page = getattr(awkward, "pages.things")
    root = State(_reflex_internal_init=True)
    return root.get_substate(page.ThingsList.get_full_name().split("."))


def call(state, name, *values):
    return type(state).event_handlers[name].fn(state, *values)


def test_a_wide_table_starts_with_its_first_columns(things):
    assert things.columns == USUAL
    assert len(things.view.visible_fields) == 12


def test_a_column_is_added_in_its_place_and_left_out(things):
    call(things, "show_column", "story", True)
    call(things, "show_column", "size", True)
    assert things.columns == [*USUAL, "size", "story"]
    call(things, "show_column", "code", False)
    assert things.columns == [*[name for name in USUAL if name != "code"], "size", "story"]


def test_the_last_column_stays(things):
    things.chosen_columns = "made"
    call(things, "show_column", "made", False)
    assert things.columns == ["made"]
    assert things.columns_version == 1


@pytest.mark.parametrize("kept", ["", ",", "gone,also gone", "<script>", "made" * 1000])
def test_a_choice_that_names_no_column_is_no_choice(things, kept):
    things.chosen_columns = kept
    assert things.columns == USUAL


def test_a_column_that_is_gone_does_not_take_the_others_with_it(things):
    things.chosen_columns = "gone,story,made"
    assert things.columns == ["made", "story"]


@pytest.mark.parametrize("name", ["no such column", "picture"])
def test_what_is_hidden_or_unknown_cannot_be_shown(things, name):
    call(things, "show_column", name, True)
    assert things.columns == USUAL


def test_all_columns_and_back(things):
    call(things, "show_all_columns")
    assert things.columns == [field.name for field in things.view.visible_fields]
    call(things, "show_usual_columns")
    assert things.columns == USUAL
    assert things.chosen_columns == ""


def test_no_list_is_in_the_order_of_a_column_that_is_left_out(things):
    things.sort, things.descending = "made", True
    assert call(things, "show_column", "code", False) is None
    assert things.sort == "made"
    assert call(things, "show_column", "made", False) is type(things).reload
    assert (things.sort, things.descending) == ("", False)


def test_related_rows_show_the_usual_columns(awkward):
    values = awkward.data.fetch_row(awkward.view("codes"), ("new",))
    (block,) = awkward.relations.related_rows(awkward.view("codes"), values)
    by_name = awkward.view("things").by_name
    expected = [by_name[name].label for name in USUAL if name != "code"]
    assert [heading.label for heading in block.headings] == expected
    assert {len(row.cells) for row in block.rows} == {len(expected)}
