"""The resilience page: all policies with their circuit breakers, and fault injection."""

import reflex as rx

from proto_ddf.web.resilience.injection_panel import injection_panel
from proto_ddf.web.resilience.panels import state_filters, system_panel
from proto_ddf.web.resilience.state import ResilienceState
from proto_ddf.web.resilience.views import ALL
from proto_ddf.web.shared.components.callout import error_callout
from proto_ddf.web.shared.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import link_button


def resilience_page() -> rx.Component:
    state = ResilienceState
    none = empty_state(
        "activity",
        "Nothing was called yet",
        "Each source, app and service is listed here after its first call, with the state of its circuit breaker, "
        "its failures and its retries.",
        link_button("Connect a source", "/sources/new"),
    )
    none_such = empty_state(
        "list-filter", "None in this state", "Choose another state, or All, to see the others."
    )
    panels = rx.el.div(
        state_filters(),
        rx.cond(state.systems, rx.foreach(state.systems, system_panel), none_such),
        class_name="pd-stack",
    )
    return page(
        "Resilience",
        error_callout(state),
        rx.cond(
            state.loaded,
            rx.el.div(
                rx.cond(state.states[ALL] > 0, panels, none),
                injection_panel(),
                class_name="pd-stack pd-wide",
            ),
            skeleton_rows(4, height="64px"),
        ),
    )
