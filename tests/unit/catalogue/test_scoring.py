"""The scorer finds each kind of mistake, and none in a plan as a careful person would make it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.catalogue.decisions import ChartDecision, ColumnDecision, Decisions, TableDecision
from tests.catalogue.expectations import Expectations, read_expectations
from tests.catalogue.scoring import Verdict, compare, same_label

CLINIC = """
title = "Clinic"
[navigation]
first = ["visit"]
main = ["visit", "patient"]
report = ["busy_days"]
"no page" = ["patient_clinic"]
[key_figures]
wanted = ["patient: count", "visit: sum(fee) | visit: count"]
allowed = ["visit: avg(fee)"]
[charts]
wanted = [{ chart = "visit: sum(fee) by seen_on", title = "fee.*month" }]
forbidden = ["visit: * by patient_id"]
[patient]
name = "first_name + last_name"
page = "Patients"
row = "Patient"
children = "Children"
columns.height_cm = "integer | number: Height (cm)"
columns.postcode = "plain: Postcode | Post code"
[visit]
name = "Visit <key>"
beside = "patient_id | seen_on"
columns.seen_on = "date: Seen on"
"""


@pytest.fixture
def expected(tmp_path: Path) -> Expectations:
    path = tmp_path / "clinic.toml"
    path.write_text(CLINIC)
    return read_expectations(path)


def _table(**changes: object) -> TableDecision:
    made = TableDecision("", None, "", None, None, "main", {})
    return replace(made, **changes)


def _right() -> Decisions:
    return Decisions(
        tables={
            "visit": _table(
                row_name="Visit <key>",
                beside="seen_on",
                columns={"seen_on": ColumnDecision("date", "Seen on")},
            ),
            "patient": _table(
                row_name="last_name + first_name",
                page="Patients",
                singular="Patient",
                children="Children",
                columns={
                    "height_cm": ColumnDecision("integer", "Height (cm)"),
                    "postcode": ColumnDecision("text", "Post Code"),
                },
            ),
            "busy_days": _table(section="report"),
        },
        figures=("patient: count", "visit: sum(fee)", "visit: avg(fee)"),
        charts=(ChartDecision("visit", "sum(fee)", "seen_on", "Fee (EUR) per month"),),
    )


def _change(table: str, **changes: object) -> Callable[[Decisions], Decisions]:
    def changed(found: Decisions) -> Decisions:
        return replace(
            found, tables={**found.tables, table: replace(found.tables[table], **changes)}
        )

    return changed


def _column(table: str, name: str, decision: ColumnDecision) -> Callable[[Decisions], Decisions]:
    def changed(found: Decisions) -> Decisions:
        columns = {**found.tables[table].columns, name: decision}
        return _change(table, columns=columns)(found)

    return changed


def _figures(*figures: str) -> Callable[[Decisions], Decisions]:
    return lambda found: replace(found, figures=figures)


def _charts(*charts: ChartDecision) -> Callable[[Decisions], Decisions]:
    return lambda found: replace(found, charts=charts)


def _more(chart: ChartDecision, times: int = 1) -> Callable[[Decisions], Decisions]:
    return lambda found: replace(found, charts=found.charts + (chart,) * times)


def _link_table_as_page(found: Decisions) -> Decisions:
    return replace(found, tables={**found.tables, "patient_clinic": _table(section="main")})


def _other_order(found: Decisions) -> Decisions:
    return replace(found, tables=dict(sorted(found.tables.items())))


def _without_patient(found: Decisions) -> Decisions:
    kept = {name: table for name, table in found.tables.items() if name != "patient"}
    return replace(found, tables=kept)


WANTED = ChartDecision("visit", "sum(fee)", "seen_on", "Fee per month")
MISTAKES: list[tuple[Callable[[Decisions], Decisions], set[tuple[str, str]]]] = [
    (_change("patient", row_name="email"), {("row name", "patient")}),
    (_change("patient", row_name="first_name"), {("row name", "patient")}),
    (_change("visit", row_name="<key>"), {("row name", "visit")}),
    (_change("visit", beside=None), {("row name", "visit, beside the key")}),
    (_change("patient", page="Patient"), {("page", "patient, its page")}),
    (_change("patient", singular=None), {("page", "patient, a row")}),
    (_change("patient", children="Patients"), {("label", "patient, children")}),
    (_change("visit", section="look-up"), {("navigation", "visit")}),
    (_change("busy_days", section=None), {("navigation", "busy_days")}),
    (_link_table_as_page, {("navigation", "patient_clinic")}),
    (_other_order, {("navigation", "the first page")}),
    (
        _column("visit", "seen_on", ColumnDecision("date-time", "Seen on")),
        {("type", "visit.seen_on")},
    ),
    (
        _column("patient", "postcode", ColumnDecision("money", "Postcode")),
        {("type", "patient.postcode")},
    ),
    (
        _column("patient", "height_cm", ColumnDecision("number", "Height cm")),
        {("label", "patient.height_cm")},
    ),
    (
        _without_patient,
        {
            ("navigation", "patient"),
            ("row name", "patient"),
            ("page", "patient, its page"),
            ("page", "patient, a row"),
            ("label", "patient, children"),
            ("type", "patient.height_cm"),
            ("label", "patient.height_cm"),
            ("type", "patient.postcode"),
            ("label", "patient.postcode"),
        },
    ),
    (_figures("visit: count"), {("key figure", "wanted"), ("key figure", "how many")}),
    (
        _figures("patient: count", "visit: count", "busy_days: count"),
        {("key figure", "no other")},
    ),
    (_figures(*["patient: count", "visit: count"] * 4), {("key figure", "how many")}),
    (_charts(), {("chart", "wanted"), ("chart", "title of visit: sum(fee) by seen_on")}),
    (
        _charts(replace(WANTED, title="Sum by date")),
        {("chart", "title of visit: sum(fee) by seen_on")},
    ),
    (
        _more(ChartDecision("visit", "count", "patient_id", "Visits by patient")),
        {("chart", "forbidden")},
    ),
    (_more(WANTED), {("chart", "all")}),
    (_more(ChartDecision("patient_clinic", "count", "a", "Rows")), {("chart", "all")}),
    (_more(ChartDecision("busy_days", "count", "a", "Rows")), {("chart", "all")}),
    (_more(ChartDecision("visit", "count", "kind", "Visits by kind_id")), {("chart", "all")}),
    (_more(ChartDecision("visit", "count", "kind", "Visits"), times=8), {("chart", "all")}),
]


def test_a_plan_as_a_careful_person_makes_it_is_all_right(expected: Expectations) -> None:
    verdicts = compare(expected, _right())
    assert _wrong(verdicts) == set()
    kinds = {"row name", "type", "label", "page", "navigation", "key figure", "chart"}
    assert {verdict.kind for verdict in verdicts} == kinds


@pytest.mark.parametrize(("mistake", "found"), MISTAKES)
def test_a_mistake_is_found_and_nothing_else(
    expected: Expectations,
    mistake: Callable[[Decisions], Decisions],
    found: set[tuple[str, str]],
) -> None:
    assert _wrong(compare(expected, mistake(_right()))) == found


def test_the_number_of_decisions_does_not_depend_on_the_plan(expected: Expectations) -> None:
    nothing = Decisions(tables={}, figures=None, charts=())
    assert len(compare(expected, nothing)) == len(compare(expected, _right()))


@pytest.mark.parametrize(
    ("wanted", "found", "is_same"),
    [
        ("Birth date", "Birth date", True),
        ("Birth date", "Birth Date", True),
        ("Birth date", "birth date", False),
        ("Birth date", "BIRTH DATE", False),
        ("VAT rate", "Vat rate", False),
        ("Height (cm)", "Height cm", False),
        ("Home page", "Homepage", False),
    ],
)
def test_labels_may_differ_in_capital_letters_only(wanted: str, found: str, is_same: bool) -> None:
    assert same_label(wanted, found) is is_same


def _wrong(verdicts: list[Verdict]) -> set[tuple[str, str]]:
    return {(verdict.kind, verdict.where) for verdict in verdicts if not verdict.is_right}
