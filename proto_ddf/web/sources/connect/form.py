"""What the parts of the connect form's state share: its fields, and what they do when one changes."""

from typing import Any

from proto_ddf.web.shared.state.operation import OperationMixin
from proto_ddf.web.sources.connect.draft import empty_draft, field_key

_EMPTY = empty_draft()


class FormMixin(OperationMixin, mixin=True):
    kind: str = _EMPTY.kind
    values: dict[str, str] = _EMPTY.values

    def _edited(self) -> Any:
        """Keep the draft and remove what was found about the form as it was before."""
        raise NotImplementedError

    def _keep(self, operation_id: str | None = None) -> None:
        """Keep the draft in the browser."""
        raise NotImplementedError

    def _clear_form_error(self, key: str) -> None:
        self._clear_field_error(key.removeprefix(field_key(self.kind, "")))
