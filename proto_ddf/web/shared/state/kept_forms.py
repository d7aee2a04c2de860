"""Forms whose content survives the loss of their state on the server.

A tab's state expires after an hour without an event, or is lost when the server is killed, while the page still shows
the form. The form's storage variables (`rx.SessionStorage`, `rx.LocalStorage`) have everything that it shows. The
browser sends them when it connects. If a state was lost, an event for it waits until the browser has sent them again.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import reflex as rx
from reflex.event import Event
from reflex.istate.storage import LocalStorage, SessionStorage
from reflex.state import State, StateUpdate
from reflex_base.constants.state import FIELD_MARKER

from proto_ddf.submissions import current_submission

_CONNECTING = f"{State.get_full_name()}.hydrate_and_load"
"""The event that the browser sends when it connects."""

_app: list[rx.App] = []
_forms: dict[str, "type[KeptFormMixin]"] = {}
_prepared: dict[str, asyncio.Event] = {}
"""By the id of the submission that waits for it."""


def keep_forms(app: rx.App, forms: "Mapping[str, type[KeptFormMixin]]") -> None:
    """Restore these forms, given by the path of their page, from the browser's storage. Call it once for the app."""
    _app[:] = [app]
    _forms.clear()
    _forms.update(forms)
    app.add_middleware(_RestoreForms())


class KeptFormMixin(rx.State, mixin=True):
    """A form whose storage variables have everything that it shows."""

    _storage_variables: ClassVar[tuple[str, ...]] = ()

    def _restore(self) -> None:
        """Override to fill the form from the storage variables. They come from the browser and may be invalid."""


class TabState(rx.State):
    """Whether the forms of a tab have been restored."""

    _known: bool = False
    _waiting: list[Event] = []
    """Events that came before the browser sent its storage variables."""

    @rx.event
    async def resume(self, kept: dict[str, Any]) -> list[Any] | None:
        """Fill the forms from the browser's storage, run the page's on_load events, then the waiting events."""
        if self._known:
            return None
        self._known = True
        waiting, self._waiting = self._waiting, []
        await _fill(self, kept)
        self.is_hydrated = True
        return [*_app[0].get_load_events(self.router.url.path), *waiting]

    @rx.event
    def prepare(self, submission_id: str) -> None:
        """Runs before a submission: like any event it waits until the forms of a lost state are restored."""
        if is_prepared := _prepared.get(submission_id):
            is_prepared.set()


async def fill_form(state: Any, path: str, kept: dict[str, Any]) -> None:
    """Fill the form of the page `path` as it was when a submission was made: that decides, not what came later."""
    form = _forms.get(path)
    if form is not None and kept:
        await _fill(state, kept, [form])


@contextmanager
def prepared(submission_id: str) -> Iterator[asyncio.Event]:
    """An event that is set once the tab of a submission has its forms: see `TabState.prepare`."""
    _prepared[submission_id] = asyncio.Event()
    try:
        yield _prepared[submission_id]
    finally:
        del _prepared[submission_id]


class _RestoreForms(rx.Middleware):
    """Delays events for a form whose state was lost. On other pages events do not wait: there a lost state simply
    starts again. A submission brings what its form had."""

    async def preprocess(self, app: rx.App, state: Any, event: Event) -> StateUpdate | None:
        tab = await state.get_state(TabState)
        if event.name == _CONNECTING:
            await _fill(state, event.payload.get("vars"))
            tab._known, tab._waiting = True, []
        elif current_submission() is not None or event.name == _RESUME:
            return None  # a submission runs after `prepare`, which has waited
        elif not tab._known and state.router.url.path in _forms:
            tab._waiting = [*tab._waiting, Event(name=event.name, payload=event.payload)]
            return StateUpdate(events=_request_storage() if len(tab._waiting) == 1 else [])
        return None


_RESUME = f"{TabState.get_full_name()}.resume"
PREPARE = f"{TabState.get_full_name()}.prepare"


async def _fill(
    state: rx.State, kept: Any, forms: "Iterable[type[KeptFormMixin]] | None" = None
) -> None:
    """Fill the forms (all by default) whose storage variables differ between browser and server."""
    held = kept if isinstance(kept, dict) else {}
    for form in _forms.values() if forms is None else forms:
        target: Any = await state.get_state(form)
        given = {name: held.get(_key(form, name)) for name in form._storage_variables}
        texts = {name: text if isinstance(text, str) else "" for name, text in given.items()}
        if any(getattr(target, name) != text for name, text in texts.items()):
            for name, text in texts.items():
                setattr(target, name, text)
            target._restore()


def _request_storage() -> list[Event]:
    """The event that makes the browser send its storage variables."""
    variables = [(form, name) for form in _forms.values() for name in form._storage_variables]
    entries = ", ".join(
        f"{json.dumps(_key(form, name))}: {_storage_item(form, name)}" for form, name in variables
    )
    return Event.from_event_type(rx.call_script(f"({{{entries}}})", callback=TabState.resume))


def storage_places(form: type[KeptFormMixin]) -> dict[str, tuple[str, str]]:
    """Where the browser keeps a form's storage variables: storage and key, by the name of its connect event."""
    return {_key(form, name): _storage_place(form, name) for name in form._storage_variables}


def _storage_item(form: type[KeptFormMixin], name: str) -> str:
    """The JavaScript expression that reads a variable from the browser's storage."""
    area, key = _storage_place(form, name)
    return f"{area}.getItem({json.dumps(key)})"


def _storage_place(form: type[KeptFormMixin], name: str) -> tuple[str, str]:
    variable = form.get_fields()[name].default
    if not isinstance(variable, LocalStorage | SessionStorage):
        raise TypeError(f"{name} is not a storage variable")
    area = "localStorage" if isinstance(variable, LocalStorage) else "sessionStorage"
    return area, str(variable.name)


def _key(form: type[KeptFormMixin], name: str) -> str:
    """The name of a variable in the browser's connect event."""
    return f"{form.get_full_name()}.{name}{FIELD_MARKER}"
