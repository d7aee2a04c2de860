"""Empty states and skeletons of lists, and dialogs that ask for confirmation."""

import re
from typing import Any

import reflex as rx
from reflex.event import EventType
from reflex.vars import FunctionStringVar

_CLOSE_DIALOG = "document.querySelector('[role=alertdialog] .pd-dialog-cancel')?.click()"


def empty_state(
    icon: str,
    title: str | rx.Var[str],
    text: str | rx.Var[str],
    action: rx.Component | None = None,
) -> rx.Component:
    """Shown instead of an empty list: says what its items are for and offers the first step.

    empty_state("database", "No sources yet", "A source is where data come from.", link_button)
    """
    return rx.el.div(
        rx.el.div(rx.icon(icon, size=20, aria_hidden="true"), class_name="pd-empty-icon"),
        rx.el.h2(title),
        rx.el.p(text),
        action or rx.fragment(),
        class_name="pd-empty",
    )


def skeleton_rows(n: int = 3, *, height: str = "56px") -> rx.Component:
    """`n` grey rows of the final height while a list loads.

    rx.cond(State.loaded, rows, skeleton_rows(5))
    """
    rows = [rx.el.div(class_name="pd-skeleton", style={"height": height}) for _ in range(n)]
    return rx.el.div(
        rx.el.span("Loading", class_name="pd-quiet", role="status"),
        *rows,
        class_name="pd-skeletons",
        aria_busy="true",
    )


def confirm_dialog(
    trigger: rx.Component,
    *,
    title: str | rx.Var[str],
    text: str | rx.Var[str] | rx.Component,
    confirm_label: str | rx.Var[str],
    on_confirm: EventType[()] | None = None,
    submitted: dict[str, Any] | None = None,
    cancel_label: str | rx.Var[str] = "Keep it",
    typed_name: str | rx.Var[str] | None = None,
) -> rx.Component:
    """A dialog that asks for confirmation before `on_confirm` runs, or `submitted` is sent (`submits`); `text` says what will
    be lost.

        confirm_dialog(rx.button("Delete"), title="Delete this app?", text="Its code and data are deleted.",
                       confirm_label="Delete app", submitted=submits(AppState.delete(app.slug), "Delete an app"))

    With `typed_name` (for actions that cannot be undone) the person must type the name first.
    """
    body = text if isinstance(text, rx.Component) else rx.alert_dialog.description(text, size="2")
    cancel = rx.alert_dialog.cancel(
        rx.button(
            cancel_label,
            variant="soft",
            color_scheme="gray",
            type="button",
            class_name="pd-dialog-cancel",
        )
    )
    if typed_name is None:
        confirm = rx.alert_dialog.action(
            rx.button(
                confirm_label,
                color_scheme="red",
                on_click=on_confirm,
                custom_attrs=submitted or {},
            )
        )
        foot: rx.Component = rx.flex(cancel, confirm, gap="12px", justify="end", margin_top="24px")
    else:
        foot = _typed_form(typed_name, cancel, confirm_label, submitted or {})
    return rx.alert_dialog.root(
        rx.alert_dialog.trigger(trigger),
        rx.alert_dialog.content(
            rx.alert_dialog.title(title, size="4"), body, foot, max_width="480px"
        ),
    )


def _typed_form(
    name: str | rx.Var[str],
    cancel: rx.Component,
    confirm_label: str | rx.Var[str],
    submitted: dict[str, Any],
) -> rx.Component:
    pattern = re.escape(name) if isinstance(name, str) else _escaped(name)
    field = rx.input(
        id="typed-name",
        name="typed_name",
        required=True,
        pattern=pattern,
        auto_complete=False,
        custom_attrs={"title": "The exact name"},
    )
    return rx.el.form(
        rx.el.label("Type ", rx.el.strong(name), " to continue", html_for="typed-name"),
        field,
        rx.flex(
            cancel,
            rx.button(confirm_label, color_scheme="red", type="submit"),
            gap="12px",
            justify="end",
            margin_top="16px",
        ),
        on_submit=rx.call_script(_CLOSE_DIALOG),
        custom_attrs=submitted,
        class_name="pd-field",
        style={"margin_top": "16px"},
    )


def _escaped(name: rx.Var[str]) -> rx.Var[str]:
    escape: FunctionStringVar[Any] = FunctionStringVar.create(
        r"((s) => s.replace(/[\\^$.*+?()[\]{}|\/-]/g, '\\$&'))"
    )
    return escape.call(name).to(str)
