"""/sources/new: the form that connects a source, made from the registered kinds of source."""

import reflex as rx

from proto_ddf.sources.protocol import SourceKind
from proto_ddf.sources.registry import KINDS
from proto_ddf.web.shared.components.callout import error_callout, notice
from proto_ddf.web.shared.components.fields import form_field
from proto_ddf.web.shared.components.flow_status import flow_badge, flow_message
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.operation import operation_panel
from proto_ddf.web.shared.components.submitting import submits_form
from proto_ddf.web.sources.connect.fields import kind_fields
from proto_ddf.web.sources.connect.state import TYPED_NAME, NewSourceState

_FORM_ID = "connect-form"


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
                name=TYPED_NAME,
                value=NewSourceState.name,
                on_change=NewSourceState.set_name,
                disabled=NewSourceState.working,
                max_length=80,
                auto_complete=False,
            ),
            field_id="source-name",
            error=NewSourceState.field_errors["name"],
            help_text="Shown in the list of sources and when you generate an app.",
        ),
        rx.match(
            NewSourceState.kind,
            *[(kind.name, kind_fields(kind)) for kind in KINDS.values()],
            rx.fragment(),
        ),
        _buttons(),
        id=_FORM_ID,
        custom_attrs={"data-typed": ""}
        | submits_form(NewSourceState.connect, "Connect a source", keeps=NewSourceState),
        no_validate=True,
        class_name="pd-panel",
        style={"display": "flex", "flex_direction": "column", "gap": "20px", "padding": "24px"},
    )


def _typed() -> rx.Var[dict[str, str]]:
    """The values of the form's text controls, as they are sent when the form is submitted."""
    form = f"document.getElementById('{_FORM_ID}')"
    return rx.Var(f"Object.fromEntries(new FormData({form}))").to(dict[str, str])


def _kind() -> rx.Component:
    groups = [
        rx.select.group(
            rx.select.label(label),
            *[_kind_item(kind) for kind in KINDS.values() if kind.live is live],
        )
        for label, live in (("Databases", True), ("Files", False))
    ]
    described = [(kind.name, kind.description) for kind in KINDS.values()]
    return form_field(
        "Kind",
        rx.select.root(
            rx.select.trigger(width="100%"),
            rx.select.content(*groups, position="popper"),
            value=NewSourceState.kind,
            on_change=NewSourceState.set_kind,
            disabled=NewSourceState.working | (NewSourceState.source_id != ""),
        ),
        field_id="source-kind",
        error=NewSourceState.field_errors["kind"],
        help_text=rx.match(NewSourceState.kind, *described, ""),
    )


def _kind_item(kind: SourceKind) -> rx.Component:
    return rx.select.item(
        rx.flex(
            rx.icon(kind.icon, size=16, aria_hidden="true"),
            kind.label,
            gap="8px",
            align="center",
        ),
        value=kind.name,
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
            on_click=NewSourceState.test_connection(_typed()),
            custom_attrs={"data-sends": ""},
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
            custom_attrs={"data-clears": ""},
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
        operation_panel(NewSourceState, result=works, badge=_badge()),
        rx.el.section(
            rx.el.div(
                rx.el.h2("What happens", class_name="pd-section-title"),
                _badge(),
                class_name="pd-section-head",
            ),
            flow_message(NewSourceState.integration_status, NewSourceState.integration_message),
            rx.match(
                NewSourceState.kind,
                *[(kind.name, _what_happens(kind)) for kind in KINDS.values()],
                rx.fragment(),
            ),
            class_name="pd-panel",
            style={
                "padding": "24px",
                "font_size": "var(--font-size-2)",
                "color": "var(--gray-11)",
            },
        ),
    )


def _badge() -> rx.Component:
    return flow_badge(
        NewSourceState.integration_status, NewSourceState.integration_message, of="integration"
    )


def _what_happens(kind: SourceKind) -> rx.Component:
    return rx.el.ol(
        *[rx.el.li(line) for line in _explanation(kind)],
        style={
            "margin": "12px 0 0",
            "padding_left": "20px",
            "line_height": "1.6",
            "list_style": "decimal",
        },
    )


def _explanation(kind: SourceKind) -> tuple[str, str, str]:
    generated = "You generate an app from its tables, and choose which of them the app shows. "
    if any(field.widget == "file" and field.required for field in kind.form):
        tried = "Test connection finds the file, opens it and reads its tables."
        kept = "Connect does the same, then saves the source. The file stays where it is."
    else:
        tried = (
            "Test connection finds the server, signs in and reads which tables there are. "
            "Each stage shows its result."
        )
        kept = "Connect does the same, then saves the source. The password is stored encrypted."
    if kind.live:
        return tried, kept, generated + "The app works on the database itself."
    return tried, kept, generated + "Their rows are copied into the app's own database."
