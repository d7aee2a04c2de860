"""The fields of the connect form, made from the form definition of each kind of source."""

from collections.abc import Iterable
from typing import Any

import reflex as rx

from proto_ddf.sources.protocol import FormField, SourceKind
from proto_ddf.web.shared.components.callout import field_error
from proto_ddf.web.shared.components.fields import form_field
from proto_ddf.web.shared.components.secret_field import secret_form_field
from proto_ddf.web.sources.connect.draft import field_key
from proto_ddf.web.sources.connect.state import NewSourceState, typed_name
from proto_ddf.web.sources.connect.upload_field import upload


def kind_fields(kind: SourceKind) -> rx.Component:
    """All fields of a kind. Advanced ones are folded under "More options"."""
    advanced = [field for field in kind.form if field.advanced]
    return rx.fragment(
        *_rows(kind, (field for field in kind.form if not field.advanced)),
        _more(_rows(kind, advanced)) if advanced else rx.fragment(),
    )


def _rows(kind: SourceKind, fields: Iterable[FormField]) -> list[rx.Component]:
    """The fields in rows. A number, which is short, goes beside the text field before it."""
    rows: list[list[FormField]] = []
    for field in fields:
        if field.widget == "number" and rows and rows[-1][-1].widget == "text":
            rows[-1].append(field)
        else:
            rows.append([field])
    return [_row([_field(kind, field) for field in row]) for row in rows]


def _row(fields: list[rx.Component]) -> rx.Component:
    if len(fields) == 1:
        return fields[0]
    return rx.el.div(
        *fields,
        style={
            "display": "grid",
            "grid_template_columns": "minmax(0, 1fr) minmax(96px, 25%)",
            "gap": "16px",
            "align_items": "start",
        },
    )


def _more(rows: list[rx.Component]) -> rx.Component:
    return rx.el.div(
        rx.el.button(
            rx.icon(
                "chevron-right",
                size=16,
                aria_hidden="true",
                style={
                    "transition": "transform 0.15s",
                    "transform": rx.cond(NewSourceState.more, "rotate(90deg)", "none"),
                },
            ),
            "More options",
            type="button",
            aria_expanded=NewSourceState.more,
            aria_controls="more-options",
            on_click=NewSourceState.toggle_more,
            style={
                "display": "flex",
                "align_items": "center",
                "gap": "6px",
                "padding": "0",
                "font_size": "var(--font-size-2)",
                "font_weight": "500",
                "cursor": "pointer",
            },
        ),
        rx.el.div(
            *rows,
            id="more-options",
            style={
                "display": rx.cond(NewSourceState.more, "flex", "none"),
                "flex_direction": "column",
                "gap": "20px",
                "margin_top": "16px",
            },
        ),
    )


def _field(kind: SourceKind, field: FormField) -> rx.Component:
    key = field_key(kind.name, field.name)
    if field.widget == "file":
        return _file_field(kind, field)
    if field.widget == "secret":
        return _secret_field(key, field)
    return form_field(
        field.label,
        _control(key, field),
        field_id=key,
        error=NewSourceState.field_errors[field.name],
        help_text=field.help,
    )


def _control(key: str, field: FormField) -> rx.Component:
    value = NewSourceState.values[key]
    if field.widget == "select":
        return rx.select.root(
            rx.select.trigger(width="100%"),
            rx.select.content(
                *[rx.select.item(label, value=choice) for choice, label in field.choices],
                position="popper",
            ),
            value=value,
            on_change=lambda chosen: NewSourceState.set_value(key, chosen),
            disabled=NewSourceState.working,
        )
    if field.widget == "switch":
        return rx.switch(
            name=key,  # without a name, Reflex warns that the control would be sent by its id
            checked=value == "true",
            on_change=lambda on: NewSourceState.set_switch(key, on),
            disabled=NewSourceState.working,
        )
    spelling = {"spellCheck": "false", "autoCapitalize": "off"}
    return rx.input(
        name=typed_name(key),
        value=value,
        on_change=lambda text: NewSourceState.set_value(key, text),
        disabled=NewSourceState.working,
        auto_complete=False,
        custom_attrs=spelling | ({"inputMode": "numeric"} if field.widget == "number" else {}),
    )


def _secret_field(key: str, field: FormField) -> rx.Component:
    endpoint, form_round = NewSourceState.saved_endpoint, NewSourceState.form_round
    moved = rx.el.span(
        "The stored one is for ",
        endpoint[2],
        " at ",
        endpoint[0],
        ":",
        endpoint[1],
        " and is not sent to another server. Enter the one for this server.",
    )
    return secret_form_field(
        field.label,
        field_id=key,
        error=NewSourceState.field_errors[field.name],
        help_text=rx.cond(NewSourceState.moved_secrets.contains(key), moved, field.help),
        key=form_round,
        typed_name=typed_name(key),
        disabled=NewSourceState.working,
        reference=NewSourceState.usable_secrets[key],
        removable=not field.required,
        on_typed=lambda typed: NewSourceState.set_typed(key, typed, form_round),
        on_stored=lambda reference: NewSourceState.set_secret(key, reference, form_round),
        on_failed=lambda message: NewSourceState.refuse_secret(key, message, form_round),
    )


def _file_field(kind: SourceKind, field: FormField) -> rx.Component:
    """The control of a file, which can be uploaded or given by its path. Both share one error line."""
    key = field_key(kind.name, field.name)
    error = NewSourceState.field_errors[field.name]
    failed = error.bool()
    described = rx.cond(failed, f"{key}-error", f"{key}-help")
    files: Any = NewSourceState.files[key]
    path_props = {
        "id": key,
        "name": typed_name(key),
        "value": NewSourceState.values[key],
        "on_change": lambda text: NewSourceState.set_value(key, text),
        "custom_attrs": {
            "aria-describedby": described,
            "aria-invalid": rx.cond(failed, "true", "false"),
            "spellcheck": "false",
        },
    }
    if field.multiple:
        path = rx.text_area(rows="3", disabled=NewSourceState.working, **path_props)
    else:
        path = rx.input(disabled=NewSourceState.working, auto_complete=False, **path_props)
    path_field = rx.fragment(rx.el.label("File path", html_for=key), path)
    if not field.multiple:  # an uploaded file needs no path
        path_field = rx.cond(files.length() > 0, rx.fragment(), path_field)
    return rx.el.fieldset(
        upload(
            input_id=f"{key}-upload",
            label="Upload files" if field.multiple else "Upload a file",
            described_by=described,
            invalid=failed,
            accept=",".join(field.accept),
            multiple=field.multiple,
            max_mb=NewSourceState.max_upload_mb,
            files=files,
            disabled=NewSourceState.working,
            on_uploaded=lambda name, path, size: NewSourceState.add_file(key, name, path, size),
            on_removed=lambda path: NewSourceState.remove_file(key, path),
            on_refused=lambda message: NewSourceState.refuse_file(key, message),
            on_busy=lambda busy: NewSourceState.set_uploading(key, busy),
        ),
        rx.el.div(
            path_field,
            rx.cond(
                failed,
                field_error(error, field_id=key),
                rx.el.div(_path_help(field, files), class_name="pd-field-help", id=f"{key}-help"),
            ),
            class_name="pd-field",
        ),
        style={
            "border": "0",
            "margin": "0",
            "padding": "0",
            "min_width": "0",
            "display": "flex",
            "flex_direction": "column",
            "gap": "16px",
        },
    )


def _path_help(field: FormField, files: rx.Var[list[Any]]) -> rx.Component:
    where = rx.el.span(
        field.help,
        " One path per line. Folders: " if field.multiple else " Folders: ",
        rx.el.span(NewSourceState.folders.join(", "), overflow_wrap="anywhere"),
    )
    if field.multiple:
        return where
    return rx.cond(
        files.length() > 0,
        rx.el.span("Remove the file to upload another or to give a path."),
        where,
    )
