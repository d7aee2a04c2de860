"""State of editing the navigation, the key figures and the charts of the plan of an app."""

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.generator.planning import chart_edit, figure_edit, navigation_edit
from proto_ddf.sources.schema.model import ColumnType
from proto_ddf.web.generate.plan_change import PlanChangeMixin, step

_NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
_NO_GROUPS = (ColumnType.BINARY, ColumnType.JSON)


class FirstScreenMixin(PlanChangeMixin, mixin=True):
    """One event for each change of what a person sees first in the app."""

    figure_table: str = ""
    """The table and value of the new key figure."""
    figure_value: str = ""
    chart_table: str = ""
    """The table, group and value of the new chart."""
    chart_group: str = ""
    chart_value: str = ""

    @rx.var
    def sections(self) -> dict[str, list[str]]:
        """The sections that each table may have."""
        return {
            table.table: [
                str(each) for each in navigation_edit.sections_for(self.plan, table.table)
            ]
            for table in self.plan.tables
        }

    @rx.var
    def figure_values(self) -> list[str]:
        return self._columns_of(self.figure_table, lambda kind: kind in _NUMBERS)

    @rx.var
    def chart_tables(self) -> list[str]:
        return [table.table for table in self.plan.tables]

    @rx.var
    def chart_groups(self) -> list[str]:
        return self._columns_of(self.chart_table, lambda kind: kind not in _NO_GROUPS)

    @rx.var
    def chart_values(self) -> list[str]:
        return self._columns_of(self.chart_table, lambda kind: kind in _NUMBERS)

    @rx.event
    def set_section(self, table: str, section: str) -> EventSpec | None:
        return self._change(lambda plan: navigation_edit.set_section(plan, table, section))

    @rx.event
    def move_table(self, table: str, by: int) -> EventSpec | None:
        return self._change(lambda plan: navigation_edit.move_table(plan, table, step(by)))

    @rx.event
    def set_figure_title(self, figure_id: str, title: str) -> EventSpec | None:
        return self._change(lambda plan: figure_edit.set_figure_title(plan, figure_id, title))

    @rx.event
    def move_figure(self, figure_id: str, by: int) -> EventSpec | None:
        return self._change(lambda plan: figure_edit.move_figure(plan, figure_id, step(by)))

    @rx.event
    def remove_figure(self, figure_id: str) -> EventSpec | None:
        return self._change(lambda plan: figure_edit.remove_figure(plan, figure_id))

    @rx.event
    def set_figure_table(self, table: str) -> None:
        self.figure_table, self.figure_value = str(table), ""

    @rx.event
    def set_figure_value(self, column: str) -> None:
        self.figure_value = str(column)

    @rx.event
    def add_figure(self) -> EventSpec | None:
        measure, _, column = self.figure_value.partition(" ")
        failed = self._change(
            lambda plan: figure_edit.add_figure(
                plan,
                table=self.figure_table,
                measure=measure or "count",
                value_column=column or None,
            )
        )
        if failed is None:
            self.figure_table = self.figure_value = ""
        return failed

    @rx.event
    def set_chart_title(self, chart_id: str, title: str) -> EventSpec | None:
        return self._change(lambda plan: chart_edit.change_chart(plan, chart_id, title=title))

    @rx.event
    def set_chart_kind(self, chart_id: str, kind: str) -> EventSpec | None:
        return self._change(lambda plan: chart_edit.change_chart(plan, chart_id, kind=kind))

    @rx.event
    def remove_chart(self, chart_id: str) -> EventSpec | None:
        return self._change(lambda plan: chart_edit.remove_chart(plan, chart_id))

    @rx.event
    def set_chart_table(self, table: str) -> None:
        self.chart_table, self.chart_group, self.chart_value = str(table), "", ""

    @rx.event
    def set_chart_group(self, column: str) -> None:
        self.chart_group = str(column)

    @rx.event
    def set_chart_value(self, column: str) -> None:
        self.chart_value = str(column)

    @rx.event
    def add_chart(self) -> EventSpec | None:
        failed = self._change(
            lambda plan: chart_edit.add_chart(
                plan,
                table=self.chart_table,
                group_by=self.chart_group,
                measure="sum" if self.chart_value else "count",
                value_column=self.chart_value or None,
            )
        )
        if failed is None:
            self.chart_table = self.chart_group = self.chart_value = ""
        return failed

    @rx.event
    def move_chart(self, chart_id: str, by: int) -> EventSpec | None:
        return self._change(lambda plan: chart_edit.move_chart(plan, chart_id, step(by)))
