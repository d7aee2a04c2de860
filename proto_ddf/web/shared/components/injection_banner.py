"""The banner above every page while fault injection is switched on."""

import reflex as rx

from proto_ddf.web.shared.state.injections import InjectionBannerState


def injection_banner() -> rx.Component:
    """The banner; nothing if the setting FAULTS_ENABLED is off."""
    active = InjectionBannerState.active
    how_many = rx.match(
        active,
        (0, "none is active"),
        (1, "1 fault is active"),
        active.to_string() + " faults are active",
    )
    return rx.cond(
        InjectionBannerState.enabled,
        rx.el.div(
            rx.icon("flask-conical", size=16, aria_hidden="true"),
            rx.el.span(
                rx.el.strong("Fault injection is switched on"),
                ": ",
                how_many,
                ". ",
                rx.link("See the faults", href="/resilience#faults", size="2", underline="always"),
            ),
            class_name="pd-fault-banner pd-tone-warning",
            role="status",
        ),
        rx.fragment(),
    )
