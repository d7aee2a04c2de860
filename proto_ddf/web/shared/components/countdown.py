"""Countdowns in the browser: the React components of assets/countdown.jsx."""

from typing import Any

import reflex as rx


class _Waiting(rx.Component):
    library = "$/public/countdown.jsx"

    until: rx.Var[str]
    """Identifies the wait, so that the count continues after a reload; empty if there is no wait."""
    seconds: rx.Var[float]
    """The remaining time when the server sent it."""


class Countdown(_Waiting):
    """ "Probe in 12 s", then the text `over`."""

    tag = "Countdown"

    before: rx.Var[str]
    over: rx.Var[str]


class TryAgain(_Waiting):
    """The button, which is disabled during the wait, with the remaining time."""

    tag = "TryAgain"

    label: rx.Var[str]
    name: rx.Var[str]
    """Its accessible name, if the label is not specific enough."""
    disabled: rx.Var[bool]
    on_click: rx.EventHandler[rx.event.no_args_event_spec]  # type: ignore[type-arg, valid-type]


def countdown(
    until: rx.Var[str] | str, seconds: rx.Var[float] | float, *, before: str, over: str
) -> rx.Component:
    """ "Probe in 12 s", counted by the browser; `over` after the wait.

    countdown(target.probe_at, target.probe_seconds, before="Probe in", over="Probe due")
    """
    return Countdown.create(until=until, seconds=seconds, before=before, over=over)


def try_again_button(
    *,
    busy: rx.Var[bool] | bool,
    on_click: Any = None,
    submitted: dict[str, Any] | None = None,
    until: rx.Var[str] | str,
    seconds: rx.Var[float] | float,
    disabled: rx.Var[bool] | bool | None = None,
    name: rx.Var[str] | str = "",
) -> rx.Component:
    """Try Again, by a handler or by what is `submitted` (`submits`). If `until` names a wait, the button is disabled and counts down until the wait ends.

    try_again_button(busy=S.error_retrying, on_click=S.retry_operation, until=S.error_retry_at,
                     seconds=S.error_wait)
    """
    return TryAgain.create(
        until=until,
        seconds=seconds,
        label=rx.cond(busy, "Trying again…", "Try Again"),
        name=name,
        disabled=busy if disabled is None else disabled,
        on_click=on_click,
        custom_attrs=submitted or {},
    )
