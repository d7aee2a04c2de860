"""The address of a list says what it shows: search, filters, order and columns. It can be shared, and back and forward
work. Clients may send any event and open any address."""

from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reflex.istate.data import ReflexURL
from reflex.state import State

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.one_of(
    texts,
    st.sampled_from(["a,b", "100%2C", "%", "&x=1", "#", ":from", "\udcff", "'", '"', "+", " "]),
)
NAMES = ["id", "code", "made", "price", "ok", "size", "story"]


def conditions_of(app):
    """Any condition that a person can make."""
    Condition = app.filters.Condition
    view = app.view("things")
    filled = values.filter(bool)

    def condition(name):
        shape = app.filters.shape_of(view, name)
        made = {
            "range": st.builds(lambda a, b: Condition(name, "range", a, b), filled, filled),
            "one_of": st.lists(values, min_size=1, max_size=4).map(
                lambda each: Condition(name, "one_of", values=tuple(each))
            ),
            "empty": st.just(Condition(name, "empty")),
            "filled": st.just(Condition(name, "filled")),
        }
        return st.sampled_from([*app.filters.OPERATORS[shape]]).flatmap(
            lambda operator: made.get(
                operator, filled.map(lambda value: Condition(name, operator, value))
            )
        )

    return st.sampled_from(NAMES).flatmap(condition)


def test_what_a_list_shows_is_read_from_the_address_that_was_written(awkward):
    ListAddress = awkward.list_addresses.ListAddress
    view = awkward.view("things")

    @settings(max_examples=300, deadline=None)
    @given(
        st.builds(
            ListAddress,
            search=values,
            conditions=st.lists(conditions_of(awkward), max_size=5).map(tuple),
            match_any=st.booleans(),
            sort=st.sampled_from(["", *NAMES]),
            columns=st.lists(st.sampled_from(NAMES), unique=True).map(tuple),
        ),
        st.booleans(),
    )
    def holds(shown, descending):
        shown = replace(shown, descending=descending and bool(shown.sort))
        address = shown.written(view)
        parts = urlsplit(address)
        assert address.isascii()
        assert parts.fragment == ""
        assert parts.path == f"/{view.route}"
        assert ReflexURL(f"http://localhost{address}").query == parts.query
        assert ListAddress.read(view, parts.query) == shown
        assert ListAddress.read_whole(view, parts.query) == shown

    holds()


def test_any_address_shows_a_list(awkward):
    ListAddress = awkward.list_addresses.ListAddress
    view = awkward.view("things")
    parts = st.one_of(
        values,
        st.sampled_from([*NAMES, "no_such", "picture", "code.meaning", "made.x", ".", ":sort", ":columns", ":match"]),
        st.sampled_from(["=", "&", ":in=", ":has=", ":to=", ":from=", ":least=", ":other=", "=-made", "=any", ";"]),
    )  # fmt: skip

    @settings(max_examples=200, deadline=None)
    @given(st.lists(parts, max_size=12).map("".join))
    def holds(query):
        shown = ListAddress.read(view, query)
        again = ListAddress.read(view, shown.written(view).partition("?")[2])
        assert again.written(view) == shown.written(view)
        query = awkward.filters.Query(
            shown.search, shown.conditions, shown.sort, shown.descending, shown.match_any
        )
        awkward.data.fetch_page(view, query, 3)
        awkward.filter_conditions.no_match_reason(view, shown.conditions)
        assert all(awkward.filter_chips.Chip.of(view, each).label for each in shown.conditions)

    holds()


class Tab:
    """One browser tab at the list of things: it goes where the app sends it, and tells it so as Reflex does."""

    def __init__(self, app, monkeypatch):
        self.app = app
        page = getattr(app, "pages.things")
        root = State(_reflex_internal_init=True)
        self.state = root.get_substate(page.ThingsList.get_full_name().split("."))
        self.history, self.at = ["/things"], 0
        monkeypatch.setattr(
            type(self.state),
            "router",
            property(lambda _: SimpleNamespace(url=ReflexURL(f"http://host{self.address}"))),
        )
        self.loads = 0
        self._open()

    @property
    def address(self):
        return self.history[self.at]

    def send(self, name, *given):
        self._do(type(self.state).event_handlers[name].fn(self.state, *given))

    def go(self, by):
        self.at += by
        self._open()

    def _open(self):
        self.send("opened")

    def _do(self, events):
        for event in events if isinstance(events, list) else [events]:
            if event is None:
                continue
            if event is type(self.state).reload:
                self.loads += 1
                continue
            arguments = {str(name): str(value) for name, value in event.args}
            if "path" in arguments:
                self._move(arguments["path"].strip('"'), arguments["replace"] == "true")
            for script in arguments.values():
                if "history.replaceState" in script:
                    self.history[self.at] = script.split(r"\"")[1]

    def _move(self, address, replace):
        if not replace:
            self.history[self.at + 1 :] = [address]
            self.at += 1
        self.history[self.at] = address
        self._open()

    def shown(self):
        state = self.state
        return (
            state.search, tuple(state.conditions), state.match_any,
            state.sort, state.descending, state.columns,
        )  # fmt: skip


@pytest.fixture
def tab(awkward, monkeypatch):
    return Tab(awkward, monkeypatch)


def add_filter(tab, name, operator, form):
    tab.send("choose_field", name)
    tab.send("choose_operator", operator)
    tab.send("add_filter", form)


def test_the_address_follows_what_is_shown(tab):
    add_filter(tab, "size", "least", {"value": "3"})
    assert tab.address == "/things?size:least=3"
    add_filter(tab, "size", "range", {"value": "", "until": "5"})
    tab.send("set_match", "any")
    tab.send("sort_by", "made")
    tab.send("sort_by", "made")
    assert tab.address == "/things?size:least=3&size:most=5&:match=any&:sort=-made"
    tab.send("remove_filter", 0)
    tab.send("set_search", "a b&c")
    assert tab.address == "/things?size:most=5&:search=a%20b%26c&:match=any&:sort=-made"
    tab.send("clear_all")
    tab.send("set_match", "all")
    tab.send("sort_by", "made")
    assert tab.address == "/things"


def test_back_and_forward_show_what_was_shown(tab):
    seen = [tab.shown()]
    for step in (
        lambda: add_filter(tab, "size", "least", {"value": "3"}),
        lambda: tab.send("sort_by", "made"),
        lambda: add_filter(tab, "story", "contains", {"value": "upon"}),
        lambda: tab.send("set_match", "any"),
        lambda: tab.send("sort_by", "made"),
    ):
        step()
        seen.append(tab.shown())
    assert len(tab.history) == len(seen)
    for at in (4, 3, 2, 1, 0, 1, 2):
        tab.go(at - tab.at)
        assert tab.shown() == seen[at]


def test_each_change_is_loaded_once(tab):
    loads = tab.loads
    tab.send("sort_by", "made")
    assert tab.loads == loads + 1
    tab.send("set_search", "x")
    assert tab.loads == loads + 2
    tab.go(-1)
    assert tab.loads == loads + 3


def test_a_search_that_is_typed_is_one_entry_of_the_history(tab):
    tab.send("sort_by", "made")
    for words in ("o", "on", "onc", "once"):
        tab.send("set_search", words)
    assert tab.history == ["/things", "/things?:search=once&:sort=made"]


def test_columns_of_an_address_are_shown_and_not_kept(tab):
    tab.history.append("/things?:columns=story,id&:sort=made")
    tab.go(1)
    assert tab.state.columns == ["story", "id"]
    assert (tab.state.sort, tab.state.chosen_columns) == ("", "")  # made is not shown
    tab.go(-1)
    usual = tab.state.columns
    assert usual == list(tab.state.view.default_columns)
    tab.send("show_column", "code", False)
    kept = tab.state.columns
    assert tab.state.chosen_columns
    assert tab.address == f"/things?:columns={','.join(kept)}"
    tab.history[tab.at] = "/things"
    tab.go(0)
    assert tab.state.columns == kept
    assert tab.address == f"/things?:columns={','.join(kept)}"


@pytest.mark.parametrize(
    ("choice", "start", "end"),
    [("", "", ""), ("30", "", ""), ("other", "", ""), ("other", "2024-01-01", ""), ("other", "2024-01-01", "2024-02-29")],
)  # fmt: skip
def test_a_period_is_read_from_the_address_that_was_written(awkward, choice, start, end):
    chosen = awkward.periods.ChosenPeriod(choice, start, end)
    assert awkward.periods.ChosenPeriod.read(chosen.address.partition("?")[2]) == chosen


def test_an_address_of_no_period_shows_all_time(awkward):
    read = awkward.periods.ChosenPeriod.read
    assert read("days=31") == read("days=x&other=1") == read("") == awkward.periods.ChosenPeriod()
    assert awkward.periods.Period("2024-99-99").problem
    assert read("from=2024-99-99").start == "2024-99-99"


def rows_of(app, view, **more):
    return {row.href for row in app.all_rows(view, app.filters.Query(**more))}


def test_filters_are_joined_by_and_or(awkward):
    view, Condition = awkward.view("things"), awkward.filters.Condition
    several = [
        Condition("size", "least", "7"),
        Condition("made", "most", "2024-03-31"),
        Condition("code", "one_of", values=("new", "~x")),
        Condition("story", "contains", "nowhere"),
        Condition("seen", "empty"),
    ]
    each = {one: rows_of(awkward, view, conditions=(one,)) for one in several}
    assert sum(map(bool, each.values())) == 4
    for one in several:
        for other in several:
            pair = (one, other)
            assert rows_of(awkward, view, conditions=pair) == each[one] & each[other]
            assert (
                rows_of(awkward, view, conditions=pair, match_any=True) == each[one] | each[other]
            )
    nothing = rows_of(awkward, view, match_any=True)
    assert nothing == rows_of(awkward, view)
    query = awkward.filters.Query(conditions=tuple(several), match_any=True)
    assert awkward.data.count_rows(view, query) == len(set().union(*each.values()))


def test_one_value_that_no_row_can_have_does_not_hide_the_others(awkward):
    view, Condition = awkward.view("things"), awkward.filters.Condition
    chosen = Condition("size", "one_of", values=("3", "\ud800", "4"))
    both = rows_of(awkward, view, conditions=(Condition("size", "range", "3", "4"),))
    assert rows_of(awkward, view, conditions=(chosen,)) == both
    none = Condition("size", "one_of", values=("\ud800",))
    assert awkward.filter_conditions.no_match_reason(view, [none])
    assert rows_of(awkward, view, conditions=(none,)) == set()


def found(tab, words=""):
    field = tab.state.draft_field
    return tab.app.filter_values.offered_values(tab.state.view, field, words)


def test_values_are_chosen_for_one_of(tab):
    tab.send("choose_field", "code")
    assert tab.state.draft_operator == "one_of"  # the default of a relation
    tab.state.draft_values = found(tab)
    tab.send("add_filter", {"value": "ignored"})
    assert tab.state.draft_error == "Choose at least one value."
    for value in ("new", "~x", "no such value"):
        tab.send("choose_value", value, True)
    tab.send("add_filter", {})
    (condition,) = tab.state.conditions
    assert condition.values == ("new", "~x")
    assert tab.address == "/things?code:in=new,~x"
    assert [chip.words for chip in tab.state.chips] == ["is one of new, ~x"]
    tab.go(0)
    named = tab.app.filter_chips.with_names(tab.state.view, tab.state.conditions)
    assert [each.shown for each in named] == ["new, ~x"]


def test_a_single_chosen_value_is_that_value(tab):
    tab.send("choose_field", "code")
    tab.state.draft_values = found(tab, "new")
    tab.send("choose_value", "new", True)
    tab.send("add_filter", {})
    assert tab.address == "/things?code=new"
    assert [chip.words for chip in tab.state.chips] == ["is new"]
