"""A form field: the label above, the help or the error below."""

import reflex as rx


def field_error(message: rx.Var[str] | str, *, field_id: str = "") -> rx.Component:
    """A field's error, announced when it appears.

    field_error(State.field_errors["name"])
    """
    return rx.el.div(
        rx.icon("circle-alert", size=14, aria_hidden="true"),
        rx.el.span(message),
        class_name="pd-field-error",
        role="alert",
        id=f"{field_id}-error" if field_id else None,
    )


def form_field(
    label: str | rx.Var[str],
    control: rx.Component,
    *,
    error: rx.Var[str] | str = "",
    help_text: str | rx.Var[str] = "",
    field_id: str,
) -> rx.Component:
    """One field of a form.

        form_field("Name", rx.input(value=S.name, on_change=S.set_name), field_id="name",
                   error=S.field_errors["name"], help_text="How it is shown in lists.")

    `control` gets the id, aria-invalid and aria-describedby; for a select pass
    `rx.select.root(rx.select.trigger(), ...)`, whose trigger gets them.
    """
    failed = rx.Var.create(error).bool()
    target = _focusable(control)
    target.id = field_id
    target.custom_attrs = {
        **(target.custom_attrs or {}),
        "aria-invalid": rx.cond(failed, "true", "false"),
        "aria-describedby": rx.cond(failed, f"{field_id}-error", f"{field_id}-help"),
    }
    return rx.el.div(
        rx.el.label(label, html_for=field_id),
        control,
        rx.cond(
            failed,
            field_error(error, field_id=field_id),
            rx.el.div(help_text, class_name="pd-field-help", id=f"{field_id}-help"),
        ),
        class_name="pd-field",
    )


def _focusable(control: rx.Component) -> rx.Component:
    """The element of `control` that gets the focus: a select's trigger, or the control itself."""
    for child in control.children:
        if isinstance(child, rx.Component) and child.tag == "Select.Trigger":
            return child
    return control
