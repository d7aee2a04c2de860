"""What the links of a list's export refer to."""

import reflex as rx


class ExportMixin(rx.State, mixin=True):
    """Adds what an export is asked for."""

    @rx.var
    def export_query(self) -> str:
        """The search, the filters and the order, as in the address of the list."""
        return self._written().partition("?")[2]

    def _written(self) -> str:
        """The address of the list with all columns."""
        raise NotImplementedError
