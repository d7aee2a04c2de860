"""Related rows on the page of a row, by the events of a tab: shown, turned over, sorted, added and changed in place.

The kind: a table that refers to a row twice, and one to itself; a save that is refused, repeated, answered after the page
was left or the form was closed; a row that somebody else changes; arguments that no page sends."""

import json
from contextvars import ContextVar

import pytest

from tests.integration.generated.tabs import in_tab
from tests.served_apps import app_on

STATEMENTS = (
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, chief_id INTEGER REFERENCES people (id))",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, buyer_id INTEGER NOT NULL REFERENCES people (id),"
    " seller_id INTEGER REFERENCES people (id), note VARCHAR(20) NOT NULL)",
    "INSERT INTO people VALUES (1, 'Ada', NULL), (2, 'Ben', 1), (3, 'Cleo', 1)",
)
BUYER, SELLER, CHIEF = "orders.buyer_id", "orders.seller_id", "people.chief_id"


@pytest.fixture(scope="module")
def app(request, tmp_path_factory):
    with app_on("sqlite", STATEMENTS, request, tmp_path_factory, "Related states") as app:
        yield app


@pytest.fixture(autouse=True)
def _rows(app):
    app.run(
        "DELETE FROM orders",
        "DELETE FROM people",
        "INSERT INTO people VALUES (1, 'Ada', NULL), (2, 'Ben', 1), (3, 'Cleo', 1)",
        *[f"INSERT INTO orders VALUES ({n}, 1, {n % 2 + 2}, 'note {n}')" for n in range(1, 13)],
    )
    app.data.forget_counts()


@pytest.fixture
def person(app):
    return getattr(app, "pages.people").PeopleRow


@pytest.fixture
def order(app):
    return getattr(app, "pages.orders").OrdersInPlace


def block(state, name):
    return next(each for each in state.related if each.name == name)


def hrefs(state, name):
    return [row.href for row in block(state, name).rows]


def orders(app, *columns):
    return app.run(f"SELECT {', '.join(columns)} FROM orders ORDER BY id")


def sent(state, **texts):
    """What the form sends."""
    return {"_form": state.form_key, "_snapshot": state.snapshot} | texts


async def opened(tab, person, key=1):
    await tab.open(f"/people/{key}", person)
    return await tab.until(
        person, lambda state: state.related and all(each.total >= 0 for each in state.related)
    )


async def unfolded(tab, person, order, name, key):
    await tab.send(person, "unfold", name=name, key=key)
    await tab.until(person, lambda state: state.unfolded == name)
    return await tab.held(order)


def test_the_page_shows_each_relation_with_its_number(person):
    async def test(tab):
        state = await opened(tab, person)
        assert {each.name: (each.label, each.total) for each in state.related} == {
            CHIEF: (block(state, CHIEF).label, 2),
            BUYER: ("Orders (Buyer)", 12),
            SELLER: ("Orders (Seller)", 0),
        }
        assert block(state, BUYER).range_text == "1–5 of 12"  # noqa: RUF001
        assert not state.related_loading

    in_tab(test)


def test_rows_are_turned_over_and_sorted_each_relation_for_itself(person):
    async def test(tab):
        await opened(tab, person)
        for _ in range(4):  # one more than there are pages
            await tab.send(person, "turn_related", name=BUYER, forward=True)
        state = await tab.held(person)
        assert hrefs(state, BUYER) == ["/orders/11", "/orders/12"]
        assert block(state, BUYER).range_text == "11–12 of 12"  # noqa: RUF001
        assert hrefs(state, CHIEF) == ["/people/2", "/people/3"]
        await tab.send(person, "turn_related", name=BUYER, forward=False)
        assert hrefs(await tab.held(person), BUYER) == [f"/orders/{n}" for n in range(6, 11)]
        for expected in (["1", "10", "11", "12", "2"], ["9", "8", "7", "6", "5"], list("12345")):
            await tab.send(person, "sort_related", name=BUYER, field="note")
            state = await tab.held(person)
            assert hrefs(state, BUYER) == [f"/orders/{n}" for n in expected]
            assert block(state, BUYER).total == 12

    in_tab(test)


@pytest.mark.parametrize(
    ("handler", "payload"),
    [
        ("turn_related", {"name": "nothing", "forward": True}),
        ("turn_related", {"name": SELLER, "forward": True}),
        ("turn_related", {"name": BUYER, "forward": False}),
        ("sort_related", {"name": BUYER, "field": "nothing"}),
        ("sort_related", {"name": "", "field": "note"}),
        ("unfold", {"name": "nothing", "key": "/orders/new"}),
        ("unfold", {"name": BUYER, "key": ""}),
        ("unfold", {"name": BUYER, "key": "/orders/none"}),
        ("related_saved", {"name": "nothing", "added": "1"}),
        ("related_saved", {"name": BUYER, "added": "none"}),
    ],
)
def test_what_no_page_sends_changes_nothing(app, person, handler, payload):
    async def test(tab):
        before = await opened(tab, person)
        shown = {name: hrefs(before, name) for name in (CHIEF, BUYER, SELLER)}
        held = orders(app, "*")
        await tab.send(person, handler, **payload)
        state = await tab.held(person)
        assert {name: hrefs(state, name) for name in shown} == shown
        assert (state.unfolded, orders(app, "*")) == ("", held)

    in_tab(test)


def test_a_row_is_added_in_place_to_the_relation_that_was_pressed(app, person, order):
    async def test(tab):
        state = await opened(tab, person)
        for name, column in ((BUYER, "buyer_id"), (SELLER, "seller_id")):
            new = block(state, name).new_href
            assert new == f"/orders/new?{column}=1"
            form = await unfolded(tab, person, order, name, new)
            assert (form.name, form.form_key) == ("New order", new)
            assert form.inputs[column].label == "Ada"
            before = block(await tab.held(person), name).total

            def is_added(state, name=name, before=before):
                return state.added.value == name and block(state, name).total == before + 1

            given = {"note": f"by {column}"} | ({"buyer_id": "2"} if name == SELLER else {})
            await tab.send(order, "save", form=sent(form, **given))
            state = await tab.until(person, is_added)
            assert state.unfolded == ""
            number = int(state.added.href.rpartition("/")[2])
            held = app.run(f"SELECT {column}, note FROM orders WHERE id = {number}")
            assert held == [(1, f"by {column}")]

    in_tab(test)


def test_a_form_that_is_sent_twice_adds_one_row(app, person, order):
    async def test(tab):
        state = await opened(tab, person)
        form = await unfolded(tab, person, order, BUYER, block(state, BUYER).new_href)
        form = sent(form, note="once")
        await tab.send(order, "save", form=form)
        await tab.send(order, "save", form=form)
        assert app.run("SELECT count(*) FROM orders WHERE note = 'once'") == [(1,)]

    in_tab(test)


def test_a_refused_form_stays_open_with_its_errors(app, person, order):
    async def test(tab):
        state = await opened(tab, person)
        form = await unfolded(tab, person, order, BUYER, block(state, BUYER).new_href)
        await tab.send(order, "save", form=sent(form, note="x" * 21))
        form = await tab.held(order)
        assert "note" in form.wrong
        assert not form.saving
        assert (await tab.held(person)).unfolded == BUYER
        await tab.send(order, "save", form=sent(form, note="short"))
        await tab.until(person, lambda state: state.added.value == BUYER)
        assert orders(app, "note")[-1] == ("short",)
        assert (await tab.held(order)).wrong == {}

    in_tab(test)


def test_a_row_is_changed_in_place_and_stays_where_it_is_shown(app, person, order):
    async def test(tab):
        await opened(tab, person)
        await tab.send(person, "turn_related", name=BUYER, forward=True)
        form = await unfolded(tab, person, order, BUYER, "/orders/7")
        assert (form.form_key, form.inputs["note"].text) == ("/orders/7", "note 7")
        await tab.send(order, "save", form=sent(form, note="changed"))
        state = await tab.until(person, lambda state: not state.unfolded)
        assert hrefs(state, BUYER) == [f"/orders/{n}" for n in range(6, 11)]
        assert orders(app, "note")[6] == ("changed",)
        form = await unfolded(tab, person, order, BUYER, "/orders/7")
        assert form.inputs["note"].text == "changed"
        await tab.send(order, "save", form=sent(form, buyer_id="2"))  # it now refers to another row
        await tab.until(person, lambda state: block(state, BUYER).total == 11)

    in_tab(test)


def test_what_somebody_else_changed_is_a_choice_in_the_form(app, person, order):
    async def test(tab):
        await opened(tab, person)
        form = await unfolded(tab, person, order, BUYER, "/orders/3")
        app.run("UPDATE orders SET note = 'theirs' WHERE id = 3")
        await tab.send(order, "save", form=sent(form, note="mine"))
        form = await tab.held(order)
        assert [(each.mine, each.theirs) for each in form.conflicts] == [("mine", "theirs")]
        decided = {"_conflicts": form.conflict_fingerprints, "choice.note": "mine"}
        await tab.send(order, "save", form=sent(form, note="mine", **decided))
        await tab.until(person, lambda state: not state.unfolded)
        assert orders(app, "note")[2] == ("mine",)

    in_tab(test)


def test_a_row_of_the_same_table_does_not_touch_the_form_of_the_page(app, person):
    in_place = getattr(app, "pages.people").PeopleInPlace

    async def test(tab):
        before = await opened(tab, person)
        snapshot = before.snapshot
        form = await unfolded(tab, person, in_place, CHIEF, "/people/2")
        await tab.send(in_place, "save", form=sent(form, name="Benjamin"))
        await tab.until(person, lambda state: not state.unfolded)
        state = await tab.until(person, lambda state: block(state, CHIEF).rows[0].name != "Ben")
        assert (state.name, state.form_key, state.snapshot) == ("Ada", "/people/1", snapshot)
        assert app.run("SELECT name FROM people ORDER BY id") == [
            ("Ada",),
            ("Benjamin",),
            ("Cleo",),
        ]
        assert block(state, CHIEF).rows[0].name == "Benjamin"

    in_tab(test)


def test_a_form_that_was_closed_is_saved_and_one_of_another_page_is_not_shown(app, person, order):
    async def test(tab):
        state = await opened(tab, person)
        form = await unfolded(tab, person, order, BUYER, block(state, BUYER).new_href)
        await tab.send(order, "cancel")
        assert (await tab.held(person)).unfolded == ""
        await opened(tab, person, 2)
        await tab.send(order, "save", form=sent(form, note="late"))
        assert orders(app, "note", "buyer_id")[-1] == ("late", 1)
        state = await tab.held(person)
        assert (state.unfolded, state.added.value, state.name) == ("", "", "Ben")
        await tab.send(order, "save", form=sent(form, note="x" * 21))  # refused: told elsewhere
        assert (await tab.held(order)).wrong == {}

    in_tab(test)


def test_a_state_that_was_lost_saves_what_the_form_shows(app, order):
    snapshot = app.form(app.view("orders"), (5,)).snapshot.as_json()

    async def test(tab):
        tab.address = "/people/1"
        form = {"_form": "/orders/5", "_snapshot": snapshot, "note": "kept"}
        await tab.send(order, "save", form=form)
        await tab.send(order, "cancel")
        assert orders(app, "note")[4] == ("kept",)

    in_tab(test)


def test_a_row_that_cannot_be_read_is_told(app, person):
    async def test(tab):
        await opened(tab, person)
        app.run("DELETE FROM orders WHERE id = 4")
        await tab.send(person, "unfold", name=BUYER, key="/orders/4")
        state = await tab.held(person)
        assert (state.unfolded, state.related_problem.title) == ("", app.errors.ROW_GONE.title)

    in_tab(test)


def test_a_viewer_changes_nothing(app, person, order, monkeypatch):
    monkeypatch.setattr(app.sign_in, "_may_edit", ContextVar("may_edit", default=False))
    snapshot = json.dumps({"key": "new", "fields": {}, "given": {"buyer_id": "1"}, "token": "abc"})

    async def test(tab):
        state = await opened(tab, person)
        assert {each.new_href for each in state.related} == {""}
        assert not any(each.editable for each in state.related)
        form = await unfolded(tab, person, order, BUYER, "/orders/new?buyer_id=1")
        assert form.read_only == app.sign_in.ONLY_READING
        form = {"_form": "/orders/new?buyer_id=1", "_snapshot": snapshot, "note": "no"}
        await tab.send(order, "save", form=form)
        assert (await tab.held(order)).form_problem.message == app.sign_in.ONLY_READING
        assert len(orders(app, "id")) == 12

    in_tab(test)
