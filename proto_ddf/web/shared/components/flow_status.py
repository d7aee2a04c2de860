"""The badge of a flow, and the line that says more."""

from typing import Literal

import reflex as rx

from proto_ddf.web.shared.components.badge import status_badge


def flow_badge(
    status: rx.Var[str], message: rx.Var[str], *, of: Literal["integration", "generation"]
) -> rx.Component:
    """flow_badge(State.generation_status, State.generation_message, of="generation")"""
    return rx.el.span(
        status_badge(status, of=of),
        class_name="pd-flow-badge",
        title=message,
        custom_attrs={"data-flow": of, "data-status": status},
    )


def flow_message(status: rx.Var[str], message: rx.Var[str]) -> rx.Component:
    """The message where nothing else on the page says it: of a failure the callout does."""
    return rx.el.p(
        rx.cond(status == "failed", "", message),
        class_name="pd-quiet pd-flow-message",
        role="status",
    )
