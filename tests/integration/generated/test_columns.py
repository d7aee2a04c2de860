"""The columns that a list shows. The browser stores the choice, so what it sends may be anything."""

import pytest
from reflex.state import State

USUAL = ["id", "code", "parent_id", "made", "seen", "woken", "price", "ratio"]


@pytest.fixture
def things(awkward):
    """The state of the list of things, as a browser tab has it."""
    page = getattr(awkward, "pages.things")
    root = State(_reflex_internal_init=True)
    return root.get_substate(page.ThingsList.get_full_name().split("."))


def call(state, name, *values):
    return type(state).event_handlers[name].fn(state, *values)


def test_a_wide_table_starts_with_its_first_columns(things):
    assert things.columns == USUAL
    assert len(things.view.visible_fields) == 12


def test_a_column_is_shown_in_its_place_and_hidden(things):
    call(things, "show_column", "story", True)
    call(things, "show_column", "size", True)
    assert things.columns == [*USUAL, "size", "story"]
    call(things, "show_column", "code", False)
    assert things.columns == [*[name for name in USUAL if name != "code"], "size", "story"]


def test_the_last_column_cannot_be_hidden(things):
    things.chosen_columns = "made"
    call(things, "show_column", "made", False)
    assert things.columns == ["made"]
    assert things.columns_version == 1


@pytest.mark.parametrize("kept", ["", ",", "gone,also gone", "<script>", "made" * 1000])
def test_a_choice_that_names_no_column_is_ignored(things, kept):
    things.chosen_columns = kept
    assert things.columns == USUAL


def test_a_column_that_no_longer_exists_does_not_hide_the_others(things):
    things.chosen_columns = "gone,story,made"
    assert things.columns == ["made", "story"]


@pytest.mark.parametrize("name", ["no such column", "picture"])
def test_a_hidden_or_unknown_field_cannot_be_shown(things, name):
    call(things, "show_column", name, True)
    assert things.columns == USUAL


def test_all_columns_are_shown_and_the_usual_ones_again(things):
    call(things, "show_all_columns")
    assert things.columns == [field.name for field in things.view.visible_fields]
    call(things, "show_usual_columns")
    assert things.columns == USUAL
    assert things.chosen_columns == ""


def test_no_list_is_sorted_by_a_column_that_is_hidden(things):
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
