"""How calls to something outside get over failures: every policy and breaker as it stands."""

import reflex as rx

from proto_ddf.web.components.callout import error_callout
from proto_ddf.web.components.fault_panel import fault_panel
from proto_ddf.web.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.components.layout import page
from proto_ddf.web.components.links import link_button
from proto_ddf.web.components.resilience import state_filters, system_panel
from proto_ddf.web.state.resilience import ResilienceState
from proto_ddf.web.state.resilience_views import ALL


def resilience_page() -> rx.Component:
    state = ResilienceState
    none = empty_state(
        "activity",
        "Nothing was called yet",
        "Each source, app and service that Proto-DDF calls shows here once it was called: whether it is let "
        "alone after failures, how often it failed, and what was tried again.",
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
                fault_panel(),
                class_name="pd-stack pd-wide",
            ),
            skeleton_rows(4, height="64px"),
        ),
    )
