"""/sources/new: the form that connects a source, drawn from the kinds there are."""

import reflex as rx

from proto_ddf.sources.protocol import FormField, SourceKind
from proto_ddf.sources.registry import KINDS
from proto_ddf.web.components.callout import error_callout, field_error, notice
from proto_ddf.web.components.fields import form_field
from proto_ddf.web.components.layout import page
from proto_ddf.web.components.operation import operation_panel
from proto_ddf.web.components.upload import upload
from proto_ddf.web.state.sources_draft import field_key
from proto_ddf.web.state.sources_new import NewSourceState


def source_new_page() -> rx.Component:
    return page(
        rx.cond(NewSourceState.source_id, "Edit a source", "Connect a source"),
        error_callout(NewSourceState),
        rx.el.div(
            _form(),
            rx.el.div(_progress(), class_name="pd-stack"),
            style={
                "display": "grid",
                "grid_template_columns": "minmax(0, 7fr) minmax(0, 5fr)",
                "gap": "24px",
                "align_items": "start",
                "@media (max-width: 1023px)": {"grid_template_columns": "minmax(0, 1fr)"},
            },
        ),
        breadcrumbs=[("Sources", "/sources")],
    )


def _form() -> rx.Component:
    return rx.el.form(
        _kind(),
        form_field(
            "Name",
            rx.input(
                value=NewSourceState.name,
                on_change=NewSourceState.set_name,
                disabled=NewSourceState.working,
                max_length=80,
                auto_complete=False,
            ),
            field_id="source-name",
            error=NewSourceState.field_errors["name"],
            help="How you find it again, here and when you generate an app.",
        ),
        rx.match(
            NewSourceState.kind,
            *[(kind.name, _kind_fields(kind)) for kind in KINDS.values()],
            rx.fragment(),
        ),
        _buttons(),
        on_submit=NewSourceState.connect,
        no_validate=True,
        class_name="pd-panel",
        style={"display": "flex", "flex_direction": "column", "gap": "20px", "padding": "24px"},
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
    described = [(kind.name, kind.description) for kind in KINDS.values()]
    return form_field(
        "Kind",
        rx.select.root(
            rx.select.trigger(width="100%"),
            rx.select.content(*items, position="popper"),
            value=NewSourceState.kind,
            on_change=NewSourceState.set_kind,
            disabled=NewSourceState.working | (NewSourceState.source_id != ""),
        ),
        field_id="source-kind",
        error=NewSourceState.field_errors["kind"],
        help=rx.match(NewSourceState.kind, *described, ""),
    )


def _kind_fields(kind: SourceKind) -> rx.Component:
    return rx.fragment(*[_field(kind, field) for field in kind.form])


def _field(kind: SourceKind, field: FormField) -> rx.Component:
    if field.widget == "file":
        return _file_field(kind, field)
    key = field_key(kind.name, field.name)
    value = NewSourceState.values[key]
    control: rx.Component
    if field.widget == "select":
        control = rx.select.root(
            rx.select.trigger(width="100%"),
            rx.select.content(
                *[rx.select.item(label, value=value) for value, label in field.choices]
            ),
            value=value,
            on_change=lambda chosen: NewSourceState.set_value(key, chosen),
            disabled=NewSourceState.working,
        )
    elif field.widget == "switch":
        control = rx.switch(
            checked=value == "true",
            on_change=lambda on: NewSourceState.set_switch(key, on),
            disabled=NewSourceState.working,
        )
    else:
        control = rx.input(
            value=value,
            on_change=lambda text: NewSourceState.set_value(key, text),
            disabled=NewSourceState.working,
        )
    return form_field(
        field.label,
        control,
        field_id=key,
        error=NewSourceState.field_errors[field.name],
        help=field.help,
    )


def _file_field(kind: SourceKind, field: FormField) -> rx.Component:
    """A file can be uploaded, or named by its path; one error line serves both."""
    key = field_key(kind.name, field.name)
    error = NewSourceState.field_errors[field.name]
    failed = error.bool()
    described = rx.cond(failed, f"{key}-error", f"{key}-help")
    files = NewSourceState.files[key]
    path_props = {
        "id": key,
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
    if not field.multiple:  # the upload is the file: there is nothing to type
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


def _path_help(field: FormField, files: rx.Var[list]) -> rx.Component:  # type: ignore[type-arg]
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


def _buttons() -> rx.Component:
    return rx.flex(
        rx.button(
            rx.cond(NewSourceState.source_id, "Save changes", "Connect"),
            type="submit",
            disabled=NewSourceState.waiting,
            loading=NewSourceState.starting == "connect",
        ),
        rx.button(
            "Test connection",
            type="button",
            variant="soft",
            on_click=NewSourceState.test_connection,
            disabled=NewSourceState.waiting,
            loading=NewSourceState.starting == "test",
        ),
        rx.spacer(),
        rx.button(
            "Start over",
            type="button",
            variant="ghost",
            color_scheme="gray",
            on_click=NewSourceState.start_over,
            disabled=NewSourceState.working,
            align_self="center",
        ),
        gap="12px",
        wrap="wrap",
    )


def _progress() -> rx.Component:
    works = notice(
        rx.el.div("The connection works.", class_name="pd-callout-title"),
        rx.el.div(
            "Nothing is saved yet: choose ",
            rx.cond(NewSourceState.source_id, "Save changes", "Connect"),
            " to keep it.",
        ),
        kind="success",
    )
    return rx.cond(
        NewSourceState.operation.id,
        operation_panel(NewSourceState, result=works),
        rx.el.section(
            rx.el.h2("What happens", class_name="pd-section-title"),
            rx.el.ol(
                rx.el.li("Test connection finds the file, opens it and reads its tables."),
                rx.el.li(
                    "Connect does the same, then keeps the source. The file stays where it is."
                ),
                rx.el.li("From its tables you generate an app, and choose which of them it shows."),
                style={
                    "margin": "12px 0 0",
                    "padding_left": "20px",
                    "line_height": "1.6",
                    "list_style": "decimal",
                },
            ),
            class_name="pd-panel",
            style={
                "padding": "24px",
                "font_size": "var(--font-size-2)",
                "color": "var(--gray-11)",
            },
        ),
    )
