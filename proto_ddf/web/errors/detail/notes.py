"""The notes of an incident."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.detail.state import TYPED_NOTE, IncidentPageState
from proto_ddf.web.shared.components.fields import form_field
from proto_ddf.web.shared.components.numbers import time_ago
from proto_ddf.web.shared.components.submitting import submits_form


def notes_section() -> rx.Component:
    state = IncidentPageState
    notes: Any = state.incident.notes
    listed = rx.el.ol(
        rx.foreach(notes, _note), class_name="pd-rows pd-panel", aria_label="Notes, newest first"
    )
    return rx.el.section(
        rx.el.h2("Notes", class_name="pd-section-title"),
        rx.cond(notes.length() > 0, listed, _no_notes()),
        rx.el.form(
            form_field(
                "New note",
                rx.text_area(name=TYPED_NOTE, value=state.note, on_change=state.set_note, rows="3"),
                field_id="note",
                error=state.field_errors["note"],
                help_text="What others should know. At most 2,000 characters.",
            ),
            rx.button(
                "Add note",
                disabled=state.busy,
                variant="soft",
                size="2",
                type="submit",
                margin_top="12px",
            ),
            custom_attrs=submits_form(
                state.add_note(state.incident.id, {}), "Add a note", key=state.incident.id
            ),
            no_validate=True,
        ),
        class_name="pd-section",
    )


def _no_notes() -> rx.Component:
    return rx.el.p("No notes yet.", class_name="pd-quiet", margin="0")


def _note(note: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(note.text, class_name="pd-note"),
            rx.el.span(time_ago(note.at), class_name="pd-quiet"),
            class_name="pd-row-main",
        ),
        class_name="pd-row",
    )
