"""Values as cells: what the browser gets to know about them, so that it can write them as its reader does."""

import datetime as dt
from decimal import Decimal

import pytest


def field(awkward, kind, **given):
    return awkward.views.Field(name="value", label="Value", kind=awkward.views.Kind(kind), **given)


@pytest.mark.parametrize(
    ("kind", "value", "text", "cell_kind", "exact"),
    [
        ("date", dt.date(1815, 12, 10), "1815-12-10", "date", "1815-12-10"),
        ("time", dt.time(12, 30), "12:30", "time", "12:30:00"),
        (
            *("datetime", dt.datetime(2024, 5, 1, 8, 30, 0, 250)),
            *("2024-05-01 08:30", "datetime", "2024-05-01T08:30:00.000250"),
        ),
        (
            *("datetime", dt.datetime(2024, 5, 1, 8, 30, 9, tzinfo=dt.UTC)),
            *("2024-05-01 08:30:09+00:00", "datetime", "2024-05-01T08:30:09+00:00"),
        ),
        ("integer", 1234567, "1234567", "integer", "1234567"),
        ("float", 3000.0, "3000", "number", "3000.0"),
        ("float", 1 / 3, "0.333333", "number", "0.3333333333333333"),
        ("float", 1e-9, "1e-09", "number", "1e-09"),
        ("date", "long ago", "long ago", "", ""),
        ("decimal", "n/a", "n/a", "", ""),
        ("text", "2024-05-01", "2024-05-01", "", ""),
        ("boolean", True, "Yes", "", ""),
        ("binary", 4096, "4096 bytes of binary data", "count", "4096"),
    ],
)
def test_a_cell_says_what_kind_of_value_its_text_is(awkward, kind, value, text, cell_kind, exact):
    cell = awkward.formats.cell(awkward.view("things"), field(awkward, kind), value)
    assert (cell.text, cell.kind, cell.exact) == (text, cell_kind, exact)


@pytest.mark.parametrize(
    ("value", "scale", "widget", "text"),
    [
        ("12345678901234567890.12", None, "number", "12345678901234567890.12"),
        ("0.10", 2, "money", "0.10"),
        ("5", 2, "money", "5.00"),
        ("5", None, "money", "5.00"),
        ("5.125", None, "money", "5.125"),
        ("1E-7", None, "number", "0.0000001"),
    ],
)
def test_a_decimal_keeps_its_digits(awkward, value, scale, widget, text):
    decimal = field(awkward, "decimal", scale=scale, widget=awkward.views.Widget(widget))
    cell = awkward.formats.cell(awkward.view("things"), decimal, Decimal(value))
    assert cell.text == text
    assert Decimal(cell.exact) == Decimal(value)


def test_a_number_that_identifies_a_row_is_the_same_for_everyone(awkward):
    view = awkward.view("things")
    assert awkward.formats.cell(view, view.by_name["id"], 1234567).kind == ""
    assert awkward.formats.cell(view, view.by_name["parent_id"], 1234567).kind == ""
    assert awkward.formats.cell(view, view.by_name["size"], 1234567).kind == "integer"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"group_by": "made", "bucket": "month"}, "month"),
        ({"group_by": "made", "bucket": "day"}, "date"),
        ({"group_by": "seen"}, "datetime"),
        ({"group_by": "size"}, "integer"),
        ({"group_by": "ratio"}, "number"),
        ({"group_by": "id"}, ""),
        ({"group_by": "code"}, ""),
        ({"group_by": "ok"}, ""),
    ],
)
def test_a_chart_says_what_kind_of_value_its_names_are(awkward, given, kind):
    view = awkward.view("things")
    chart = awkward.charts.Chart(id="c", title="C", kind="bar", view=view, **given)
    assert chart.name_kind == kind


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [((), ("f0", "f1", "f2")), (("f2", "f0"), ("f2", "f0")), (("secret", "f1"), ("f1",))],
)
def test_a_list_starts_with_the_columns_of_its_plan(awkward, chosen, shown):
    views = awkward.views
    view = views.TableView(
        name="wide",
        label="Wide",
        route="wide",
        table=awkward.models.metadata.tables["things"],
        fields=(
            views.Field(name="secret", label="Secret", hidden=True),
            *[views.Field(name=f"f{n}", label=f"F{n}") for n in range(3)],
        ),
        key=(),
        singular="Wide",
        list_columns=chosen,
    )
    assert view.default_columns == shown
