"""State of editing which columns the lists of the plan's tables show."""

from collections.abc import Callable

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.generator.planning import list_column_edit
from proto_ddf.generator.planning.list_columns import listable
from proto_ddf.web.generate.plan_change import PlanChangeMixin, step


class ListColumnsMixin(PlanChangeMixin, mixin=True):
    """One event for each change of the columns of a list."""

    @rx.var
    def list_columns(self) -> dict[str, list[str]]:
        """The columns that each table's list shows."""
        return {
            table.table: list_column_edit.columns_of_list(self.plan, table.table)
            for table in self.plan.tables
        }

    @rx.var
    def free_list_columns(self) -> dict[str, list[str]]:
        """The columns that each table's list can show and does not."""
        return {
            table.table: [
                each for each in listable(table) if each not in (table.list_columns or [each])
            ]
            for table in self.plan.tables
        }

    @rx.event
    def add_to_list(self, table: str, column: str) -> EventSpec | None:
        return self._set_list(table, lambda columns: [*columns, column])

    @rx.event
    def remove_from_list(self, table: str, column: str) -> EventSpec | None:
        return self._set_list(table, lambda columns: [each for each in columns if each != column])

    @rx.event
    def move_in_list(self, table: str, column: str, by: int) -> EventSpec | None:
        return self._change(
            lambda plan: list_column_edit.move_in_list(plan, table, column, step(by))
        )

    def _set_list(self, table: str, change: Callable[[list[str]], list[str]]) -> EventSpec | None:
        return self._change(
            lambda plan: list_column_edit.set_list_columns(
                plan, table, change(list_column_edit.columns_of_list(plan, table))
            )
        )
