"""Every type of the three databases is filtered by each comparison that its column has, and by the values that a filter
offers to choose from.

The kind of fault: a column whose type has no equality or no order cannot be asked for its distinct values, or a value
that is offered finds no row, because it was shortened, rounded or written otherwise on its way."""

import math

import pytest

from tests.integration.generated.every_type.test_reading import ALL, is_number_among_texts

LIMITS = ("least", "most")
WRITTEN_OTHERWISE = {"a_bit8", "a_bit64", "a_zerofill"}
"""MySQL writes such numbers as bytes, or with zeros before them."""


def hrefs(app, view, condition):
    query = app.filters.Query(conditions=(condition,))
    return [row.href for row in app.all_rows(view, query, 50)]


def through_address(app, view, condition):
    """The condition, as it is after its way through an address."""
    ListAddress = app.list_addresses.ListAddress
    query = ListAddress(conditions=(condition,)).written(view).partition("?")[2]
    (found,) = ListAddress.read(view, query).conditions
    assert found == condition
    return found


def is_finite(text):
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


@pytest.mark.parametrize(("dialect", "table"), ALL)
def test_each_value_is_within_its_own_limits_and_one_of_itself(typed, dialect, table):
    app = typed(dialect)
    view = app.view(table)
    field, Condition = view.by_name["v"], app.filters.Condition
    offered = app.filters.OPERATORS[app.filters.shape_of(view, "v")]
    for row in app.all_rows(view, app.filters.Query(), 50):
        key = app.keys.decode_key(view, row.href.rpartition("/")[2])
        value = app.data.fetch_row(view, key)["v"]
        if value is None or field.kind == "binary" or isinstance(value, bytes):
            continue
        if dialect == "sqlite" and is_number_among_texts(view, value):
            continue
        text = app.formats.plain_text(value)
        if not text or not app.dialect.can_hold(text):
            continue
        written_otherwise = dialect == "sqlite" and field.kind in ("datetime", "time")
        no_number = field.is_number and not is_finite(text)
        limits = () if written_otherwise or no_number else LIMITS
        conditions = [Condition("v", each, text) for each in limits if each in offered]
        conditions.append(Condition("v", "one_of", values=("no such value,", text)))
        for condition in conditions:
            assert row.href in hrefs(app, view, through_address(app, view, condition)), condition
            assert app.filter_chips.Chip.of(view, condition).words


@pytest.mark.parametrize(("dialect", "table"), ALL)
def test_each_offered_value_finds_rows(typed, dialect, table):
    app = typed(dialect)
    view = app.view(table)
    values = app.filter_values.offered_values(view, "v", "")
    assert len({each.value for each in values}) == len(values)
    if "one_of" not in app.filters.OPERATORS[app.filters.shape_of(view, "v")]:
        assert values == []
    for each in values:
        each.text.encode()
        condition = app.filters.Condition("v", "one_of", values=(each.value,))
        found = hrefs(app, view, through_address(app, view, condition))
        assert found or view.by_name["v"].choices, each  # no row may have a choice
        is_whole = each.value.lstrip("-").isdecimal()
        if view.by_name["v"].is_number and (not is_whole or table in WRITTEN_OTHERWISE):
            continue
        again = app.filter_values.offered_values(view, "v", each.value)
        assert each.value in [other.value for other in again]


@pytest.mark.parametrize(("dialect", "table"), ALL)
def test_any_words_may_be_looked_for(typed, dialect, table):
    app = typed(dialect)
    view = app.view(table)
    for words in ("%", "'", "\\", "\ud800", "a\0b", "1e5", "_"):
        app.filter_values.offered_values(view, "v", words)
