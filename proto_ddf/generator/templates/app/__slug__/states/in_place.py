"""The state of a row's form that the page of another row shows, among the rows that refer to that one."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from ..keys import NEW
from ..row_page import Loaded, Saved
from ..sign_in import ONLY_READING, may_edit
from .form import FormMixin


class InPlaceMixin(FormMixin, mixin=True):
    """The form of a new or an existing row. The state of the page fills it and says where it is shown; see
    states/related.py."""

    read_only: str = ""
    """Why the row cannot be changed."""
    _page: str = ""
    """The full name of the state of the page that shows it."""
    _address: str = ""
    """The address of that page."""
    _relation: str = ""
    """The relation among whose rows it is shown."""

    @rx.event
    async def cancel(self):
        """Leave the form without saving."""
        page = await self.get_state(_page_state(self._page)) if self._page else None
        if page:
            page.unfolded = ""

    def _show(self, loaded: Loaded, key: str, page: str, address: str, relation: str) -> None:
        self._start_over()
        self.name = loaded.name
        self.read_only = loaded.form.read_only if may_edit() else ONLY_READING
        self._fill(loaded.form, key)
        self._page, self._address, self._relation = page, address, relation

    def _is_of(self, form: dict[str, Any]) -> bool:
        is_there = self.router.url.path.rstrip("/") == self._address
        return bool(self._page) and is_there and form.get("_form") == self.form_key

    async def _keep_open(self) -> None:
        page = await self.get_state(_page_state(self._page))
        page.unfolded = self._relation

    def _after(self, saved: Saved) -> Sequence[Any]:
        added = saved.key if saved.before == NEW else ""
        return [_page_state(self._page).related_saved(self._relation, added)]


IN_PLACE: dict[str, type[InPlaceMixin]] = {}
"""By the name of the table; of the tables that can be changed and refer to others."""


def _page_state(name: str) -> Any:
    return rx.State.get_class_substate(name)
