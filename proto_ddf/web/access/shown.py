"""What a role may not do, it does not see.

`fit_to_role` goes through a finished page. Each control and link needs the least role that the one table (`least_roles`)
has for its event or route, and is shown only to those who have it. So a page need not say it again, and the two cannot
differ. What is no control, such as a section about something, says its role by `shown_to`.
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import reflex as rx
from reflex.event import EventChain, EventHandler, EventSpec
from reflex_base.components.component import BaseComponent
from reflex_base.registry import RegistrationContext
from reflex_components_core.core.foreach import Foreach  # type: ignore[import-untyped]

from proto_ddf.accounts.roles import Role, allows
from proto_ddf.web.access.least_roles import least_role_of_event, route_row, short_name
from proto_ddf.web.access.state import AccessState

_DIALOGS = ("AlertDialog.Root", "Dialog.Root", "DropdownMenu.Root", "Popover.Root")
"""They are hidden with all that they contain if it needs a higher role."""
_WITH_ITS_CHILD = "Popover.Close"
"""It hands what it does on to the control inside, so there must be one."""


def allowed(least: Role) -> Any:
    """Whether the tab's role is at least `least`, as a variable; true as long as the role is not known."""
    enough = ["", *(str(role) for role in Role if allows(role, least))]
    return rx.Var.create(enough).contains(AccessState.role)


def shown_to(
    least: Role, component: rx.Component, otherwise: rx.Component | None = None
) -> rx.Component:
    """The component for those whose role is at least `least`; `otherwise`, or nothing, for others.

    shown_to(Role.ADMIN, accounts_section())
    """
    if least == Role.VIEWER:
        return component
    shown: rx.Component = rx.cond(allowed(least), component, otherwise or rx.fragment())
    return shown


def page_for_roles(route: str, page: rx.Component, refusal: rx.Component) -> rx.Component:
    """A finished page, each part shown to those who may use it. Those who may not open it see `refusal`."""
    row = route_row("GET", "/" + route.strip("/"))
    least = row.least if row is not None else None
    fitted = fit_to_role(page, least or Role.VIEWER)
    return shown_to(least or Role.VIEWER, fitted, fit_to_role(refusal))


def fit_to_role(component: rx.Component, known: Role = Role.VIEWER) -> rx.Component:
    """The component with all controls and links in it shown only to those who may use them. `known`: the role that all who
    see it have."""
    least = max(_needed(component), known, key=_rank)
    _fit_children(component, least)
    return component if least == known else shown_to(least, component)


def _fit_children(component: BaseComponent, known: Role) -> None:
    if isinstance(component, Foreach):
        component.render_fn = _fitted_row(component.render_fn, known)
        component.children = [component._render().render_component()]
        return
    component.children = [
        fit_to_role(each, known) if isinstance(each, rx.Component) else each
        for each in component.children
    ]


def _fitted_row(draw: Callable[..., Any], known: Role) -> Callable[..., Any]:
    """The function by which `rx.foreach` draws a row. Reflex asks for the number and the names of its arguments."""

    def fit(row: Any) -> Any:
        return fit_to_role(row, known) if isinstance(row, rx.Component) else row

    if len(inspect.signature(draw).parameters) == 2:
        return functools.wraps(draw)(lambda item, number: fit(draw(item, number)))
    return functools.wraps(draw)(lambda item: fit(draw(item)))


def _needed(component: rx.Component) -> Role:
    """The least role of those who have a use for the component."""
    roles = list(_own_roles(component))
    if component.tag in _DIALOGS:
        inner = [role for each in _inside(component) for role in _own_roles(each)]
        roles += [min(inner, key=_rank)] if inner else []
    elif getattr(component, "as_child", None) is not None or component.tag == _WITH_ITS_CHILD:
        roles += [_needed(each) for each in component.children if isinstance(each, rx.Component)]
    return max(roles, key=_rank, default=Role.VIEWER)


def _inside(component: BaseComponent) -> Iterator[rx.Component]:
    for each in component.children:
        if isinstance(each, rx.Component):
            yield each
        yield from _inside(each)


def _own_roles(component: rx.Component) -> Iterator[Role]:
    """The roles of the events that the component itself sends, and of the addresses that it leads to."""
    for trigger in component.event_triggers.values():
        for event in trigger.events if isinstance(trigger, EventChain) else ():
            yield from _roles_of_event(event)
    submitted = (component.custom_attrs or {}).get("data-outbox")
    registered = RegistrationContext.get().event_handlers.get(str(submitted))
    if registered is not None:
        yield from _found(least_role_of_event(*short_name(str(submitted), registered).split(".")))
    for prop in ("href", "to"):
        yield from _roles_of_address(getattr(component, prop, None))


def _roles_of_event(event: Any) -> Iterator[Role]:
    if not isinstance(event, EventSpec):
        return
    handler: EventHandler = event.handler
    if handler.state is not None:
        yield from _found(least_role_of_event(handler.state.__name__, handler.fn.__name__))
    for name, value in event.args:
        if str(name) == "url":  # of rx.download
            yield from _roles_of_address(value)


def _roles_of_address(address: Any) -> Iterator[Role]:
    """Of a link to an own page or route; of one with a variable part, by an example."""
    written = getattr(address, "_var_value", None)
    parts = written if isinstance(written, tuple) else (address,)
    texts = [getattr(part, "_var_value", None) for part in parts]
    example = "".join(text if isinstance(text, str) else "x" for text in texts)
    if example.startswith("/"):
        row = route_row("GET", example.partition("#")[0].partition("?")[0])
        yield from _found(row.least if row else None)


def _found(least: Role | None) -> Iterator[Role]:
    if least is not None:
        yield least


_rank = list(Role).index
