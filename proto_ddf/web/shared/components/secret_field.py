"""The password control: the React component of assets/secret.jsx, and its style."""

from typing import Any

import reflex as rx

from proto_ddf.web.shared.components.fields import field_error

_BUTTON = {
    "flex_shrink": "0",
    "padding": "2px 8px",
    "border": "0",
    "border_radius": "var(--radius-2)",
    "background": "transparent",
    "color": "var(--accent-11)",
    "font": "inherit",
    "font_size": "var(--font-size-1)",
    "cursor": "pointer",
}
_STYLE = {
    ".secret-set, .secret-open": {
        "display": "flex",
        "align_items": "center",
        "gap": "8px",
        "min_height": "32px",
    },
    ".secret-set": {
        "padding": "0 4px 0 10px",
        "border_radius": "var(--radius-2)",
        "background": "var(--gray-a2)",
        "box_shadow": "inset 0 0 0 1px var(--gray-a5)",
    },
    ".secret-word": {"flex": "1", "font_size": "var(--font-size-2)", "color": "var(--gray-12)"},
    ".secret-word::before": {
        "content": '"••••••••"',
        "margin_right": "10px",
        "letter_spacing": "2px",
        "color": "var(--gray-11)",
    },
    ".secret-box": {
        "display": "flex",
        "flex": "1",
        "align_items": "center",
        "min_width": "min(200px, 100%)",
        "height": "32px",
        "padding_right": "4px",
        "border_radius": "var(--radius-2)",
        "background": "var(--color-surface)",
        "box_shadow": "inset 0 0 0 1px var(--gray-a7)",
    },
    ".secret-box[data-invalid]": {"box_shadow": "inset 0 0 0 1px var(--red-8)"},
    ".secret-box:focus-within": {"outline": "2px solid var(--focus-8)", "outline_offset": "-1px"},
    ".secret-box input": {
        "flex": "1",
        "min_width": "0",
        "height": "100%",
        "padding": "0 10px",
        "border": "0",
        "outline": "none",
        "box_shadow": "none",
        "background": "transparent",
        "color": "var(--gray-12)",
        "font": "inherit",
        "font_size": "var(--font-size-2)",
    },
    ".secret-open": {"flex_wrap": "wrap"},
    ".secret-problem": {"width": "100%"},
    "button": _BUTTON,
    "button:hover": {"background": "var(--accent-a3)"},
    "button:disabled, input:disabled": {"cursor": "not-allowed", "opacity": "0.6"},
    ".secret-quiet": {
        "position": "absolute",
        "width": "1px",
        "height": "1px",
        "overflow": "hidden",
        "clip_path": "inset(50%)",
        "white_space": "nowrap",
    },
}


class SecretField(rx.Component):
    """Sends the typed text to /api/secrets and passes on the reference; see assets/secret.jsx."""

    library = "$/public/secret.jsx"
    tag = "SecretField"

    input_id: rx.Var[str]
    typed_name: rx.Var[str]
    """In the form that is sent: "true" while the input holds something that is not stored yet."""
    name: rx.Var[str]
    """In a sentence: "the password"."""
    described_by: rx.Var[str]
    invalid: rx.Var[bool]
    disabled: rx.Var[bool]
    reference: rx.Var[str]
    """The reference of the stored secret, if there is one that can be used."""
    removable: rx.Var[bool]
    on_typed: rx.EventHandler[rx.event.passthrough_event_spec(bool)]  # type: ignore[type-arg, valid-type]
    """True if the input has text that is not stored yet, False if not."""
    on_stored: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]
    """The reference of the typed secret; empty if the stored one was removed."""
    on_failed: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]
    """Why the typed text could not be stored."""


def secret_form_field(
    label: str,
    *,
    field_id: str,
    error: rx.Var[str] | str,
    help_text: rx.Component | rx.Var[str] | str,
    **props: Any,
) -> rx.Component:
    """One secret field of a form, like `form_field`; the other props are those of `SecretField`. The state never gets the
    typed text, only the reference of the stored secret."""
    failed = rx.Var.create(error).bool()
    control = SecretField.create(
        input_id=field_id,
        name=f"the {label}" if label.isupper() else f"the {label[:1].lower()}{label[1:]}",
        described_by=rx.cond(failed, f"{field_id}-error", f"{field_id}-help"),
        invalid=failed,
        **props,
    )
    return rx.el.div(
        rx.el.label(label, html_for=field_id),
        rx.box(control, style=_STYLE, position="relative"),
        rx.cond(
            failed,
            field_error(error, field_id=field_id),
            rx.el.div(help_text, class_name="pd-field-help", id=f"{field_id}-help", role="status"),
        ),
        class_name="pd-field",
    )
