"""What a form shows outlives its state on the server.

A tab's state ends after an hour without an event, or with a server that is killed, while its page goes on showing the form.
The form's storage variables (`rx.SessionStorage`, `rx.LocalStorage`) hold all that it shows. The browser sends them whenever
it connects. An event for a state that is gone waits until the browser has been asked for them.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import reflex as rx
from reflex.event import Event
from reflex.istate.storage import LocalStorage, SessionStorage
from reflex.state import State, StateUpdate
from reflex_base.constants.state import FIELD_MARKER

_CONNECTING = f"{State.get_full_name()}.hydrate_and_load"
"""The event by which the browser connects."""

_app: list[rx.App] = []
_forms: dict[str, "type[KeptFormMixin]"] = {}


def keep_forms(app: rx.App, forms: "Mapping[str, type[KeptFormMixin]]") -> None:
    """Take up what the browser keeps of these forms, by the path of their page; called once, where the app is made."""
    _app[:] = [app]
    _forms.clear()
    _forms.update(forms)
    app.add_middleware(_TakeUp())


class KeptFormMixin(rx.State, mixin=True):
    """A form whose storage variables hold all that it shows."""

    _kept_variables: ClassVar[tuple[str, ...]] = ()

    def _take_kept(self) -> None:
        """Override to fill the form from the storage variables. They are the browser's: they may hold anything."""


class TabState(rx.State):
    """Whether the server knows what the tab shows."""

    _known: bool = False
    _waiting: list[Event] = []
    """What was asked for before the browser has told what it keeps."""

    @rx.event
    async def resume(self, kept: dict[str, Any]) -> list[Any] | None:
        """The browser tells what it keeps: the form is filled, the page's own events run, and then what was asked for."""
        if self._known:
            return None
        self._known = True
        waiting, self._waiting = self._waiting, []
        await _fill(self, kept)
        self.is_hydrated = True
        return [*_app[0].get_load_events(self.router.url.path), *waiting]


class _TakeUp(rx.Middleware):
    """Lets an event wait that is for a form which the server does not know. On other pages nothing waits: a state that
    is gone is begun anew there."""

    async def preprocess(self, app: rx.App, state: Any, event: Event) -> StateUpdate | None:
        tab = await state.get_state(TabState)
        if event.name == _CONNECTING:
            await _fill(state, event.payload.get("vars"))
            tab._known, tab._waiting = True, []
        elif not tab._known and state.router.url.path in _forms and event.name != _RESUME:
            tab._waiting = [*tab._waiting, Event(name=event.name, payload=event.payload)]
            return StateUpdate(events=_ask() if len(tab._waiting) == 1 else [])
        return None


_RESUME = f"{TabState.get_full_name()}.resume"


async def _fill(state: rx.State, kept: Any) -> None:
    """Fill the forms whose variables the browser has otherwise than the server."""
    held = kept if isinstance(kept, dict) else {}
    for form in _forms.values():
        target: Any = await state.get_state(form)
        given = {name: held.get(_key(form, name)) for name in form._kept_variables}
        texts = {name: text if isinstance(text, str) else "" for name, text in given.items()}
        if any(getattr(target, name) != text for name, text in texts.items()):
            for name, text in texts.items():
                setattr(target, name, text)
            target._take_kept()


def _ask() -> list[Event]:
    """The event by which the browser tells what it keeps."""
    variables = [(form, name) for form in _forms.values() for name in form._kept_variables]
    entries = ", ".join(
        f"{json.dumps(_key(form, name))}: {_place(form, name)}" for form, name in variables
    )
    return Event.from_event_type(rx.call_script(f"({{{entries}}})", callback=TabState.resume))


def _place(form: type[KeptFormMixin], name: str) -> str:
    """Where the browser keeps a variable, in JavaScript."""
    variable = form.get_fields()[name].default
    if not isinstance(variable, LocalStorage | SessionStorage):
        raise TypeError(f"{name} is not kept by the browser")
    area = "localStorage" if isinstance(variable, LocalStorage) else "sessionStorage"
    return f"{area}.getItem({json.dumps(variable.name)})"


def _key(form: type[KeptFormMixin], name: str) -> str:
    """How the browser names a variable when it connects."""
    return f"{form.get_full_name()}.{name}{FIELD_MARKER}"
