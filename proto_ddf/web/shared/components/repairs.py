"""The repairs of an app, an operation or an incident: the newest with its live steps, the earlier ones in a line each, and
what can be tried."""

from typing import Any

import reflex as rx

from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.callout import error_callout
from proto_ddf.web.shared.components.feedback import confirm_dialog
from proto_ddf.web.shared.components.numbers import time_ago
from proto_ddf.web.shared.components.operation import step_list
from proto_ddf.web.shared.components.submitting import submits
from proto_ddf.web.shared.state.repairs import RecoveryState


def repairs_section() -> rx.Component:
    """Nothing, if nothing was repaired and nothing can be tried."""
    return rx.fragment(error_callout(RecoveryState), _original(), _attempts(), _options())


def _original() -> rx.Component:
    """On the page of a repair: what it repairs."""
    state = RecoveryState
    link = rx.link(
        rx.cond(state.original_title, state.original_title, "Show operation"),
        href=f"/operations/{state.original}",
        class_name="pd-link",
    )
    return rx.cond(
        state.original,
        rx.el.div("Repairs what failed in ", link, class_name="pd-quiet"),
        rx.fragment(),
    )


def _attempts() -> rx.Component:
    attempts: Any = RecoveryState.attempts
    earlier = rx.el.ol(
        rx.foreach(attempts[1:], _earlier),
        class_name="pd-rows pd-panel",
        aria_label="Earlier repairs",
    )
    section: rx.Component = rx.el.section(
        rx.el.h2("Repair", class_name="pd-section-title"),
        _newest(attempts[0]),
        rx.cond(attempts.length() > 1, earlier, rx.fragment()),
        class_name="pd-section",
        aria_label="Repair",
    )
    return rx.cond(attempts.length() > 0, section, rx.fragment())


def _newest(attempt: Any) -> rx.Component:
    head = rx.el.div(
        rx.el.div(
            _link(attempt, "pd-link pd-section-title pd-cut"),
            status_badge(attempt.state, of="repair"),
            class_name="pd-row-main pd-row-line",
            aria_live="polite",
        ),
        rx.el.span(time_ago(attempt.started_at), class_name="pd-quiet"),
        class_name="pd-row pd-operation-head",
    )
    return rx.el.div(
        head,
        rx.cond(
            attempt.state == "verified",
            rx.el.div(attempt.outcome, class_name="pd-row", role="status"),
            rx.fragment(),
        ),
        rx.cond(
            (attempt.state == "running") | (attempt.state == "failed"),
            _steps(attempt),
            rx.el.details(
                rx.el.summary("Steps"), _steps(attempt), class_name="pd-details pd-repair-steps"
            ),
        ),
        class_name="pd-panel",
        custom_attrs={"data-repair": attempt.strategy, "data-state": attempt.state},
    )


def _steps(attempt: Any) -> rx.Component:
    return rx.el.div(step_list(attempt.steps), aria_label="Steps of the repair", role="group")


def _earlier(attempt: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            _link(attempt, "pd-link pd-cut"),
            class_name="pd-row-main",
        ),
        rx.el.span(time_ago(attempt.started_at), class_name="pd-quiet"),
        status_badge(attempt.state, of="repair"),
        class_name="pd-row",
        custom_attrs={"data-repair": attempt.strategy, "data-state": attempt.state},
    )


def _link(attempt: Any, class_name: str) -> rx.Component:
    return rx.link(
        attempt.doing,
        rx.cond(
            attempt.by_person,
            "",
            f", attempt {attempt.number} of {attempt.total}",
        ),
        href=f"/operations/{attempt.operation_id}",
        class_name=class_name,
    )


def _options() -> rx.Component:
    """Repairs that lose something: each asks first."""
    options: Any = RecoveryState.options
    section: rx.Component = rx.el.section(
        rx.el.h2("What can be tried", class_name="pd-section-title"),
        rx.el.div(rx.foreach(options, _option), class_name="pd-row-line pd-buttons"),
        class_name="pd-section",
        aria_label="What can be tried",
    )
    return rx.cond(options.length() > 0, section, rx.fragment())


def _option(option: Any) -> rx.Component:
    return confirm_dialog(
        rx.button(
            rx.icon("wrench", size=14, aria_hidden="true"),
            option.title,
            disabled=RecoveryState.starting != "",
            loading=RecoveryState.starting == option.name,
            variant="soft",
            color_scheme="gray",
            size="2",
            type="button",
        ),
        title=option.title + "?",
        text=option.loses,
        confirm_label=option.title,
        cancel_label="Leave it",
        submitted=submits(
            RecoveryState.start(RecoveryState.about, RecoveryState.subject, option.name),
            option.title,
            key=RecoveryState.subject,
        ),
    )
