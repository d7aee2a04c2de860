"""The section of an app's page that shows the changes of its source and offers to regenerate the app."""

import reflex as rx

from proto_ddf.hosting.records import AppView
from proto_ddf.web.apps.regenerate_state import RegenerateState
from proto_ddf.web.shared.components.callout import error_callout, notice
from proto_ddf.web.shared.components.feedback import confirm_dialog
from proto_ddf.web.shared.components.operation import operation_panel
from proto_ddf.web.shared.components.schema_changes import change_lines
from proto_ddf.web.shared.components.submitting import submits


def regenerate_section(app: rx.Var[AppView]) -> rx.Component:
    """The changes of the source, the steps of the regeneration and, afterwards, where the previous code is."""
    return rx.fragment(
        error_callout(RegenerateState),
        rx.cond(RegenerateState.kept_in, _done(), rx.fragment()),
        rx.cond(app.source_drift, _source_changes(app), rx.fragment()),
        operation_panel(RegenerateState),
    )


def source_change_line(app: rx.Var[AppView]) -> rx.Component:
    """The line in the list of apps that links to Regenerate on the app's page."""
    line = rx.el.span(
        rx.icon("git-compare", size=14, aria_hidden="true"),
        rx.el.span(
            f"Its source has changed: {app.source_drift}. ",
            rx.link("Regenerate", href=f"/apps/{app.slug}", size="2", underline="always"),
        ),
        class_name="pd-app-drift",
    )
    return rx.cond(app.source_drift, line, rx.fragment())


def _source_changes(app: rx.Var[AppView]) -> rx.Component:
    return rx.el.div(
        notice(
            rx.el.div("Its source has changed", class_name="pd-callout-title"),
            rx.el.div(f"Since this app was generated: {app.source_drift}."),
            change_lines(app.source_changes),
            rx.el.div(
                rx.cond(
                    app.imported & app.allow_editing,
                    _confirmed(app, typed=True),
                    _confirmed(app, typed=False),
                ),
                class_name="pd-callout-actions",
            ),
            kind="info",
        ),
        on_mount=RegenerateState.load,
    )


def _confirmed(app: rx.Var[AppView], *, typed: bool) -> rx.Component:
    """The button with its dialog. With `typed` the name must be typed, because rows that were changed in the app are
    lost."""
    button = rx.button(
        rx.icon("refresh-cw", size=14, aria_hidden="true"),
        "Regenerate",
        size="2",
        type="button",
        disabled=RegenerateState.busy | (app.state == "creating"),
    )
    return confirm_dialog(
        button,
        title=f"Regenerate {app.name}?",
        text=_what_happens(app),
        confirm_label="Regenerate app",
        cancel_label="Not now",
        submitted=submits(
            RegenerateState.regenerate(app.slug, RegenerateState.chosen),
            f"Regenerate {app.name}",
            key=app.slug,
        ),
        typed_name=app.name if typed else None,
    )


def _what_happens(app: rx.Var[AppView]) -> rx.Component:
    preview = RegenerateState.preview
    return rx.alert_dialog.description(
        rx.el.p(
            "The app is generated again from its present source. The old app keeps running until the new build is "
            "ready. The address and your changes to the plan are kept."
        ),
        rx.cond(app.imported, _rows(app), rx.fragment()),
        _code(),
        rx.el.p(
            rx.cond(
                app.imported,
                "The present code and rows are kept until the next time, in ",
                "The present code is kept until the next time, in ",
            ),
            rx.el.code(preview.kept_in),
            ".",
        ),
        rx.cond(preview.new_tables.length() > 0, _new_tables(), rx.fragment()),
        size="2",
        as_="div",
        class_name="pd-stack-small pd-dialog-text",
    )


def _rows(app: rx.Var[AppView]) -> rx.Component:
    return rx.el.p(
        "Its rows are imported from the source again.",
        rx.cond(
            app.allow_editing,
            rx.el.strong(" Rows that were added, changed or deleted in the app are lost."),
            rx.fragment(),
        ),
    )


def _code() -> rx.Component:
    preview = RegenerateState.preview
    changed = rx.fragment(
        rx.el.p(
            "All code is written again. ",
            rx.el.strong("Changes by hand in these files are lost:"),
        ),
        rx.el.ul(
            rx.foreach(preview.manual_edits, lambda name: rx.el.li(rx.el.code(name))),
            rx.cond(preview.more > 0, rx.el.li("and ", preview.more, " more"), rx.fragment()),
            class_name="pd-files",
            tab_index=0,
        ),
    )
    unknown = rx.el.p("All code is written again: changes by hand are lost.")
    return rx.cond(
        preview.manual_edits.length() > 0,
        changed,
        rx.cond(preview.known, rx.fragment(), unknown),
    )


def _new_tables() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("New tables of the source to add to the app"),
        rx.foreach(RegenerateState.preview.new_tables, _new_table),
        class_name="pd-fieldset",
    )


def _new_table(name: rx.Var[str]) -> rx.Component:
    return rx.el.label(
        rx.checkbox(
            checked=RegenerateState.chosen.contains(name),
            on_change=lambda wanted: RegenerateState.choose_table(
                name, wanted, RegenerateState.chosen
            ),
            aria_label=name,
        ),
        name,
        class_name="pd-check",
    )


def _done() -> rx.Component:
    return notice(
        rx.el.div("The app was regenerated", class_name="pd-callout-title"),
        rx.el.div(
            "The previous code is kept until the next time, in ",
            rx.el.code(RegenerateState.kept_in),
            ".",
        ),
        rx.el.div(
            rx.button(
                "Dismiss",
                on_click=RegenerateState.dismiss_kept,
                variant="soft",
                color_scheme="gray",
                size="2",
                type="button",
            ),
            class_name="pd-callout-actions",
        ),
        kind="success",
    )
