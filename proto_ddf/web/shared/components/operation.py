"""The panel of an operation: its steps with their progress and logs, its error, Cancel and Try Again."""

from typing import Any

import reflex as rx

from proto_ddf.operations.views import StepView
from proto_ddf.web.shared.components.badge import status_badge, step_icon
from proto_ddf.web.shared.components.callout import error_box
from proto_ddf.web.shared.components.countdown import try_again_button
from proto_ddf.web.shared.components.feedback import confirm_dialog
from proto_ddf.web.shared.components.numbers import duration
from proto_ddf.web.shared.components.submitting import submits
from proto_ddf.web.shared.state.operation import OperationMixin


def operation_panel(
    state: type[OperationMixin],
    *,
    result: rx.Component | None = None,
    badge: rx.Component | None = None,
) -> rx.Component:
    """The operation that `state` watches; nothing if there is none.

        operation_panel(GenerateState, result=rx.link(rx.button("Open app"), href=...))

    `result` is shown after success. The callout of a failure stays until Try Again. `badge` replaces the operation's
    own badge on a page whose flow has its own status.
    """
    operation = state.operation
    done = rx.cond(operation.state == "succeeded", result or rx.fragment(), rx.fragment())
    return rx.cond(
        operation.id,
        rx.el.section(
            _failure(state),
            done,
            rx.el.div(
                _head(state, badge or status_badge(operation.state)),
                step_list(operation.steps),
                class_name="pd-panel",
            ),
            class_name="pd-stack pd-operation",
            aria_label="Progress",
            custom_attrs={"data-operation": operation.id, "data-state": operation.state},
        ),
        rx.fragment(),
    )


def step_list(steps: Any) -> rx.Component:
    """The steps of an operation, with their states, times and logs: `step_list(S.operation.steps)`."""
    return rx.el.ol(rx.foreach(steps, _step), class_name="pd-steps")


def _head(state: type[OperationMixin], badge: rx.Component) -> rx.Component:
    operation = state.operation
    return rx.el.div(
        rx.el.div(
            rx.el.span(operation.title, class_name="pd-section-title pd-cut"),
            badge,
            class_name="pd-row-main pd-row-line",
        ),
        rx.el.span(duration(operation.duration_seconds), class_name="pd-quiet pd-number"),
        rx.cond(operation.can_cancel, _cancel(state), rx.fragment()),
        class_name="pd-row pd-operation-head",
    )


def _cancel(state: type[OperationMixin]) -> rx.Component:
    """The button that cancels the operation, or discards a failed one."""
    failed = state.operation.state == "failed"
    return confirm_dialog(
        rx.button(
            rx.cond(
                state.operation_busy == "cancelling",
                rx.cond(failed, "Discarding…", "Cancelling…"),
                rx.cond(failed, "Discard", "Cancel"),
            ),
            variant="soft",
            color_scheme="gray",
            size="2",
            type="button",
            disabled=state.operation_busy != "",
        ),
        title=rx.cond(failed, "Discard this operation?", "Cancel this operation?"),
        text=rx.cond(
            failed,
            "Everything it made so far is removed, and it cannot be tried again.",
            "The running step stops, and everything it made so far is removed.",
        ),
        confirm_label=rx.cond(failed, "Discard operation", "Cancel operation"),
        cancel_label=rx.cond(failed, "Keep it", "Go on"),
        submitted=submits(
            state.cancel_operation(state.operation.id),
            "Cancel an operation",
            key=state.operation.id,
        ),
    )


def _failure(state: type[OperationMixin]) -> rx.Component:
    error, operation = state.operation_error, state.operation
    again = rx.cond(
        state.operation_can_retry,
        try_again_button(
            busy=state.operation_busy == "retrying",
            submitted=submits(
                state.resume_operation(operation.id), "Try an operation again", key=operation.id
            ),
            until=error["retry_at"],
            seconds=state.operation_wait,
            disabled=state.operation_busy != "",
        ),
        rx.fragment(),
    )
    return rx.cond(
        error["message"],
        error_box(
            title=error["title"],
            message=error["message"],
            hint=error["hint"],
            error_type=error["error_type"],
            details=error["details"],
            actions=[again],
        ),
        rx.fragment(),
    )


def _step(step: rx.Var[StepView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            step_icon(step.state),
            rx.el.div(
                rx.el.span(step.title),
                rx.cond(
                    step.message,
                    rx.el.span(step.message, class_name="pd-quiet"),
                    rx.fragment(),
                ),
                _attempts(step),
                class_name="pd-row-main",
                aria_live="polite",
            ),
            rx.el.span(_state_word(step.state), class_name="pd-quiet"),
            rx.el.span(
                duration(step.duration_seconds), class_name="pd-quiet pd-number pd-step-time"
            ),
            class_name="pd-row pd-step-row",
        ),
        rx.cond(step.log_tail.length() > 0, _log(step), rx.fragment()),
        class_name="pd-step",
        custom_attrs={"data-step": step.name, "data-state": step.state},
    )


def _attempts(step: rx.Var[StepView]) -> rx.Component:
    waiting = rx.el.span(
        f"Attempt {step.attempt} of {step.attempts} failed, next in ",
        duration(step.wait_seconds),
        class_name="pd-quiet",
    )
    running = rx.el.span(f"Attempt {step.attempt + 1} of {step.attempts}", class_name="pd-quiet")
    return rx.cond(
        (step.attempts > 0) & (step.state == "running"),
        rx.cond(step.wait_seconds > 0, waiting, running),
        rx.fragment(),
    )


def _state_word(state: rx.Var[str]) -> rx.Var[str]:
    return rx.match(
        state,
        ("pending", "Waiting"),
        ("running", "Running"),
        ("succeeded", "Done"),
        ("failed", "Failed"),
        ("cancelled", "Cancelled"),
        "",
    )


def _log(step: rx.Var[StepView]) -> rx.Component:
    """The log of a step: unfolded while the step runs and after it failed, scrolled to the newest line."""
    return rx.el.details(
        rx.el.summary("Log"),
        rx.el.div(
            rx.el.pre(step.log_tail.join("\n")),
            class_name="pd-code pd-follow",
            tab_index=0,
            role="log",
            aria_label="Log of " + step.title,
        ),
        open=(step.state == "running") | (step.state == "failed"),
        class_name="pd-details pd-log",
    )
