"""The base of the parts of the connect form's state: its fields, and the reaction to a change."""

from proto_ddf.web.shared.state.operation import OperationMixin
from proto_ddf.web.sources.connect.draft import empty_draft, field_key

_EMPTY = empty_draft()


class FormMixin(OperationMixin, mixin=True):
    kind: str = _EMPTY.kind
    values: dict[str, str] = _EMPTY.values

    def _edited(self) -> None:
        """Store the draft and remove the result of an earlier test."""
        raise NotImplementedError

    def _keep(self, operation_id: str | None = None) -> None:
        """Store the draft in the browser."""
        raise NotImplementedError

    def _clear_form_error(self, key: str) -> None:
        self._clear_field_error(key.removeprefix(field_key(self.kind, "")))
