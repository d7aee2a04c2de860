"""The panel of the alerts that fire now."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.alerts_state import AlertsPanelState
from proto_ddf.web.shared.components.numbers import time_ago


def alerts_panel() -> rx.Component:
    """One row for each alert; nothing while none fires. The page's on_load has `AlertsPanelState.follow`."""
    panel = rx.el.section(
        rx.el.h2("Alerts", class_name="pd-section-title"),
        rx.el.ul(
            rx.foreach(AlertsPanelState.firing, _alert),
            class_name="pd-rows pd-panel",
            aria_live="polite",
        ),
        class_name="pd-section",
        aria_label="Alerts",
    )
    return rx.cond(AlertsPanelState.firing, panel, rx.fragment())


def _alert(alert: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.div(
                    rx.link(alert.title, href=alert.link, class_name="pd-link pd-section-title"),
                    _priority(alert.priority),
                    class_name="pd-row-main pd-row-line",
                ),
                rx.el.span(alert.message),
                rx.cond(alert.hint, rx.el.span(alert.hint, class_name="pd-quiet"), rx.fragment()),
                rx.el.div(
                    rx.el.span("Began ", time_ago(alert.started_at)), class_name="pd-quiet pd-facts"
                ),
                class_name="pd-callout-text",
            ),
            class_name="pd-row pd-error-row",
        ),
        custom_attrs={"data-alert": alert.rule},
    )


def _priority(priority: Any) -> rx.Component:
    icon = rx.icon("siren", size=13, aria_hidden="true")
    critical = rx.badge(icon, "Critical", color_scheme="red", size="2", flex_shrink="0")
    other = rx.badge(icon, "Alert", color_scheme="amber", size="2", flex_shrink="0")
    return rx.cond(priority == "critical", critical, other)
