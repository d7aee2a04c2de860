"""The generate page: the form with its plan, then the operation that generates the app."""

import reflex as rx

from proto_ddf.web.generate.plan_view import plan_editor
from proto_ddf.web.generate.state import ACCENTS, LONGEST_DESCRIPTION, GenerateState, TableChoice
from proto_ddf.web.shared.components.callout import error_callout, field_error, notice
from proto_ddf.web.shared.components.feedback import empty_state, skeleton_rows
from proto_ddf.web.shared.components.fields import form_field
from proto_ddf.web.shared.components.flow_status import flow_badge, flow_message
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import external_link_button, link_button
from proto_ddf.web.shared.components.numbers import count
from proto_ddf.web.shared.components.operation import operation_panel
from proto_ddf.web.shared.components.repairs import repairs_section
from proto_ddf.web.shared.components.submitting import submits_form
from proto_ddf.web.shared.state.flow_status import GenerationStatus

State = GenerateState


def generate_page() -> rx.Component:
    return page(
        "Generate",
        error_callout(State),
        rx.cond(
            State.operation.id != "",
            _progress(),
            rx.cond(
                State.loaded,
                rx.cond(State.sources.length() > 0, _form(), _no_sources()),
                skeleton_rows(4, height="96px"),
            ),
        ),
    )


def _no_sources() -> rx.Component:
    return empty_state(
        "database",
        "Connect a source first",
        "An app is generated from the tables of a source.",
        link_button("Connect a source", "/sources/new"),
    )


def _progress() -> rx.Component:
    over = (State.operation.state != "running") & (State.operation.state != "pending")
    return rx.el.div(
        operation_panel(State, result=_result(), badge=_badge()),
        repairs_section(),
        rx.cond(
            over,
            rx.el.div(
                rx.button(
                    rx.cond(
                        State.operation.state == "succeeded",
                        "Generate another app",
                        "Back to the form",
                    ),
                    on_click=State.back_to_form,
                    variant="soft",
                    color_scheme="gray",
                    type="button",
                ),
            ),
            rx.fragment(),
        ),
        class_name="pd-stack",
    )


def _result() -> rx.Component:
    return notice(
        rx.el.div(
            rx.el.strong(State.generated_name, " is running."),
            rx.el.div(
                external_link_button("Open app", State.app_address),
                link_button(
                    "Details",
                    f"/apps/{State.operation.subject}",
                    variant="soft",
                    color_scheme="gray",
                ),
                class_name="pd-callout-actions",
            ),
        ),
        kind="success",
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.div(_section_source(), _section_about(), _section_plan(), class_name="pd-stack"),
        _summary(),
        custom_attrs={"data-typed": ""}
        | submits_form(State.generate, "Generate an app", keeps=State),
        class_name="pd-generate",
        no_validate=True,
    )


def _section(title: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title, class_name="pd-section-title"),
        *children,
        class_name="pd-panel pd-padded pd-form-section",
        aria_label=title,
    )


def _section_source() -> rx.Component:
    return _section(
        "Data",
        form_field(
            "Source",
            rx.select.root(
                rx.select.trigger(placeholder="Choose a source", width="100%"),
                rx.select.content(
                    rx.foreach(
                        State.sources,
                        lambda source: rx.select.item(source.label, value=source.id),
                    )
                ),
                value=State.source_id,
                on_change=State.choose_source,
            ),
            field_id="source",
            error=State.field_errors["source"],
            help_text="Each of its tables can become a page of the app.",
        ),
        rx.cond(State.tables.length() > 0, _tables(), rx.fragment()),
    )


def _tables() -> rx.Component:
    error = State.field_errors["tables"]
    return rx.el.fieldset(
        rx.el.legend("Tables"),
        rx.el.label(
            rx.checkbox(
                checked=State.all_tables,
                on_change=State.toggle_all_tables,
                id="tables",
                name="tables",
                custom_attrs={
                    "aria-invalid": rx.cond(error, "true", "false"),
                    "aria-describedby": "tables-error",
                },
                # Radix renders a button, which does not get its accessible name from the label around it.
                aria_label="All tables",
            ),
            "All tables",
            class_name="pd-check",
        ),
        rx.el.div(rx.foreach(State.tables, _table_choice), class_name="pd-checks"),
        rx.cond(error, field_error(error, field_id="tables"), rx.fragment()),
        class_name="pd-field",
    )


def _table_choice(table: rx.Var[TableChoice]) -> rx.Component:
    return rx.el.label(
        rx.checkbox(
            checked=table.chosen,
            on_change=lambda chosen: State.toggle_table(table.name, chosen),
            aria_label=table.name,
        ),
        rx.el.span(table.name, class_name="pd-cut"),
        rx.el.span(count(table.row_count), " rows", class_name="pd-quiet pd-number"),
        class_name="pd-check",
    )


def _section_about() -> rx.Component:
    return _section(
        "App",
        form_field(
            "Project name",
            rx.input(
                # Not the id: Reflex would send the value of the control's ref under it, which is empty here.
                name="project_name",
                value=State.name,
                on_change=State.set_name.debounce(150),
                on_blur=State.check_name,
                auto_complete=False,
                max_length=200,
            ),
            field_id="name",
            error=State.field_errors["name"],
            help_text="3 to 64 letters, digits, spaces or hyphens. The package is named after it.",
        ),
        form_field(
            "Description",
            rx.text_area(
                name="app_description",
                value=State.description,
                on_change=State.set_description.debounce(150),
                on_blur=State.set_description,
                rows="2",
                custom_attrs={"data-max-length": LONGEST_DESCRIPTION},
            ),
            field_id="description",
            help_text="Shown on the app's first page and in its README. May be empty.",
        ),
        _editing(),
        _accents(),
    )


def _editing() -> rx.Component:
    return rx.el.div(
        rx.el.label(
            rx.switch(
                checked=State.allow_editing,
                on_change=State.set_allow_editing,
                custom_attrs={"aria-describedby": "editing-help"},
            ),
            "Allow editing data",
            class_name="pd-check",
        ),
        rx.el.div(
            rx.cond(
                State.live,
                "The app works on the source itself: changes in the app change the source.",
                "The app gets a copy of the data: changes in the app never change the files.",
            ),
            class_name="pd-field-help",
            id="editing-help",
        ),
        class_name="pd-field",
    )


def _accents() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Theme colour"),
        rx.el.div(
            *[
                rx.el.label(
                    rx.el.input(
                        type="radio",
                        name="accent",
                        value=accent,
                        checked=State.accent_color == accent,
                        on_change=State.set_accent_color(accent),
                        aria_label=accent,
                    ),
                    rx.el.span(style={"background": f"var(--{accent}-9)"}, class_name="pd-swatch"),
                    title=accent.capitalize(),
                    class_name="pd-swatch-choice",
                )
                for accent in ACCENTS
            ],
            class_name="pd-swatches",
        ),
        class_name="pd-field",
    )


def _section_plan() -> rx.Component:
    return _section(
        "Plan",
        rx.cond(
            State.has_plan,
            plan_editor(),
            rx.cond(
                State.planning,
                skeleton_rows(3),
                rx.el.p(
                    "Choose a source and its tables. Then you can see and change the pages, fields, relations "
                    "and charts of the app here.",
                    class_name="pd-quiet",
                ),
            ),
        ),
    )


def _summary() -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            rx.el.h2("Summary", class_name="pd-section-title"),
            _badge(),
            class_name="pd-section-head",
        ),
        flow_message(State.generation_status, State.generation_message),
        rx.el.dl(
            _fact("Package", rx.cond(State.slug, rx.el.code(State.slug), rx.el.span("not named"))),
            _fact("Pages", rx.el.span(rx.cond(State.has_plan, State.plan_pages, 0))),
            _fact("Fields", rx.el.span(State.plan_fields)),
            _fact("Relations", rx.el.span(State.plan_relations)),
            _fact("Charts", rx.el.span(State.plan.charts.length())),
            _fact("Data", rx.cond(State.live, "the source itself", "imported copy")),
            _fact("Editing", rx.cond(State.allow_editing, "allowed", "read only")),
            class_name="pd-summary-facts",
        ),
        _summary_line(),
        rx.button(
            rx.icon("wand-sparkles", size=16),
            rx.cond(State.starting, "Starting…", "Generate app"),
            type="submit",
            size="3",
            disabled=State.starting,
        ),
        class_name="pd-panel pd-padded pd-summary",
        aria_label="Summary",
    )


def _badge() -> rx.Component:
    return flow_badge(State.generation_status, State.generation_message, of="generation")


def _summary_line() -> rx.Component:
    """The summary in one line, for the bar on a narrow screen."""
    return rx.el.div(
        rx.el.strong(rx.cond(State.slug, State.slug, "Not named yet"), class_name="pd-cut"),
        rx.el.span(
            rx.cond(
                (State.generation_status == GenerationStatus.IDLE)
                | (State.generation_status == GenerationStatus.FAILED),
                f"{State.plan_pages} pages · {State.plan_relations} relations · "
                f"{State.plan.charts.length()} charts",
                State.generation_message,
            ),
            class_name="pd-quiet",
        ),
        class_name="pd-summary-line",
    )


def _fact(label: str, value: rx.Component | rx.Var[str]) -> rx.Component:
    return rx.el.div(rx.el.dt(label), rx.el.dd(value))
