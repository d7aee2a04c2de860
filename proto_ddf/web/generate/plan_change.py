"""The plan of an app, and how one change of it is made: the base of the states that edit it."""

from collections.abc import Callable

from reflex.event import EventSpec

from proto_ddf.generator.spec import AppSpec
from proto_ddf.sources.schema.model import ColumnType
from proto_ddf.web.shared.state.operation import OperationMixin

NO_PLAN = AppSpec(name="", slug="", tables=[])
_CHANGE = "change the plan"


class PlanChangeMixin(OperationMixin, mixin=True):
    """Holds the plan."""

    plan: AppSpec = NO_PLAN
    has_plan: bool = False

    def _set_plan(self, plan: AppSpec | None) -> None:
        """Show a plan, or none."""
        self.plan, self.has_plan = plan or NO_PLAN, plan is not None
        self._keep_plan()

    def _keep_plan(self) -> None:
        """Override to store the shown plan."""

    def _columns_of(self, table: str, wanted: Callable[[ColumnType], bool]) -> list[str]:
        planned = next((each for each in self.plan.tables if each.table == table), None)
        return [f.column for f in planned.fields if wanted(f.type)] if planned else []

    def _change(self, change: Callable[[AppSpec], AppSpec]) -> EventSpec | None:
        """Change the plan. If the change is not valid, an error is shown and the plan stays as it was.

        A client may send anything, so the changed plan is validated as a whole.
        """
        try:
            self._set_plan(AppSpec.model_validate(change(self.plan).model_dump(warnings=False)))
        except Exception as error:
            self._retry_handler = ""
            return self.handle_error(error, _CHANGE)
        if self.error_context.get("operation") == _CHANGE:
            self._clear_error()
        return None


def step(by: int) -> int:
    """One place up or down; a client may send anything."""
    return -1 if int(by) < 0 else 1
