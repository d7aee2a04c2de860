"""The columns that a list shows, and their order. The browser stores the choice, so what it sends may be anything."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reflex.state import State

USUAL = ["id", "parent_id", "code", "made", "seen", "price", "ok", "woken"]
OTHERS = ["ratio", "size", "details", "story"]
"""Of a column that is not shown at first, its place is after the others, in the order of the table."""
NAMES = [*USUAL, *OTHERS]


def opened_tab(app):
    """The state of the list of things, as a browser tab has it."""
    page = getattr(app, "pages.things")
    root = State(_reflex_internal_init=True)
    return root.get_substate(page.ThingsList.get_full_name().split("."))


@pytest.fixture
def things(awkward):
    return opened_tab(awkward)


def call(state, name, *values):
    return type(state).event_handlers[name].fn(state, *values)


def test_a_wide_table_starts_with_the_columns_of_its_plan(things):
    assert things.columns == USUAL
    assert sorted(NAMES) == sorted(field.name for field in things.view.visible_fields)


def test_a_column_is_shown_in_its_place_and_hidden(things):
    call(things, "show_column", "story", True)
    call(things, "show_column", "size", True)
    assert things.columns == [*USUAL, "size", "story"]
    call(things, "show_column", "code", False)
    assert things.columns == [*[name for name in USUAL if name != "code"], "size", "story"]
    call(things, "show_column", "code", True)
    assert things.columns == [*USUAL, "size", "story"]


def test_the_last_column_cannot_be_hidden(things):
    things.chosen_columns = "made"
    call(things, "show_column", "made", False)
    assert things.columns == ["made"]
    assert things.columns_version == 1


@pytest.mark.parametrize(
    "kept", ["", ",", "gone,also gone", "<script>", "made" * 1000, "-made,-id"]
)
def test_a_choice_that_shows_no_column_is_ignored(things, kept):
    things.chosen_columns = kept
    assert things.columns == USUAL


def test_a_column_that_no_longer_exists_does_not_hide_the_others(things):
    things.chosen_columns = "gone,story,made"
    assert things.columns == ["story", "made"]


@pytest.mark.parametrize("name", ["no such column", "picture"])
def test_a_hidden_or_unknown_field_cannot_be_shown_or_moved(things, name):
    call(things, "show_column", name, True)
    call(things, "move_column", name, -1)
    assert things.columns == USUAL


def test_all_columns_are_shown_and_the_usual_ones_again(things):
    call(things, "show_all_columns")
    assert things.columns == NAMES
    call(things, "show_usual_columns")
    assert things.columns == USUAL
    assert things.chosen_columns == ""


def test_no_list_is_sorted_by_a_column_that_is_hidden(things):
    things.sort, things.descending = "made", True
    call(things, "show_column", "code", False)
    assert things.sort == "made"
    assert call(things, "show_column", "made", False)[0] is type(things).reload
    assert (things.sort, things.descending) == ("", False)


STEPS = st.one_of(
    st.tuples(st.just("show_column"), st.sampled_from(NAMES), st.booleans()),
    st.tuples(st.just("move_column"), st.sampled_from(NAMES), st.sampled_from([-1, 1])),
    st.tuples(st.just("show_all_columns")),
)


def test_any_choice_is_the_same_for_another_tab_and_at_the_address(awkward):
    @settings(max_examples=50, deadline=None)
    @given(st.lists(STEPS, max_size=12))
    def holds(steps):
        check_choice(awkward, steps)

    holds()


def check_choice(awkward, steps):
    """Compare the list with the names that each step changes."""
    tab = opened_tab(awkward)
    order, shown = list(NAMES), set(USUAL)
    for name, *sent in steps:
        call(tab, name, *sent)
        if name == "show_all_columns":
            shown = set(NAMES)
        elif name == "move_column":
            place = order.index(sent[0])
            order.remove(sent[0])
            order.insert(max(0, place + sent[1]), sent[0])
        elif sent[1]:
            shown.add(sent[0])
        elif shown != {sent[0]}:
            shown.discard(sent[0])
        assert tab.columns == [each for each in order if each in shown]
        assert [tab.view.visible_fields[at].name for at in tab.shown_places] == tab.columns
        assert [tab.view.visible_fields[at].name for at in tab.all_places] == order
    another = opened_tab(awkward)
    another.chosen_columns = tab.chosen_columns
    assert another.columns == tab.columns
    asked = awkward.list_addresses.ListAddress.read(
        tab.view, tab._shown_address().partition("?")[2]
    )
    assert list(asked.columns or USUAL) == tab.columns


def test_related_rows_show_the_usual_columns(awkward):
    values = awkward.data.fetch_row(awkward.view("codes"), ("new",))
    (block,) = awkward.related_rows(awkward.view("codes"), values)
    by_name = awkward.view("things").by_name
    expected = {by_name[name].label for name in USUAL if name != "code"}
    assert {heading.label for heading in block.headings} == expected
    assert {len(row.cells) for row in block.rows} == {len(expected)}
