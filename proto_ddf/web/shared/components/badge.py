"""Badges of states. Each has a colour, an icon and a word, so that colour is never the only sign."""

from typing import Literal, NamedTuple

import reflex as rx


class _Appearance(NamedTuple):
    word: str
    icon: str
    color: str
    turning: bool = False


_WORK = {
    "pending": _Appearance("Waiting", "circle-dashed", "gray"),
    "running": _Appearance("Running", "loader-circle", "indigo", turning=True),
    "succeeded": _Appearance("Done", "circle-check", "green"),
    "failed": _Appearance("Failed", "circle-x", "red"),
    "cancelled": _Appearance("Cancelled", "circle-slash", "gray"),
    "resolved": _Appearance("Resolved", "circle-check", "green"),
    "open": _Appearance("Open", "circle-alert", "red"),
}
_APP = {
    "creating": _Appearance("Building", "hammer", "indigo"),
    "starting": _Appearance("Starting", "loader-circle", "indigo", turning=True),
    "running": _Appearance("Running", "circle-play", "green"),
    "degraded": _Appearance("Degraded", "triangle-alert", "amber"),
    "stopped": _Appearance("Stopped", "circle-stop", "gray"),
    "restarting": _Appearance("Restarting", "rotate-cw", "amber", turning=True),
    "failed": _Appearance("Failed", "circle-x", "red"),
    "healthy": _Appearance("Healthy", "heart-pulse", "green"),
    "unhealthy": _Appearance("Unhealthy", "heart-crack", "red"),
}

_BREAKER = {
    "closed": _Appearance("Closed", "circle-check", "green"),
    "open": _Appearance("Open", "octagon-x", "red"),
    "half_open": _Appearance("Half-open", "circle-dot-dashed", "amber"),
    "forced_open": _Appearance("Forced open", "hand", "red"),
    "off": _Appearance("No breaker", "circle-minus", "gray"),
}
_SOURCE = {
    "checking": _Appearance("Checking", "circle-dashed", "gray"),
    "connected": _Appearance("Connected", "circle-check", "green"),
    "degraded": _Appearance("Degraded", "triangle-alert", "amber"),
    "unreachable": _Appearance("Unreachable", "unplug", "red"),
    "attention": _Appearance("Needs attention", "circle-alert", "red"),
}
_INCIDENT = {
    "new": _Appearance("New", "circle-alert", "red"),
    "ongoing": _Appearance("Ongoing", "circle-dot", "amber"),
    "escalating": _Appearance("Escalating", "trending-up", "red"),
    "regressed": _Appearance("Regressed", "rotate-ccw", "red"),
    "resolved": _WORK["resolved"],
    "muted": _Appearance("Muted", "bell-off", "gray"),
}
_CHANNEL = {
    "unused": _Appearance("Nothing sent yet", "circle-dashed", "gray"),
    "working": _Appearance("Works", "circle-check", "green"),
    "failing": _Appearance("Fails", "circle-x", "red"),
    "off": _Appearance("Switched off", "circle-stop", "gray"),
}
_DELIVERY = {
    "pending": _WORK["pending"],
    "sending": _Appearance("Sending", "loader-circle", "indigo", turning=True),
    "may_have_arrived": _Appearance("May have arrived", "circle-help", "amber"),
    "failed": _WORK["failed"],
}
_REPAIR = {
    "running": _Appearance("Repairing", "wrench", "indigo"),
    "verified": _Appearance("Helped", "circle-check", "green"),
    "failed": _Appearance("Did not help", "circle-x", "red"),
    "superseded": _Appearance("Stopped", "circle-slash", "gray"),
}
_CODEGEN = {
    "preparing": _Appearance("Not asked yet", "circle-dashed", "gray"),
    "asking": _Appearance("Answer unknown", "circle-help", "amber"),
    "waiting": _Appearance("Working", "loader-circle", "indigo", turning=True),
    "done": _Appearance("Pull request", "git-pull-request", "green"),
    "failed": _WORK["failed"],
    "cancelled": _WORK["cancelled"],
    "applied": _Appearance("Applied", "circle-check", "green"),
}
_ESCALATION = {
    "open": _Appearance("To be done", "circle-alert", "red"),
    "acknowledged": _Appearance("Acknowledged", "eye", "gray"),
    "over": _Appearance("Over", "circle-check", "gray"),
}
_FORM = {
    "invalid": _Appearance("Check the form", "circle-alert", "amber"),
    "failed": _WORK["failed"],
    "cancelled": _WORK["cancelled"],
}
_INTEGRATION = {
    "idle": _Appearance("Not tried yet", "circle-dashed", "gray"),
    "connecting": _Appearance("Connecting", "loader-circle", "indigo", turning=True),
    "connected": _Appearance("Connection works", "circle-check", "green"),
    **_FORM,
}
_GENERATION = {
    "idle": _Appearance("Not generated yet", "circle-dashed", "gray"),
    "generating": _Appearance("Generating", "loader-circle", "indigo", turning=True),
    "succeeded": _Appearance("Done", "circle-check", "green"),
    **_FORM,
}
_ACCOUNT = {
    "active": _Appearance("Active", "circle-check", "green"),
    "invited": _Appearance("No password yet", "circle-dashed", "amber"),
    "disabled": _Appearance("Disabled", "circle-slash", "gray"),
}
_APPEARANCES = {
    "account": _ACCOUNT,
    "operation": _WORK,
    "app": _APP,
    "breaker": _BREAKER,
    "source": _SOURCE,
    "incident": _INCIDENT,
    "channel": _CHANNEL,
    "delivery": _DELIVERY,
    "repair": _REPAIR,
    "codegen": _CODEGEN,
    "escalation": _ESCALATION,
    "integration": _INTEGRATION,
    "generation": _GENERATION,
}
_Of = Literal[
    "account",
    "operation",
    "app",
    "breaker",
    "source",
    "incident",
    "channel",
    "delivery",
    "repair",
    "integration",
    "generation",
    "codegen",
    "escalation",
]


def status_badge(state: rx.Var[str] | str, *, of: _Of = "operation") -> rx.Component:
    """The state of an operation, a step or an error (`of="operation"`), of an app or its health
    (`of="app"`), of a circuit breaker (`of="breaker"`), of a source's connection (`of="source"`), of an
    incident (`of="incident"`), of a channel of notifications or one delivery (`of="channel"`, `of="delivery"`), of a
    repair (`of="repair"`), of an account (`of="account"`), or of one of the two flows (`of="integration"`, `of="generation"`): "running" is work
    going on for the first and a goal reached for the second.

        status_badge(app.state, of="app")
    """
    cases = [(name, _badge(appearance)) for name, appearance in _APPEARANCES[of].items()]
    unknown = rx.badge(rx.icon("circle-help", size=13), state, color_scheme="gray", size="2")
    return rx.match(state, *cases, unknown)


def step_icon(state: rx.Var[str]) -> rx.Component:
    """The icon of a step's state without the word, for a row that already has the word."""
    cases = [
        (
            name,
            rx.icon(
                appearance.icon,
                size=16,
                color=f"var(--{appearance.color}-11)",
                class_name="pd-turning" if appearance.turning else "",
                aria_hidden="true",
                flex_shrink="0",
            ),
        )
        for name, appearance in _WORK.items()
    ]
    return rx.match(state, *cases, rx.fragment())


def _badge(appearance: _Appearance) -> rx.Component:
    icon = rx.icon(
        appearance.icon,
        size=13,
        class_name="pd-turning" if appearance.turning else "",
        aria_hidden="true",
    )
    return rx.badge(icon, appearance.word, color_scheme=appearance.color, size="2", flex_shrink="0")
