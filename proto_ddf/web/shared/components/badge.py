"""Badges of states. Each has a colour, an icon and a word, so that colour is never the only sign."""

from typing import Literal, NamedTuple

import reflex as rx


class _Look(NamedTuple):
    word: str
    icon: str
    color: str
    turning: bool = False


_WORK = {
    "pending": _Look("Waiting", "circle-dashed", "gray"),
    "running": _Look("Running", "loader-circle", "indigo", turning=True),
    "succeeded": _Look("Done", "circle-check", "green"),
    "failed": _Look("Failed", "circle-x", "red"),
    "cancelled": _Look("Cancelled", "circle-slash", "gray"),
    "resolved": _Look("Resolved", "circle-check", "green"),
    "open": _Look("Open", "circle-alert", "red"),
}
_APP = {
    "creating": _Look("Building", "hammer", "indigo"),
    "starting": _Look("Starting", "loader-circle", "indigo", turning=True),
    "running": _Look("Running", "circle-play", "green"),
    "degraded": _Look("Degraded", "triangle-alert", "amber"),
    "stopped": _Look("Stopped", "circle-stop", "gray"),
    "restarting": _Look("Restarting", "rotate-cw", "amber", turning=True),
    "failed": _Look("Failed", "circle-x", "red"),
    "healthy": _Look("Healthy", "heart-pulse", "green"),
    "unhealthy": _Look("Unhealthy", "heart-crack", "red"),
}

_BREAKER = {
    "closed": _Look("Closed", "circle-check", "green"),
    "open": _Look("Open", "octagon-x", "red"),
    "half_open": _Look("Half-open", "circle-dot-dashed", "amber"),
    "forced_open": _Look("Forced open", "hand", "red"),
    "off": _Look("No breaker", "circle-minus", "gray"),
}
_SOURCE = {
    "checking": _Look("Checking", "circle-dashed", "gray"),
    "connected": _Look("Connected", "circle-check", "green"),
    "degraded": _Look("Degraded", "triangle-alert", "amber"),
    "unreachable": _Look("Unreachable", "unplug", "red"),
    "attention": _Look("Needs attention", "circle-alert", "red"),
}
_FORM = {
    "invalid": _Look("Check the form", "circle-alert", "amber"),
    "failed": _WORK["failed"],
    "cancelled": _WORK["cancelled"],
}
_INTEGRATION = {
    "idle": _Look("Not tried yet", "circle-dashed", "gray"),
    "connecting": _Look("Connecting", "loader-circle", "indigo", turning=True),
    "connected": _Look("Connection works", "circle-check", "green"),
    **_FORM,
}
_GENERATION = {
    "idle": _Look("Not generated yet", "circle-dashed", "gray"),
    "generating": _Look("Generating", "loader-circle", "indigo", turning=True),
    "succeeded": _Look("Done", "circle-check", "green"),
    **_FORM,
}
_LOOKS = {
    "operation": _WORK,
    "app": _APP,
    "breaker": _BREAKER,
    "source": _SOURCE,
    "integration": _INTEGRATION,
    "generation": _GENERATION,
}
_Of = Literal["operation", "app", "breaker", "source", "integration", "generation"]


def status_badge(state: rx.Var[str] | str, *, of: _Of = "operation") -> rx.Component:
    """The state of an operation, a step or an error (`of="operation"`), of an app or its health
    (`of="app"`), of a circuit breaker (`of="breaker"`), of a source's connection (`of="source"`), or of one of the
    two flows (`of="integration"`, `of="generation"`): "running" is work going on for the first and a goal reached
    for the second.

        status_badge(app.state, of="app")
    """
    cases = [(name, _badge(look)) for name, look in _LOOKS[of].items()]
    unknown = rx.badge(rx.icon("circle-help", size=13), state, color_scheme="gray", size="2")
    return rx.match(state, *cases, unknown)


def step_icon(state: rx.Var[str]) -> rx.Component:
    """The icon of a step's state without the word, for a row that already has the word."""
    cases = [
        (
            name,
            rx.icon(
                look.icon,
                size=16,
                color=f"var(--{look.color}-11)",
                class_name="pd-turning" if look.turning else "",
                aria_hidden="true",
                flex_shrink="0",
            ),
        )
        for name, look in _WORK.items()
    ]
    return rx.match(state, *cases, rx.fragment())


def _badge(look: _Look) -> rx.Component:
    icon = rx.icon(
        look.icon,
        size=13,
        class_name="pd-turning" if look.turning else "",
        aria_hidden="true",
    )
    return rx.badge(icon, look.word, color_scheme=look.color, size="2", flex_shrink="0")
