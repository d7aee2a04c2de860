"""State of the resilience page: all policies with their circuit breakers, and fault injection."""

from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.resilience import Policy, injection, policies
from proto_ddf.web.resilience import injection_form
from proto_ddf.web.resilience.injection_views import (
    InjectionView,
    injection_systems,
    injection_views,
)
from proto_ddf.web.resilience.target_state import Detail, detail
from proto_ddf.web.resilience.views import (
    ALL,
    FILTERS,
    SystemView,
    count_states,
    errors_of,
    filter_of,
    key_of,
    system_views,
    targets_by_system,
)
from proto_ddf.web.shared.state.focus import focus
from proto_ddf.web.shared.state.live import LiveMixin, refresh_signals

_REFRESH_SECONDS = 1.0


class ResilienceState(LiveMixin, rx.State):
    """Polled while the page is open, because notifying the page of every call would be too much."""

    _form_fields: ClassVar[frozenset[str]] = frozenset(injection_form.EMPTY)

    systems: list[SystemView] = []
    """The systems with a target in the chosen state."""
    states: dict[str, int] = {}
    """The number of targets of each filter."""
    only: str = ALL
    """One of FILTERS."""
    targets: dict[str, list[str]] = {}
    """The names of all targets by system."""
    unfolded: dict[str, Detail] = {}
    """Details of the rows that are unfolded, by the target's key."""
    injections_enabled: bool = False
    active_injections: list[InjectionView] = []
    draft: dict[str, str] = injection_form.EMPTY
    """The injection panel's form."""
    system_choices: dict[str, str] = {}
    """The systems that an injection can affect: label by name."""

    @rx.var
    def injection_targets(self) -> list[str]:
        """The targets of the system chosen in the form."""
        return self.targets.get(self.draft["system"], [])

    @rx.event
    def load(self) -> EventSpec:
        return ResilienceState.follow

    @rx.event(background=True, supersedes=True)
    async def follow(self) -> EventSpec | None:
        try:
            async for _ in refresh_signals(self, about=None, every=_REFRESH_SECONDS):
                async with self:
                    self._refresh()
                    self._refreshed()
        except Exception as error:
            async with self:
                return self._refresh_failed(error, "show policies")
        return None

    def _refresh(self) -> None:
        """Assign only what changed, because every assigned value is sent to the browser."""
        snapshots = [policy.snapshot() for policy in policies()]
        shown: dict[str, Any] = {
            "systems": system_views(
                [one for one in snapshots if self.only in (ALL, filter_of(one))], self.systems
            ),
            "states": count_states(snapshots),
            "targets": targets_by_system(snapshots),
            "unfolded": {
                key_of(one): detail(one, errors_of(one).last)
                for one in snapshots
                if key_of(one) in self.unfolded
            },
            "injections_enabled": injection.enabled(),
            "active_injections": injection_views(injection.active(), self.active_injections),
            "system_choices": injection_systems(one.system for one in snapshots),
        }
        for name, value in shown.items():
            if value != getattr(self, name):
                setattr(self, name, value)

    @rx.event
    def show_only(self, state: str) -> None:
        """Filter by state. An unknown state removes the filter."""
        self.only = state if state in FILTERS else ALL
        self._refresh()

    @rx.event
    def toggle(self, key: str) -> None:
        """Unfold a target's details, or fold them."""
        if key in self.unfolded:
            self.unfolded = {other: shown for other, shown in self.unfolded.items() if other != key}
        elif (found := _find(key)) is not None:
            shown = found.snapshot()
            self.unfolded = {**self.unfolded, key: detail(shown, errors_of(shown).last)}

    @rx.event
    def reset_breaker(self, key: str) -> None:
        """Close a target's breaker by hand."""
        if (found := _find(key)) is not None:
            found.reset()
            self._refresh()

    @rx.event
    def force_open(self, key: str) -> None:
        """Open a target's breaker by hand, until it is reset."""
        if (found := _find(key)) is not None:
            found.force_open()
            self._refresh()

    @rx.event
    def set_injection(self, field: str, value: str) -> None:
        """Set a field of the injection panel's form."""
        if field not in self.draft:
            return
        changed = {field: str(value)}
        if field == "system":
            changed["target"] = injection_form.EVERY_TARGET
        self.draft = {**self.draft, **changed}
        self._clear_field_error(field)

    @rx.event
    def start_injection(self) -> EventSpec | None:
        """Start the injection that the form describes."""
        systems = list(self.system_choices)
        self.field_errors = injection_form.find_form_errors(self.draft, systems)
        if self.field_errors:
            return focus(f"fault-{next(iter(self.field_errors))}")
        try:
            injection_form.inject(self.draft, systems)
        except Exception as error:
            self._retry_by("start_injection")
            return self.handle_error(error, "start a fault")
        self._clear_error()
        self._refresh()
        return None

    @rx.event
    def stop_injection(self, injection_id: int) -> None:
        """Stop one active injection; its blocked calls continue."""
        injection.stop(injection_id)
        self._refresh()

    @rx.event
    def stop_all_injections(self) -> None:
        injection.stop_all()
        self._refresh()


def _find(key: str) -> Policy | None:
    return next((one for one in policies() if key_of(one) == key), None)
