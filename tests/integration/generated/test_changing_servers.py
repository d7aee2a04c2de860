"""Changing rows on PostgreSQL and MariaDB: what is stored, and what the server refuses, with the field of the
error."""

import datetime as dt
from decimal import Decimal

import pytest

from tests.awkward_tables import ODD, ODD_COLUMNS


@pytest.fixture
def order(served):
    """The form of an order that can be saved."""
    return {
        "customer_id": "3",
        "placed": "2024-02-29T10:30:00",
        "changed": "2024-02-29T11:30:00",
        "status": 'it\'s "odd"',
        "total": "1234567890.12",
        "rate": "0.1",
        "exact": "0.1",
        "note": "50% of 'it' \\ \"too\" :x %s",
        "payload": '{"b": [2]}',
        "wake": "07:15",
    }


def refusal(served, call, *arguments):
    with pytest.raises(served.errors.DataError) as refused:
        call(*arguments)
    return refused.value


def test_values_are_stored_by_their_types_and_exactly(served, order):
    view = served.view("orders")
    key = served.keys.decode_key(view, served.changes.create(view, order))
    values = served.data.fetch_row(view, key)
    try:
        assert values["total"] == Decimal("1234567890.12")
        assert values["changed"] == dt.datetime(2024, 2, 29, 11, 30)
        assert values["placed"].replace(tzinfo=None) == dt.datetime(2024, 2, 29, 10, 30)
        assert values["wake"] == dt.time(7, 15)
        assert (values["rate"], values["exact"]) == (0.1, 0.1)
        assert values["status"] == order["status"]
        assert values["note"] == order["note"]
        again = served.texts(view, key)
        assert again["payload"].replace(" ", "") == '{"b":[2]}'
        assert served.update(view, key, again | {"rate": "0.5", "note": ""}) == str(key[0])
        after = served.data.fetch_row(view, key)
        assert after == values | {"rate": 0.5, "note": None}
    finally:
        served.delete(view, key)
    assert refusal(served, served.data.fetch_row, view, key).problem == served.errors.ROW_GONE


@pytest.mark.parametrize("table", ["customers", "orders", "lines", "remarks", "codes", "rates"])
def test_every_row_can_be_saved_as_it_is_shown(served, table):
    view = served.view(table)
    for row in served.all_rows(view, served.filters.Query(), 50):
        key = served.keys.decode_key(view, row.href.rpartition("/")[2])
        values = served.data.fetch_row(view, key)
        assert served.update(view, key, served.texts(view, key)) == row.href.rpartition("/")[2]
        assert served.data.fetch_row(view, key) == values


def test_a_key_that_the_server_generates_is_returned(served):
    view = served.view("tokens")
    part = served.changes.create(view, {"label": "made"})
    key = served.keys.decode_key(view, part)
    assert len(key[0]) == 36
    assert served.data.fetch_row(view, key)["label"] == "made"
    served.delete(view, key)


def test_a_row_of_a_composite_key_is_changed_and_deleted(served):
    view = served.view("lines")
    part = served.changes.create(view, {"order_id": "1", "line_no": "9", "item": "x", "left": "1"})
    moved = served.update(
        view,
        served.keys.decode_key(view, part),
        {"order_id": "2", "line_no": "10", "item": "y", "left": ""},
    )
    key = served.keys.decode_key(view, moved)
    assert key == (2, 10)
    assert served.data.fetch_row(view, key)["item"] == "y"
    served.delete(view, key)


def test_values_of_the_server_s_own_types_are_edited_as_text(served):
    view = served.view("tokens")
    kind = served.spec.dialect
    texts = {
        "postgresql": {
            "label": "own",
            "net": "10.1.2.3/32",
            "span": "1 mon 2 days",
            "tags": "{1,2}",
            "fixed": "ab",
        },
        "mysql": {
            "label": "own",
            "net": "fe80::1",
            "flags": "5",
            "born": "1999",
            "some": "a,b",
            "fixed": "ab",
        },
    }[kind]
    key = served.keys.decode_key(view, served.changes.create(view, texts))
    shown = served.texts(view, key)
    served.delete(view, key)
    assert shown["net"].startswith(texts["net"].removesuffix("/32"))
    assert {name: shown[name] for name in texts if name != "net"} == {
        name: text for name, text in texts.items() if name != "net"
    }


@pytest.mark.parametrize(
    ("table", "form", "fields"),
    [
        ("customers", {"full_name": "x" * 41}, {"full_name"}),
        ("customers", {"full_name": "x", "email": "c1@example.com"}, {"email"}),
        ("codes", {"code": "y", "pair_a": "1", "pair_b": "2"}, {"pair_a", "pair_b"}),
        ("codes", {"code": "plain"}, {"code"}),
        ("lines", {"order_id": "1", "line_no": "1", "item": "x"}, {"order_id", "line_no"}),
        ("orders", {"total": "-5"}, {"total"}),
        ("orders", {"customer_id": "4711"}, {"customer_id"}),
        ("orders", {"payload": "{"}, {"payload"}),
    ],
)
def test_a_value_that_breaks_a_constraint_is_marked(served, table, form, fields):
    view = served.view(table)
    before = served.data.count_rows(view, served.filters.Query())
    blank = {each.name: "" for each in view.form_fields} | {"vip": "true"}
    assert set(refusal(served, served.changes.create, view, blank | form).fields) == fields
    served.data.forget_counts()
    assert served.data.count_rows(view, served.filters.Query()) == before


@pytest.mark.parametrize(
    ("table", "form", "fields"),
    [
        ("customers", {"full_name": "x" * 41}, {"full_name"}),
        ("lines", {"order_id": "1", "line_no": "99999", "item": "x"}, {"line_no"}),
        ("customers", {"full_name": ""}, {"full_name"}),
        ("customers", {"full_name": "x", "email": "c1@example.com"}, {"email"}),
    ],
)
def test_a_value_that_only_the_server_refuses_is_marked(served, monkeypatch, table, form, fields):
    """The app checks nothing before, as if the table had been changed after the app was generated."""
    view = served.view(table)
    monkeypatch.setattr(served.row_changes, "_check_against_data", lambda *_: None)
    monkeypatch.setattr(
        served.changes,
        "validated",
        lambda form, *_, **__: {
            name: int(text) if text.isdigit() else text or None for name, text in form.items()
        },
    )
    assert set(refusal(served, served.changes.create, view, form).fields) == fields


def test_rows_in_use_stay_and_the_consequences_of_a_deletion_are_shown(served):
    customers, orders = served.view("customers"), served.view("orders")
    values = served.data.fetch_row(customers, (2,))
    consequences = served.consequences.consequences(customers, values)
    assert any(each.prevents for each in consequences)
    assert refusal(served, served.delete, customers, (2,)).problem == served.errors.IN_USE
    (lines,) = served.consequences.consequences(orders, served.data.fetch_row(orders, (1,)))
    assert lines.text == "rows of Lines will be deleted with it."
    lines_view = served.view("lines")
    (remark,) = served.consequences.consequences(
        lines_view, served.data.fetch_row(lines_view, (2, 2))
    )
    assert remark.text.endswith("will no longer refer to anything.")


def test_a_new_row_starts_with_the_defaults_of_the_database(served):
    assert served.defaults.default_texts(served.view("customers")) == {"vip": "true"}
    assert served.defaults.default_texts(served.view("orders")) == {"status": "new"}
    assert served.defaults.default_texts(served.view("lines")) == {"item": "it's"}


@pytest.mark.parametrize("table", ["no_key", "large_orders"])
def test_rows_without_a_key_cannot_be_changed(served, table):
    view = served.view(table)
    for call in (
        lambda: served.changes.create(view, {}),
        lambda: served.changes.delete(view, (), served.row_snapshot.Snapshot("")),
    ):
        with pytest.raises(served.errors.DataError) as refused:
            call()
        assert refused.value.problem == served.errors.NOT_ALLOWED


def test_names_of_every_kind_are_read_filtered_sorted_and_written(served):
    (view,) = [each for each in served.views.VIEWS.values() if each.table.name == ODD]
    columns = [each.name for each in view.form_fields if each.name != view.key[0]]
    assert {view.column(name).name for name in columns} >= set(ODD_COLUMNS) - {
        "class",
        "Select",
        "select",
    }
    for number in range(1, 13):
        form = {name: f"{name[:9]} {number % 5}" for name in columns}
        served.changes.create(view, form | {view.key[0]: str(number)})
    for name in columns:
        order = served.filters.Query(
            sort=name,
            conditions=(
                served.filters.Condition(name, "contains", name[:5].upper()),
                served.filters.Condition(name, "filled"),
            ),
        )
        assert len(served.all_rows(view, order, 5)) == 12, name
        served.update(view, (3,), served.texts(view, (3,)) | {name: "%s"})
        assert served.data.fetch_row(view, (3,))[name] == "%s"
    assert len(served.all_rows(view, served.filters.Query(search="%S"))) == 1
    for number in range(1, 13):
        served.delete(view, (number,))
