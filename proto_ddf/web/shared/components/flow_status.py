"""The badge and the message of a flow's status."""

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
    """The message of the status. A failure's message is not repeated, because the callout shows it."""
    return rx.el.p(
        rx.cond(status == "failed", "", message),
        class_name="pd-quiet pd-flow-message",
        role="status",
    )
