"""The banner above every page while Proto-DDF cannot store its data."""

import reflex as rx

from proto_ddf.web.shared.state.storage import StorageBannerState


def storage_banner() -> rx.Component:
    """One banner per problem; nothing if there is none."""
    return rx.foreach(StorageBannerState.problems, _problem)


def _problem(problem: rx.vars.ObjectVar[dict[str, str]]) -> rx.Component:
    return rx.el.div(
        rx.icon("hard-drive", size=16, aria_hidden="true"),
        rx.el.span(
            rx.el.strong(problem["title"]),
            ". ",
            problem["message"],
            " ",
            problem["hint"],
        ),
        class_name="pd-fault-banner pd-tone-error",
        role="alert",
        custom_attrs={"data-banner": "storage"},
    )
