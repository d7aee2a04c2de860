"""State of the connect form's secrets. The form has only references; the typed text is sent directly to the vault."""

import asyncio
from typing import Any

import reflex as rx

from proto_ddf import vault
from proto_ddf.operations.retention import references as retention_references
from proto_ddf.sources.connected import secrets
from proto_ddf.web.sources.connect.draft import Draft, draft_config, field_key, form_of, secret_keys
from proto_ddf.web.sources.connect.form import FormMixin


class SecretsMixin(FormMixin, mixin=True):
    """The events of the controls of assets/secret.jsx."""

    typed: list[str] = []
    """Keys of the fields with text that is not stored yet."""
    form_round: int = 0
    """Counts how often the controls were replaced by empty ones, so that late events of old controls are ignored."""
    saved_endpoint: list[str] = []
    """Host, port and user of the secrets of the edited source."""
    _saved_secrets: list[str] = []
    """The references of these secrets."""

    @rx.var
    def usable_secrets(self) -> dict[str, str]:
        """The references that the form sends, by key; "" if there is none, or if it belongs to another endpoint."""
        moved = set(self._saved_secrets) if self._has_moved() else set()
        held = {key: self.values.get(key, "") for key in secret_keys(self.kind)}
        return {key: "" if reference in moved else reference for key, reference in held.items()}

    @rx.var
    def moved_secrets(self) -> list[str]:
        """Keys of the fields whose secret belongs to another endpoint than the form has now."""
        return [key for key, usable in self.usable_secrets.items() if self.values[key] != usable]

    @rx.event
    def set_typed(self, key: str, typed: bool, form_round: int) -> None:
        """A control has text that is not stored yet, or no longer has."""
        if self._is_shown(key, form_round):
            self._set_typed(key, typed)
            self._keep()
            if typed:
                self._clear_form_error(key)

    @rx.event
    def set_secret(self, key: str, reference: str, form_round: int) -> Any:
        """The typed text was stored under this reference; "" removes the secret."""
        if reference and not vault.is_reference(reference):
            return None
        if not self._is_shown(key, form_round):
            return self.__class__.discard_secrets([reference])
        replaced = self.values[key]
        self.values[key] = reference
        self._set_typed(key, False)
        self._clear_form_error(key)
        self._edited()
        return self.__class__.discard_secrets([replaced])

    @rx.event
    def refuse_secret(self, key: str, message: str, form_round: int) -> None:
        """The typed text could not be stored. It stays in the control."""
        if self._is_shown(key, form_round):
            name = key.removeprefix(field_key(self.kind, ""))
            self.field_errors = {**self.field_errors, name: str(message)}

    @rx.event(background=True)
    async def discard_secrets(self, references: list[str]) -> None:
        """Delete secrets that nothing uses."""
        await asyncio.to_thread(retention_references.discard_secrets, references)

    def _set_saved_secrets(self, saved: Draft | None) -> None:
        """Set the secrets of the edited source; `saved` is its form, None for a new source."""
        config = draft_config(saved) if saved else {}
        self.saved_endpoint = list(secrets.endpoint_of(config)) if saved else []
        self._saved_secrets = list(secrets.named_in(saved.kind, config).values()) if saved else []

    def _forget_typed(self) -> None:
        """Replace the controls by empty ones."""
        self.typed = []
        self.form_round += 1

    def _is_shown(self, key: str, form_round: int) -> bool:
        """Whether the control still exists. Events of replaced controls are ignored."""
        return key in secret_keys(self.kind) and form_round == self.form_round

    def _has_moved(self) -> bool:
        fields = (field.name for field in form_of(self.kind))
        here = {name: self.values[field_key(self.kind, name)] for name in fields}
        return bool(self._saved_secrets) and list(secrets.endpoint_of(here)) != self.saved_endpoint

    def _set_typed(self, key: str, typed: bool) -> None:
        others = [other for other in self.typed if other != key]
        if typed or len(others) != len(self.typed):
            self.typed = [*others, key] if typed else others
