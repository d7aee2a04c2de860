"""Each change that a person may make to a plan, and the refusal of invalid ones."""

from typing import Any, ClassVar

import pytest
import reflex as rx
from reflex.state import State

from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.generator.spec import AppSpec, ChartKind, ChartSpec, FieldSpec, TableSpec, Widget
from proto_ddf.sources.schema.model import ColumnInfo, ColumnType, SourceSchema, TableInfo
from proto_ddf.web.generate.plan_change import NO_PLAN
from proto_ddf.web.generate.plan_state import PlanMixin

DOT = "\u2009.\u2009"


class PlanningState(PlanMixin, rx.State):
    _form_fields: ClassVar[frozenset[str]] = frozenset()


def _column(name: str, kind: ColumnType, **values: Any) -> ColumnInfo:
    return ColumnInfo(name=name, type=kind, **values)


def _key() -> ColumnInfo:
    return _column("id", ColumnType.INTEGER, nullable=False, primary_key=True, unique=True)


SCHEMA = SourceSchema(
    tables=(
        TableInfo(
            name="customers",
            columns=(
                _key(),
                _column("name", ColumnType.TEXT, nullable=False),
                _column("email", ColumnType.TEXT, unique=True),
                _column("photo", ColumnType.BINARY),
            ),
            primary_key=("id",),
        ),
        TableInfo(
            name="sales.orders",
            columns=(
                _key(),
                _column("customer", ColumnType.INTEGER),
                _column("day", ColumnType.DATE),
                _column("total", ColumnType.DECIMAL),
            ),
            primary_key=("id",),
        ),
    )
)
ORDERS = "sales.orders"


@pytest.fixture
def state() -> Any:
    root = State(_reflex_internal_init=True)
    state: Any = root.get_substate(PlanningState.get_full_name().split("."))
    state.plan = plan_app(SCHEMA, name="Shop", tables=None, imported=False, source=None)
    state.has_plan = True
    return state


def field(state: Any, table: str, column: str) -> FieldSpec:
    [planned] = [each for each in state.plan.tables if each.table == table]
    [found] = [each for each in planned.fields if each.column == column]
    return found


def planned(state: Any, table: str) -> TableSpec:
    [found] = [each for each in state.plan.tables if each.table == table]
    return found


def add_chart(state: Any, group: str = "day", value: str = "") -> ChartSpec:
    state.set_chart_table(ORDERS)
    state.set_chart_group(group)
    state.set_chart_value(value)
    assert state.add_chart() is None
    added: ChartSpec = state.plan.charts[-1]
    return added


class TestFields:
    def test_a_table_is_renamed_for_people(self, state: Any) -> None:
        assert state.set_table_label("customers", "  Our   clients ") is None
        assert state.plan.tables[0].label == "Our clients"

    def test_a_field_is_renamed_for_people(self, state: Any) -> None:
        state.set_label("customers", "name", "Full name")
        assert field(state, "customers", "name").label == "Full name"

    def test_a_field_gets_another_widget(self, state: Any) -> None:
        state.set_widget("customers", "name", "textarea")
        assert field(state, "customers", "name").widget is Widget.TEXTAREA

    def test_a_field_is_hidden_and_shown(self, state: Any) -> None:
        shown = state.plan_fields
        state.set_hidden("customers", "email", True)
        assert (field(state, "customers", "email").hidden, state.plan_fields) == (True, shown - 1)
        state.set_hidden("customers", "email", False)
        assert state.plan_fields == shown

    def test_a_field_is_demanded_and_no_longer(self, state: Any) -> None:
        state.set_required("customers", "email", True)
        assert field(state, "customers", "email").required
        state.set_required("customers", "email", False)
        assert not field(state, "customers", "email").required


class TestRelations:
    def test_one_is_put_together_and_added(self, state: Any) -> None:
        state.set_relation_column(ORDERS, "customer")
        state.set_relation_target(ORDERS, f"customers{DOT}id")
        assert state.add_relation(ORDERS) is None
        [relation] = state.plan.tables[1].relations
        assert (relation.columns, relation.target_table) == (["customer"], "customers")
        assert relation.target_columns == ["id"]
        assert state.plan_relations == 1
        assert field(state, ORDERS, "customer").widget is Widget.RELATION
        assert (state.relation_table, state.relation_column, state.relation_target) == ("",) * 3

    def test_a_table_with_a_dot_in_its_name_can_be_the_target(self, state: Any) -> None:
        target = f"{ORDERS}{DOT}id"
        assert target in state.targets
        state.set_relation_column(ORDERS, "customer")
        state.set_relation_target(ORDERS, target)
        assert state.add_relation(ORDERS) is None
        assert state.plan.tables[1].relations[0].target_table == ORDERS

    def test_columns_chosen_for_one_table_are_not_taken_for_another(self, state: Any) -> None:
        state.set_relation_column(ORDERS, "customer")
        state.set_relation_target("customers", f"{ORDERS}{DOT}id")
        assert (state.relation_table, state.relation_column) == ("customers", "")
        state.set_relation_column(ORDERS, "customer")
        assert (state.relation_table, state.relation_target) == (ORDERS, "")

    def test_one_is_removed(self, state: Any) -> None:
        state.set_relation_column(ORDERS, "customer")
        state.set_relation_target(ORDERS, f"customers{DOT}id")
        state.add_relation(ORDERS)
        assert state.remove_relation(ORDERS, ["customer"]) is None
        assert state.plan_relations == 0
        assert field(state, ORDERS, "customer").widget is Widget.INTEGER

    def test_one_that_cannot_be_keeps_what_was_chosen(self, state: Any) -> None:
        state.set_relation_column(ORDERS, "day")
        state.set_relation_target(ORDERS, f"customers{DOT}id")
        assert state.add_relation(ORDERS) is not None
        assert state.error_shown
        assert state.plan_relations == 0
        assert state.relation_column == "day"


class TestCharts:
    def test_one_is_put_together_and_added(self, state: Any) -> None:
        before = len(state.plan.charts)
        chart = add_chart(state, value="total")
        assert (chart.table, chart.group_by, chart.measure) == (ORDERS, "day", "sum")
        assert chart.value_column == "total"
        assert len(state.plan.charts) == before + 1
        assert (state.chart_table, state.chart_group, state.chart_value) == ("",) * 3

    def test_without_a_value_rows_are_counted(self, state: Any) -> None:
        chart = add_chart(state)
        assert (chart.measure, chart.value_column) == ("count", None)

    def test_another_table_has_other_columns(self, state: Any) -> None:
        state.set_chart_table(ORDERS)
        state.set_chart_group("day")
        state.set_chart_value("total")
        state.set_chart_table("customers")
        assert (state.chart_group, state.chart_value) == ("", "")
        assert state.chart_groups == ["id", "name", "email"]
        assert state.chart_values == ["id"]

    def test_one_is_renamed_redrawn_and_removed(self, state: Any) -> None:
        chart = add_chart(state)
        state.set_chart_title(chart.id, "Orders by day")
        state.set_chart_kind(chart.id, "line")
        changed = state.plan.charts[-1]
        assert (changed.title, changed.kind) == ("Orders by day", ChartKind.LINE)
        state.remove_chart(chart.id)
        assert chart.id not in [each.id for each in state.plan.charts]

    def test_one_that_cannot_be_keeps_what_was_chosen(self, state: Any) -> None:
        state.set_chart_table("customers")
        assert state.add_chart() is not None
        assert state.error_shown
        assert state.chart_table == "customers"


class TestFirstScreen:
    def test_a_table_is_moved_to_another_section_and_within_it(self, state: Any) -> None:
        first, second = (table.table for table in state.plan.tables)
        state.move_table(second, -1)
        assert [table.table for table in state.plan.tables] == [second, first]
        state.move_table(second, -1)
        assert [table.table for table in state.plan.tables] == [second, first]
        state.set_section(second, "look-up")
        state.move_table(second, 1)
        assert [table.table for table in state.plan.tables] == [second, first]
        assert state.plan.tables[0].section == "look-up"
        assert state.sections[second] == ["main", "look-up", "report"]

    def test_a_key_figure_is_added_renamed_moved_and_removed(self, state: Any) -> None:
        state.plan.key_figures = []
        state.set_figure_table(ORDERS)
        assert state.figure_values == ["id", "customer", "total"]
        state.set_figure_value("sum total")
        state.add_figure()
        state.set_figure_table("customers")
        state.add_figure()
        assert [(each.measure, each.value_column) for each in state.plan.key_figures] == [
            ("sum", "total"),
            ("count", None),
        ]
        people = state.plan.key_figures[1]
        state.set_figure_title(people.id, "People")
        state.move_figure(people.id, -1)
        assert [each.title for each in state.plan.key_figures] == [
            "People",
            "Total of sales orders",
        ]
        state.set_figure_title(people.id, " ")
        assert state.plan.key_figures[0].title == "Customers"
        state.remove_figure(people.id)
        assert [each.measure for each in state.plan.key_figures] == ["sum"]

    def test_the_same_figure_twice_is_refused(self, state: Any) -> None:
        state.plan.key_figures = []
        for _ in range(2):
            state.set_figure_table("customers")
            failed = state.add_figure()
        assert failed is not None
        assert len(state.plan.key_figures) == 1

    def test_a_chart_is_moved(self, state: Any) -> None:
        state.plan.charts = []
        first, second = add_chart(state), add_chart(state)
        state.move_chart(second.id, -1)
        assert [chart.id for chart in state.plan.charts] == [second.id, first.id]


class TestNamesOfRows:
    def test_a_row_is_called_by_columns_in_an_order(self, state: Any) -> None:
        assert state.free_naming_columns["customers"] == ["id", "email"]
        state.add_to_row_name("customers", "email")
        state.move_in_row_name("customers", "email", -1)
        assert planned(state, "customers").row_name == ["email", "name"]
        state.move_in_row_name("customers", "email", -1)
        state.remove_from_row_name("customers", "name")
        assert planned(state, "customers").row_name == ["email"]

    def test_a_row_without_a_name_has_its_singular_and_a_column_beside_its_key(
        self, state: Any
    ) -> None:
        assert (planned(state, ORDERS).row_name, planned(state, ORDERS).beside) == ([], "day")
        assert state.beside_columns[ORDERS] == ["day"]
        state.set_beside(ORDERS, "")
        state.set_singular(ORDERS, " Sale  order")
        assert (planned(state, ORDERS).singular, planned(state, ORDERS).beside) == (
            "Sale order",
            None,
        )
        state.set_beside(ORDERS, "day")
        assert planned(state, ORDERS).beside == "day"

    def test_a_column_that_is_hidden_is_in_no_name(self, state: Any) -> None:
        state.set_required("customers", "name", False)
        state.set_hidden("customers", "name", True)
        state.set_hidden(ORDERS, "day", True)
        assert planned(state, "customers").row_name == []
        assert planned(state, ORDERS).beside is None

    def test_what_was_typed_last_is_taken_from_the_form(self, state: Any) -> None:
        state._take_typed_plan({f"singular\n{ORDERS}": "Deal"})
        assert planned(state, ORDERS).singular == "Deal"


class TestRefused:
    @pytest.mark.parametrize(
        ("event", "given"),
        [
            ("set_table_label", ("customers", " ")),
            ("set_table_label", ("nothing", "Label")),
            ("set_label", ("customers", "name", "x" * 101)),
            ("set_label", ("customers", "nothing", "Label")),
            ("set_widget", ("customers", "name", "switch")),
            ("set_widget", ("customers", "name", "<script>")),
            ("set_required", ("customers", "name", False)),
            ("set_hidden", ("nothing", "name", True)),
            ("add_relation", ("customers",)),
            ("remove_relation", ("customers", ["name"])),
            ("set_chart_title", ("nothing", "Title")),
            ("set_chart_kind", ("nothing", "bar")),
            ("remove_chart", ("nothing",)),
            ("move_chart", ("nothing", 1)),
            ("add_chart", ()),
            ("set_section", ("customers", "none")),
            ("set_section", ("nothing", "main")),
            ("move_table", ("nothing", 1)),
            ("set_figure_title", ("nothing", "Title")),
            ("move_figure", ("nothing", 1)),
            ("remove_figure", ("nothing",)),
            ("add_figure", ()),
            ("set_singular", ("customers", " ")),
            ("add_to_row_name", ("customers", "name")),
            ("add_to_row_name", ("customers", "photo")),
            ("add_to_row_name", ("customers", "nothing")),
            ("remove_from_row_name", ("nothing", "name")),
            ("move_in_row_name", ("customers", "email", 1)),
            ("set_beside", ("customers", "name")),
            # What a page never sends, and a client may:
            ("set_label", (None, {}, [])),
            ("set_label", ("customers", "name", None)),
            ("set_label", ("customers", "name", 3)),
            ("set_table_label", ("customers", ["a"])),
            ("set_widget", ("customers", "name", {"a": 1})),
            ("set_hidden", ("customers", "name", "maybe")),
            ("set_required", ("customers", "email", [1])),
            ("add_relation", (["customers"],)),
            ("remove_relation", ("customers", None)),
            ("set_chart_title", (None, None)),
            ("remove_chart", ({},)),
            ("set_section", ("customers", ["main"])),
            ("move_table", ("customers", "far")),
            ("set_figure_title", (None, 3)),
            ("set_singular", ("customers", {"a": 1})),
            ("add_to_row_name", ("customers", ["email"])),
            ("move_in_row_name", ("customers", "name", "far")),
            ("set_beside", (ORDERS, 3)),
        ],
    )
    def test_an_invalid_change_is_reported_or_ignored_and_the_plan_stays(
        self, state: Any, event: str, given: tuple[Any, ...]
    ) -> None:
        before = state.plan.model_copy(deep=True)
        getattr(state, event)(*given)
        assert AppSpec.model_validate(state.plan.model_dump()) == before

    def test_it_is_reported_in_the_callout(self, state: Any) -> None:
        assert state.set_label("customers", "name", "") is not None
        assert state.error_shown
        assert "label" in state.field_errors

    @pytest.mark.parametrize("value", [None, 3, {"a": 1}, ["x"]])
    def test_nonsense_in_what_is_put_together_does_no_harm(self, state: Any, value: Any) -> None:
        before = state.plan.model_copy(deep=True)
        state.set_chart_table(value)
        state.set_chart_group(value)
        state.set_chart_value(value)
        assert state.chart_groups == state.chart_values == []
        state.add_chart()
        state.set_relation_column(value, value)
        state.set_relation_target(value, value)
        state.add_relation(value)
        assert state.plan == before

    def test_a_change_that_works_takes_the_error_of_the_last_away(self, state: Any) -> None:
        state.set_label("customers", "name", "")
        state.set_label("customers", "name", "Full name")
        assert state.error_message == ""
        assert not state.error_shown


class TestOverview:
    def test_what_each_field_may_be_is_known(self, state: Any) -> None:
        assert state.columns[ORDERS] == ["id", "customer", "day", "total"]
        assert {"text", "textarea"} <= set(state.widgets["customers"]["name"])
        assert "switch" not in state.widgets["customers"]["name"]

    def test_relations_may_point_to_what_is_unique(self, state: Any) -> None:
        assert state.targets == [
            f"customers{DOT}id",
            f"customers{DOT}email",
            f"{ORDERS}{DOT}id",
        ]

    def test_pages_are_the_tables_and_the_dashboard(self, state: Any) -> None:
        assert (state.plan_pages, state.plan_fields) == (3, 7)  # a photo is no field of a form
        assert state.chart_tables == ["customers", ORDERS]

    def test_without_a_plan_all_is_empty(self, state: Any) -> None:
        state.plan, state.has_plan = NO_PLAN, False
        assert state.plan_pages == state.plan_fields == state.plan_relations == 0
        assert state.widgets == state.columns == {}
        assert state.targets == state.chart_tables == state.chart_groups == []
