"""State of editing the plan of an app."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.generator.planning import plan_edit
from proto_ddf.generator.spec import Section
from proto_ddf.web.generate.first_screen_state import FirstScreenMixin
from proto_ddf.web.generate.list_columns_state import ListColumnsMixin
from proto_ddf.web.generate.row_name_state import RowNameMixin

_DOT = "\u2009.\u2009"
"""Separates table and column in an option; the name of a table may contain a plain dot."""
NAME_PARTS = "\n"
"""Separates the parts of the name of a text control: what it belongs to, and the names of that."""


class PlanMixin(FirstScreenMixin, RowNameMixin, ListColumnsMixin, mixin=True):
    """The plan, with one event for each change that a person can make to it."""

    relation_table: str = ""
    """The table, column and target of the new relation."""
    relation_column: str = ""
    relation_target: str = ""

    @rx.var
    def widgets(self) -> dict[str, dict[str, list[str]]]:
        """The widgets that each field may have, by table and column."""
        return {
            table.table: {
                field.column: [
                    str(widget)
                    for widget in plan_edit.widgets_for(self.plan, table.table, field.column)
                ]
                for field in table.fields
            }
            for table in self.plan.tables
        }

    @rx.var
    def columns(self) -> dict[str, list[str]]:
        return {table.table: [f.column for f in table.fields] for table in self.plan.tables}

    @rx.var
    def targets(self) -> list[str]:
        """The columns that a relation may refer to: keys and unique columns."""
        return [
            f"{table.table}{_DOT}{field.column}"
            for table in self.plan.tables
            for field in table.fields
            if field.unique or table.primary_key == [field.column]
        ]

    @rx.var
    def plan_pages(self) -> int:
        """A page for each table, except for those that only connect others, and the dashboard."""
        pages = sum(table.section is not Section.NONE for table in self.plan.tables)
        return pages + 1 if self.has_plan else 0

    @rx.var
    def plan_fields(self) -> int:
        return sum(not field.hidden for table in self.plan.tables for field in table.fields)

    @rx.var
    def plan_relations(self) -> int:
        return sum(len(table.relations) for table in self.plan.tables)

    @rx.event
    def set_table_label(self, table: str, label: str) -> EventSpec | None:
        return self._change(lambda plan: plan_edit.set_table_label(plan, table, label))

    @rx.event
    def set_label(self, table: str, column: str, label: str) -> EventSpec | None:
        return self._change(lambda plan: plan_edit.set_field(plan, table, column, label=label))

    @rx.event
    def set_widget(self, table: str, column: str, widget: str) -> EventSpec | None:
        return self._change(lambda plan: plan_edit.set_field(plan, table, column, widget=widget))

    @rx.event
    def set_required(self, table: str, column: str, required: bool) -> EventSpec | None:
        return self._change(
            lambda plan: plan_edit.set_field(plan, table, column, required=required)
        )

    @rx.event
    def set_hidden(self, table: str, column: str, hidden: bool) -> EventSpec | None:
        return self._change(lambda plan: plan_edit.set_field(plan, table, column, hidden=hidden))

    @rx.event
    def set_relation_column(self, table: str, column: str) -> None:
        if table != self.relation_table:
            self.relation_target = ""
        self.relation_table, self.relation_column = str(table), str(column)

    @rx.event
    def set_relation_target(self, table: str, target: str) -> None:
        if table != self.relation_table:
            self.relation_column = ""
        self.relation_table, self.relation_target = str(table), str(target)

    @rx.event
    def add_relation(self, table: str) -> EventSpec | None:
        target_table, _, target_column = self.relation_target.partition(_DOT)
        column = self.relation_column
        failed = self._change(
            lambda plan: plan_edit.add_relation(
                plan, table, [column], target_table, [target_column]
            )
        )
        if failed is None:
            self.relation_table = self.relation_column = self.relation_target = ""
        return failed

    @rx.event
    def remove_relation(self, table: str, columns: list[str]) -> EventSpec | None:
        return self._change(lambda plan: plan_edit.remove_relation(plan, table, columns))

    def _take_typed_plan(self, form: dict[str, Any]) -> Any:
        """Take the values of the plan's text controls from the form that was sent. A control sends its value when it
        loses the focus, but Enter sends the form before that."""
        shown = None
        for table in list(self.plan.tables):
            text = form.get(NAME_PARTS.join(("table", table.table)))
            if isinstance(text, str) and text != table.label:
                shown = self.set_table_label(table.table, text) or shown
            text = form.get(NAME_PARTS.join(("singular", table.table)))
            if isinstance(text, str) and text != table.singular:
                shown = self.set_singular(table.table, text) or shown
            for field in table.fields:
                text = form.get(NAME_PARTS.join(("field", table.table, field.column)))
                if isinstance(text, str) and text != field.label:
                    shown = self.set_label(table.table, field.column, text) or shown
        for figure in list(self.plan.key_figures):
            text = form.get(NAME_PARTS.join(("figure", figure.id)))
            if isinstance(text, str) and text != figure.title:
                shown = self.set_figure_title(figure.id, text) or shown
        for chart in list(self.plan.charts):
            text = form.get(NAME_PARTS.join(("chart", chart.id)))
            if isinstance(text, str) and text != chart.title:
                shown = self.set_chart_title(chart.id, text) or shown
        return shown
