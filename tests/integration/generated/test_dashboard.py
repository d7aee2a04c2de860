"""The dashboard's numbers on all databases: what they are, and that each leads to the rows that it counts."""

import importlib
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.served_apps import app_on

VISITS = 40
TABLES = (
    "CREATE TABLE clinics (id INTEGER PRIMARY KEY, name VARCHAR(40))",
    "CREATE TABLE visits (id INTEGER PRIMARY KEY, clinic_id INTEGER REFERENCES clinics (id), visited_at {moment},"
    " reason VARCHAR(20), FOREIGN KEY (clinic_id) REFERENCES clinics (id))",
    "CREATE TABLE invoices (id INTEGER PRIMARY KEY, visit_id INTEGER, issued_on DATE, amount DECIMAL(10, 2),"
    " FOREIGN KEY (visit_id) REFERENCES visits (id))",
)
MOMENTS = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP", "mysql": "DATETIME"}


def month_of(number):
    """January, March and so on: each other month has none."""
    return 1 + number % 4 * 2


def statements(dialect):
    for table in TABLES:
        yield table.format(moment=MOMENTS[dialect])
    yield "INSERT INTO clinics VALUES (1, 'North & South'), (2, 'Harbour'), (3, 'Old Town')"
    for n in range(1, VISITS + 1):
        clinic = "NULL" if n % 10 == 0 else str(n % 3 + 1)
        reason = ("'check-up'", "'injury'", "''", "NULL")[n % 4]
        yield f"INSERT INTO visits VALUES ({n}, {clinic}, '2024-{month_of(n):02}-28 23:30:00', {reason})"
        yield f"INSERT INTO invoices VALUES ({n}, {n}, '2024-{month_of(n):02}-28', {n}.25)"


@pytest.fixture(scope="module", params=list(MOMENTS))
def app(request, tmp_path_factory):
    dialect = request.param
    with app_on(dialect, statements(dialect), request, tmp_path_factory, "Dashboard") as app:
        yield app


def chart(app, table, **given):
    return app.charts.Chart(id="c", title="C", view=app.view(table), **{"kind": "bar"} | given)


def rows_at(app, href):
    """The rows of the list at this address."""
    parts = urlsplit(href)
    view = next(each for each in app.views.VIEWS.values() if f"/{each.route}" == parts.path)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    conditions = app.filter_addresses.address_conditions(view, asked.items())
    assert bool(conditions) is bool(asked)
    return app.all_rows(view, app.filters.Query(conditions=tuple(conditions)))


CHARTS = {
    "by a relation": ("visits", {"group_by": "clinic_id"}),
    "by a text": ("visits", {"group_by": "reason", "kind": "pie"}),
    "over time": ("visits", {"group_by": "visited_at", "bucket": "month", "kind": "line"}),
    "by day": ("invoices", {"group_by": "issued_on", "bucket": "day", "kind": "line"}),
    "by year": ("invoices", {"group_by": "issued_on", "bucket": "year", "kind": "line"}),
    "through a relation": ("invoices", {"group_by": "clinic_id", "through": "visit_id"}),
    "through to a text": ("invoices", {"group_by": "reason", "through": "visit_id"}),
    "through to a date": (
        "invoices",
        {"group_by": "visited_at", "through": "visit_id", "bucket": "month", "kind": "line"},
    ),
}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("days", [("", ""), ("2024-02-01", "2024-05-31"), ("2024-03-28", "")])
def test_each_point_leads_to_the_rows_that_it_counts(app, name, days):
    table, given = CHARTS[name]
    period = app.periods.Period(*days)
    points = app.charts.chart_data(chart(app, table, **given), period).points
    assert points
    assert [len(rows_at(app, point["href"])) for point in points] == [p["value"] for p in points]


def test_months_without_rows_stay_visible(app):
    line = chart(app, "visits", group_by="visited_at", bucket="month", kind="line")
    points = app.charts.chart_data(line).points
    assert [point["name"] for point in points] == [f"2024-{month:02}" for month in range(1, 8)]
    assert [point["value"] for point in points] == [10, 0, 10, 0, 10, 0, 10]
    average = chart(
        app,
        "invoices",
        group_by="issued_on",
        bucket="month",
        kind="line",
        measure="avg",
        value="amount",
    )
    assert app.charts.chart_data(average).points[1]["value"] is None


def test_a_period_is_shown_to_its_ends(app):
    line = chart(app, "invoices", group_by="issued_on", bucket="month", kind="line")
    points = app.charts.chart_data(line, app.periods.Period("2023-12-15", "2024-03-31")).points
    assert [point["name"] for point in points] == ["2023-12", "2024-01", "2024-02", "2024-03"]
    assert app.charts.chart_data(line, app.periods.Period("1999-01-01", "1999-12-31")).points == []


def test_a_chart_through_a_relation_has_the_names_of_its_rows(app):
    bars = chart(
        app, "invoices", group_by="clinic_id", through="visit_id", measure="sum", value="amount"
    )
    found = {point["name"]: point["value"] for point in app.charts.chart_data(bars).points}
    wanted = sum(n + 0.25 for n in range(1, VISITS + 1) if n % 10 and n % 3 == 1)
    assert found["Harbour"] == wanted


def test_key_figures_are_about_the_period(app):
    figures, invoices = app.key_figures, app.view("invoices")
    count = figures.KeyFigure(id="n", title="Invoices", view=invoices)
    total = figures.KeyFigure(id="t", title="T", view=invoices, measure="sum", value="amount")
    mean = figures.KeyFigure(id="a", title="A", view=invoices, measure="avg", value="amount")
    whole = VISITS * (VISITS + 1) / 2 + VISITS * 0.25
    assert [figures.figure_data(each).text for each in (count, total, mean)] == [
        "40",
        f"{whole:.0f}",
        "20.75",
    ]
    march = app.periods.Period("2024-03-01", "2024-03-31")
    shown = figures.figure_data(count, march)
    assert shown.text == "10"
    assert len(rows_at(app, shown.href)) == 10
    assert figures.figure_data(total, app.periods.Period(end="1999-01-01")).text == "—"
    clinics = figures.KeyFigure(id="c", title="Clinics", view=app.view("clinics"))
    assert figures.figure_data(clinics, march).text == "3"


def test_a_filter_by_a_row_is_shown_by_its_name(app):
    invoices = app.view("invoices")
    (condition,) = app.filter_addresses.address_conditions(
        invoices, {"visit_id.clinic_id": "1"}.items()
    )
    (named,) = app.filter_chips.with_names(invoices, [condition])
    chip = app.filter_chips.Chip.of(invoices, named)
    assert chip.label.endswith(": Clinic")
    assert chip.words == "is North & South"


def test_what_an_address_names_beside_fields_is_left_out(app):
    visits = app.view("visits")
    asked = {
        "nothing": "1",
        "clinic_id.nothing": "1",
        "reason.name": "1",
        "x:from": "2024-01-01",
        ":to": "",
    }
    assert app.filter_addresses.address_conditions(visits, asked.items()) == []


def test_the_dashboard_of_the_plan_has_numbers(app):
    dashboard = importlib.import_module(f"{app.package}.pages.dashboard")
    assert {figure.title for figure in dashboard.KEY_FIGURES} >= {"Invoices", "Visits"}
    assert all(app.key_figures.figure_data(figure).text for figure in dashboard.KEY_FIGURES)
    assert all(app.charts.chart_data(shown).points for shown in dashboard.CHARTS)
