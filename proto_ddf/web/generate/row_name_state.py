"""State of editing how the rows of the plan's tables are called."""

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.generator.planning import row_name_edit
from proto_ddf.generator.planning.plan_edit import find_table
from proto_ddf.generator.planning.row_names import beside_columns, naming_columns
from proto_ddf.web.generate.plan_change import PlanChangeMixin, step


class RowNameMixin(PlanChangeMixin, mixin=True):
    """One event for each change of how rows are called."""

    @rx.var
    def free_naming_columns(self) -> dict[str, list[str]]:
        """The columns that each table's row name may have and has not."""
        return {
            table.table: [each for each in naming_columns(table) if each not in table.row_name]
            for table in self.plan.tables
        }

    @rx.var
    def beside_columns(self) -> dict[str, list[str]]:
        """The columns that may stand beside the key of each table's rows."""
        return {table.table: beside_columns(table) for table in self.plan.tables}

    @rx.event
    def set_singular(self, table: str, singular: str) -> EventSpec | None:
        return self._change(lambda plan: row_name_edit.set_singular(plan, table, singular))

    @rx.event
    def add_to_row_name(self, table: str, column: str) -> EventSpec | None:
        return self._change(
            lambda plan: row_name_edit.set_row_name(
                plan, table, [*find_table(plan, table).row_name, column]
            )
        )

    @rx.event
    def remove_from_row_name(self, table: str, column: str) -> EventSpec | None:
        return self._change(
            lambda plan: row_name_edit.set_row_name(
                plan, table, [each for each in find_table(plan, table).row_name if each != column]
            )
        )

    @rx.event
    def move_in_row_name(self, table: str, column: str, by: int) -> EventSpec | None:
        return self._change(
            lambda plan: row_name_edit.move_in_row_name(plan, table, column, step(by))
        )

    @rx.event
    def set_beside(self, table: str, column: str) -> EventSpec | None:
        return self._change(lambda plan: row_name_edit.set_beside(plan, table, column or None))
