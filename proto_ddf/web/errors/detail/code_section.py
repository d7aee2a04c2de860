"""The app's own code around the place that an error came from."""

from typing import Any

import reflex as rx

from proto_ddf.web.errors.detail.state import IncidentPageState


def code_section() -> rx.Component:
    """Nothing if the error names no place in the app's code."""
    code: Any = IncidentPageState.code
    lines = rx.el.ol(
        rx.foreach(code.lines, _line),
        class_name="pd-panel pd-source-code",
        tab_index=0,
        aria_label="Lines of " + code.file,
    )
    shown = rx.el.section(
        rx.el.h2("Code around it: ", rx.el.code(code.file), class_name="pd-section-title"),
        lines,
        class_name="pd-section",
    )
    return rx.cond(code.file, shown, rx.fragment())


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(line.number.to(str)),
        rx.el.span(line.text),
        rx.cond(
            line.marked,
            rx.el.span("the error came from here", class_name="pd-unseen"),
            rx.fragment(),
        ),
        custom_attrs={"data-marked": rx.cond(line.marked, "true", "false")},
    )
