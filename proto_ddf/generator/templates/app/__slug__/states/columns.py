"""The columns of a list: which are shown, and in which order."""

from typing import Any, ClassVar

import reflex as rx

from ..column_choice import choice_of, moved, shown_columns, written
from ..views import TableView


class ColumnsMixin(rx.State, mixin=True):
    """Shows, hides and moves the columns of a list."""

    view: ClassVar[TableView]

    chosen_columns: str = rx.LocalStorage("")
    """The choice that this browser keeps; see column_choice.py. Empty: the default columns."""
    asked_columns: str = ""
    """The choice in the page's address, which comes first."""
    columns_version: int = 0
    """Incremented to draw the checkboxes of the menu again."""

    @rx.var
    def columns(self) -> list[str]:
        """Names of the visible columns in their order; at least one."""
        return shown_columns(self._choice())

    @rx.var
    def shown_places(self) -> list[int]:
        """The visible columns in their order, as places in `view.visible_fields`."""
        return self._places(self.columns)

    @rx.var
    def all_places(self) -> list[int]:
        """All columns in the order of the menu, as places in `view.visible_fields`."""
        return self._places(self._choice())

    @rx.event
    def show_column(self, name: str, is_shown: bool):
        """Show or hide a column; the last one cannot be hidden."""
        choice = self._choice()
        if name not in choice:
            return None
        choice[name] = bool(is_shown)
        if not any(choice.values()):
            self.columns_version += 1
            return None
        return self._keep_columns(written(choice))

    @rx.event
    def move_column(self, name: str, by: int):
        """Move a column one place forward (-1) or back (1)."""
        choice = self._choice()
        if name not in choice:
            return None
        return self._keep_columns(written(moved(choice, name, -1 if int(by) < 0 else 1)))

    @rx.event
    def show_all_columns(self):
        """Show all columns."""
        self.columns_version += 1
        return self._keep_columns(written(dict.fromkeys(self._choice(), True)))

    @rx.event
    def show_usual_columns(self):
        """Show the default columns again, in their order."""
        self.columns_version += 1
        return self._keep_columns("")

    def _choice(self) -> dict[str, bool]:
        return choice_of(self.view, self.asked_columns or self.chosen_columns)

    def _places(self, names: Any) -> list[int]:
        places = {field.name: at for at, field in enumerate(self.view.visible_fields)}
        return [places[name] for name in names]

    def _keep_columns(self, choice: str) -> Any:
        """Keep the choice."""
        self.chosen_columns, self.asked_columns = choice, ""
        return self._columns_changed()

    def _columns_changed(self) -> Any:
        """What follows a change of the columns."""
        raise NotImplementedError
