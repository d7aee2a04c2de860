"""The first screen of an app: sections, order and icons of the navigation, key figures, and charts."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf.generator.planning.charts import MOST_CHARTS
from proto_ddf.generator.planning.key_figures import MOST_FIGURES
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.planning.plan_edit import find_table
from proto_ddf.generator.spec import AppSpec, Section
from proto_ddf.sources.schema.model import (
    ColumnInfo,
    ColumnType,
    ForeignKey,
    SourceSchema,
    TableInfo,
)
from tests.unit.generator.conftest import MemorySource, Rows


def _column(name: str, kind: ColumnType = ColumnType.INTEGER, **more: Any) -> ColumnInfo:
    return ColumnInfo(name=name, type=kind, **more)


def _table(
    name: str, *columns: ColumnInfo, refers: dict[str, str] | None = None, **more: Any
) -> TableInfo:
    """A table with the key `id`."""
    key = _column("id", primary_key=True, nullable=False, unique=True)
    keys = [
        ForeignKey(columns=(column,), target_table=target, target_columns=("id",))
        for column, target in (refers or {}).items()
    ]
    linked = [_column(column) for column in refers or {}]
    return TableInfo(
        name=name,
        columns=(key, *linked, *columns),
        primary_key=("id",),
        foreign_keys=tuple(keys),
        **more,
    )


def _link(name: str, first: str, second: str, row_count: int) -> TableInfo:
    refers = {f"{first}_id": first, f"{second}_id": second}
    return TableInfo(
        name=name,
        columns=tuple(_column(column) for column in refers),
        primary_key=tuple(refers),
        foreign_keys=tuple(
            ForeignKey(columns=(column,), target_table=target, target_columns=("id",))
            for column, target in refers.items()
        ),
        row_count=row_count,
    )


def _plan(*tables: TableInfo, rows: Rows | None = None) -> AppSpec:
    schema = SourceSchema(tables=tables)
    source = MemorySource(schema, rows) if rows is not None else None
    return plan_app(schema, name="My clinic", imported=False, source=source)


CLINICS = _table("clinics", _column("name", ColumnType.TEXT), row_count=4)
VISITS = _table(
    "visits",
    _column("visited_on", ColumnType.DATE),
    _column("amount", ColumnType.DECIMAL, scale=2),
    refers={"clinic_id": "clinics"},
    row_count=60,
)


class TestNavigation:
    def test_main_tables_come_first_then_look_ups_then_views(self) -> None:
        view = TableInfo(name="busy", columns=(_column("n"),), is_view=True, row_count=900)
        plan = _plan(view, CLINICS, VISITS)
        assert [(table.table, table.section) for table in plan.tables] == [
            ("visits", Section.MAIN),
            ("clinics", Section.LOOK_UP),
            ("busy", Section.REPORT),
        ]

    def test_of_main_tables_those_that_others_refer_to_come_first(self) -> None:
        orders = _table("orders", refers={"customer_id": "customers"}, row_count=90)
        customers = _table("customers", row_count=80)
        items = _table("items", refers={"order_id": "orders"}, row_count=100)
        plan = _plan(items, customers, orders)
        assert [table.table for table in plan.tables] == ["orders", "customers", "items"]

    @pytest.mark.parametrize("more", [{}, {"row_count": 0}])
    def test_two_foreign_keys_and_nothing_else_have_no_page(self, more: dict[str, int]) -> None:
        plan = _plan(
            CLINICS, VISITS, _link("visit_clinics", "visits", "clinics", 40).model_copy(update=more)
        )
        assert find_table(plan, "visit_clinics").section is Section.NONE

    def test_a_number_beside_the_keys_makes_it_a_page(self) -> None:
        link = _link("visit_clinics", "visits", "clinics", 40)
        more = link.model_copy(update={"columns": (*link.columns, _column("share"))})
        assert find_table(_plan(CLINICS, VISITS, more), "visit_clinics").section is Section.MAIN

    def test_a_key_that_the_database_numbers_is_no_data(self) -> None:
        link = _table("ties", refers={"visit_id": "visits", "clinic_id": "clinics"}, row_count=9)
        assert find_table(_plan(CLINICS, VISITS, link), "ties").section is Section.NONE

    def test_one_of_several_columns_is_a_page(self) -> None:
        link = _link("visit_clinics", "visits", "clinics", 40)
        key = ForeignKey(
            columns=("visits_id", "clinics_id"), target_table="pairs", target_columns=("a", "b")
        )
        pairs = TableInfo(
            name="pairs", columns=(_column("a"), _column("b")), primary_key=("a", "b")
        )
        wider = link.model_copy(update={"foreign_keys": (key, link.foreign_keys[0])})
        plan = _plan(CLINICS, VISITS, pairs, wider)
        assert find_table(plan, "visit_clinics").section is Section.MAIN

    def test_a_link_to_which_others_refer_has_a_page(self) -> None:
        link = _table("ties", refers={"visit_id": "visits", "clinic_id": "clinics"}, row_count=99)
        note = _table("notes", refers={"tie_id": "ties"}, row_count=5)
        assert find_table(_plan(CLINICS, VISITS, link, note), "ties").section is Section.MAIN

    def test_no_icon_is_used_twice(self) -> None:
        plan = _plan(
            *(_table(name, row_count=30) for name in ("users", "people", "guests", "x", "y"))
        )
        icons = [table.icon for table in plan.tables]
        assert len(set(icons)) == len(icons)
        assert find_table(plan, "users").icon in ("users", "contact")


class TestKeyFigures:
    def test_rows_of_main_tables_and_sums_of_money(self) -> None:
        figures = [
            (each.title, each.measure, each.value_column)
            for each in _plan(CLINICS, VISITS).key_figures
        ]
        assert figures == [
            ("Visits", "count", None),
            ("Clinics", "count", None),
            ("Total amount of visits", "sum", "amount"),
        ]

    def test_a_price_is_not_summed_but_a_paid_one_is(self) -> None:
        price = _column("price", ColumnType.DECIMAL, scale=2)
        products = _table("products", price, row_count=50)
        sold = _column("sold_at", ColumnType.DATETIME)
        sales = _table("sales", sold, price, refers={"product_id": "products"}, row_count=50)
        sums = {
            each.table: each.measure
            for each in _plan(products, sales).key_figures
            if each.value_column
        }
        assert sums == {"sales": "sum"}


class TestCharts:
    def test_a_measure_comes_before_a_count_and_has_words(self) -> None:
        titles = [chart.title for chart in _plan(CLINICS, VISITS).charts]
        assert titles == ["Total amount of visits per month", "Total amount of visits by clinic"]

    def test_one_relation_further(self) -> None:
        items = _table("items", _column("quantity"), refers={"visit_id": "visits"}, row_count=200)
        chart = next(each for each in _plan(CLINICS, VISITS, items).charts if each.through)
        assert (chart.table, chart.through, chart.group_by) == ("items", "visit_id", "clinic_id")
        assert chart.title == "Total quantity of items by clinic"

    def test_what_is_nearly_constant_makes_no_chart(self) -> None:
        states = _table("states", _column("state", ColumnType.TEXT), row_count=100)
        rows: Rows = {"states": [(n, "open" if n % 50 else "shut") for n in range(100)]}
        assert _plan(states, rows=rows).charts == []
        rows = {"states": [(n, "open" if n % 5 else "shut") for n in range(100)]}
        assert [chart.group_by for chart in _plan(states, rows=rows).charts] == ["state"]

    @pytest.mark.parametrize(("a_day", "shown"), [(1, []), (5, ["Tickets per day"])])
    def test_about_one_row_a_day_is_no_trend(self, a_day: int, shown: list[str]) -> None:
        tickets = _table("tickets", _column("opened_on", ColumnType.DATE), row_count=100)
        day = date(2024, 1, 1)
        rows: Rows = {"tickets": [(n, day + timedelta(n // a_day)) for n in range(50)]}
        assert [chart.title for chart in _plan(tickets, rows=rows).charts] == shown

    def test_birth_dates_are_no_trend(self) -> None:
        people = _table("people", _column("birth_date", ColumnType.DATE), row_count=100)
        day = date(1980, 1, 1)
        rows: Rows = {"people": [(n, day + timedelta(50 * n)) for n in range(100)]}
        assert _plan(people, rows=rows).charts == []


NAMES = st.sampled_from(
    [
        "amount",
        "total",
        "quantity",
        "status",
        "kind",
        "created_at",
        "price",
        "year",
        "rating",
        "note",
        "code",
        "lat",
    ]
)
KINDS = st.sampled_from(
    [kind for kind in ColumnType if kind not in (ColumnType.BINARY, ColumnType.JSON)]
)
VALUES: dict[ColumnType, Any] = {
    ColumnType.INTEGER: lambda n: n,
    ColumnType.DECIMAL: lambda n: n / 4,
    ColumnType.FLOAT: lambda n: n / 3,
    ColumnType.BOOLEAN: lambda n: n % 2 == 0,
    ColumnType.DATE: lambda n: date(2020, 1, 1) + timedelta(9 * n),
    ColumnType.DATETIME: lambda n: date(2020, 1, 1) + timedelta(9 * n),
    ColumnType.TIME: lambda n: None,
    ColumnType.TEXT: lambda n: f"w{n}",
}


@st.composite
def schemas(draw: st.DrawFn) -> tuple[tuple[TableInfo, ...], Rows]:
    """Tables that refer to earlier ones, links and views, with few, many or the same values."""
    tables: list[TableInfo] = []
    rows: Rows = {}
    for position in range(draw(st.integers(1, 6))):
        count = draw(st.sampled_from([0, 1, 5, 40, 100]))
        names = draw(st.lists(NAMES, unique=True, max_size=4))
        columns = [_column(name, draw(KINDS)) for name in names]
        targets = draw(
            st.lists(st.sampled_from([t.name for t in tables] or ["none"]), max_size=2, unique=True)
        )
        refers = {f"{target}_id": target for target in targets if target != "none"}
        table = _table(f"t{position}", *columns, refers=refers, row_count=count)
        if draw(st.booleans()):
            table = table.model_copy(
                update={"is_view": True, "primary_key": (), "foreign_keys": ()}
            )
        spread = [draw(st.sampled_from([1, 3, 1_000])) for _ in columns]
        tables.append(table)
        rows[table.name] = [
            (
                n,
                *[n % 5 for _ in refers],
                *[VALUES[c.type](n % s) for c, s in zip(columns, spread, strict=True)],
            )
            for n in range(count)
        ]
    return tuple(tables), rows


@settings(max_examples=120, deadline=None)
@given(schemas())
def test_whatever_the_schema_the_screen_shows_what_says_something(
    given: tuple[tuple[TableInfo, ...], Rows],
) -> None:
    tables, rows = given
    plan = _plan(*tables, rows=rows)
    assert len(plan.key_figures) <= MOST_FIGURES
    assert len(plan.charts) <= MOST_CHARTS
    has_rows = any(table.row_count for table in plan.tables)
    for shown in (*plan.key_figures, *plan.charts):
        table = find_table(plan, shown.table)
        assert table.section in (Section.MAIN, Section.LOOK_UP)
        assert bool(table.row_count) is has_rows
        assert shown.value_column not in ("id", "year", "code", "lat", *_foreign(plan, shown.table))
    for chart in plan.charts:
        table = find_table(plan, chart.table)
        assert chart.group_by != "id"
        at = [field.column for field in table.fields].index(chart.through or chart.group_by)
        assert not has_rows or len({row[at] for row in rows[chart.table]}) > 1
    questions = [chart.model_dump(exclude={"id", "title", "kind"}) for chart in plan.charts]
    assert all(questions.count(question) == 1 for question in questions)
    assert _plan(*tables, rows=rows) == plan


def _foreign(plan: AppSpec, table: str) -> set[str]:
    return {column for relation in find_table(plan, table).relations for column in relation.columns}
