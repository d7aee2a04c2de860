"""The form of a channel, made from the form definition of each kind."""

import reflex as rx

from proto_ddf.notify.channels.kind import ChannelKind
from proto_ddf.notify.channels.registry import KINDS
from proto_ddf.sources.protocol import FormField
from proto_ddf.web.settings.notifications.form_state import NAME_ID, field_key, typed_name
from proto_ddf.web.settings.notifications.state import NotificationsState
from proto_ddf.web.shared.components.fields import form_field
from proto_ddf.web.shared.components.secret_field import secret_form_field
from proto_ddf.web.shared.components.submitting import submits_form

STATE = NotificationsState


def channel_form() -> rx.Component:
    title = rx.cond(STATE.channel_id, "Change a channel", "Add a channel")
    return rx.el.form(
        rx.el.h2(title, class_name="pd-section-title"),
        _kind(),
        form_field(
            "Name",
            rx.input(
                name=typed_name("name"),
                value=STATE.name,
                on_change=STATE.set_name,
                disabled=STATE.saving,
                max_length=80,
                auto_complete=False,
            ),
            field_id=NAME_ID,
            error=STATE.field_errors["name"],
            help_text="Such as the team or the people who get the messages.",
        ),
        rx.match(
            STATE.kind, *[(kind.name, _fields(kind)) for kind in KINDS.values()], rx.fragment()
        ),
        _buttons(),
        custom_attrs=submits_form(STATE.save(STATE.channel_id, {}), "Save a channel"),
        no_validate=True,
        class_name="pd-panel",
        style={
            "display": "flex",
            "flex_direction": "column",
            "gap": "20px",
            "padding": "24px",
            "max_width": "640px",
        },
        aria_label="Channel",
    )


def _kind() -> rx.Component:
    items = [
        rx.select.item(
            rx.flex(
                rx.icon(kind.icon, size=16, aria_hidden="true"),
                kind.label,
                gap="8px",
                align="center",
            ),
            value=kind.name,
        )
        for kind in KINDS.values()
    ]
    return form_field(
        "Kind",
        rx.select.root(
            rx.select.trigger(width="100%"),
            rx.select.content(*items, position="popper"),
            value=STATE.kind,
            on_change=STATE.set_kind,
            disabled=STATE.saving | (STATE.channel_id != ""),
        ),
        field_id="channel-kind",
        error=STATE.field_errors["kind"],
        help_text=rx.match(STATE.kind, *[(k.name, k.promise) for k in KINDS.values()], ""),
    )


def _fields(kind: ChannelKind) -> rx.Component:
    return rx.fragment(*[_field(field_key(kind.name, field.name), field) for field in kind.form])


def _field(key: str, field: FormField) -> rx.Component:
    error = STATE.field_errors[field.name]
    if field.widget == "secret":
        form_round = STATE.form_round
        return secret_form_field(
            field.label,
            field_id=key,
            error=error,
            help_text=field.help,
            key=form_round,
            typed_name=typed_name(key),
            disabled=STATE.saving,
            reference=STATE.values[key],
            removable=not field.required,
            on_typed=lambda typed: STATE.set_typed(key, typed, form_round),
            on_stored=lambda reference: STATE.set_secret(key, reference, form_round),
            on_failed=lambda message: STATE.refuse_secret(key, message, form_round),
        )
    return form_field(
        field.label, _control(key, field), field_id=key, error=error, help_text=field.help
    )


def _control(key: str, field: FormField) -> rx.Component:
    if field.widget == "select":
        choices = [rx.select.item(label, value=choice) for choice, label in field.choices]
        return rx.select.root(
            rx.select.trigger(width="100%"),
            rx.select.content(*choices, position="popper"),
            value=STATE.values[key],
            on_change=lambda chosen: STATE.set_value(key, chosen),
            disabled=STATE.saving,
        )
    number = {"inputMode": "numeric"} if field.widget == "number" else {}
    return rx.input(
        name=typed_name(key),
        value=STATE.values[key],
        on_change=lambda text: STATE.set_value(key, text),
        disabled=STATE.saving,
        auto_complete=False,
        custom_attrs={"spellCheck": "false", "autoCapitalize": "off", **number},
    )


def _buttons() -> rx.Component:
    return rx.flex(
        rx.button("Save channel", type="submit", loading=STATE.saving, disabled=STATE.saving),
        rx.button(
            "Cancel",
            type="button",
            variant="soft",
            color_scheme="gray",
            on_click=STATE.close_form,
            disabled=STATE.saving,
        ),
        gap="12px",
        wrap="wrap",
    )
