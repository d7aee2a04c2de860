"""The type of a column of a file: chosen from a list, or from the suggested types."""

import reflex as rx

from proto_ddf.web.shared.components.submitting import submits
from proto_ddf.web.sources.detail.state import ColumnRow, SourceDetailState, TableRow
from proto_ddf.web.sources.detail.type_candidates import TYPE_WORDS, CandidateRow


def type_choice(one: rx.Var[TableRow], column: rx.Var[ColumnRow]) -> rx.Component:
    """The choice of a column's type. A chosen type stays when the file is read again."""
    found = rx.cond(column.chosen, "As found in the file", column.type + ", as found")
    return rx.el.select(
        rx.el.option(found, value=""),
        *[rx.el.option(words, value=chosen) for chosen, words in TYPE_WORDS.items()],
        value=column.chosen,
        on_change=lambda chosen: SourceDetailState.choose_type(one.name, column.name, chosen),
        disabled=SourceDetailState.busy,
        custom_attrs={"aria-label": "Type of " + column.name},
        class_name="pd-select",
    )


def type_notes(one: rx.Var[TableRow], column: rx.Var[ColumnRow]) -> rx.Component:
    """What a person said of its texts, and the types that it could have."""
    return rx.fragment(
        rx.cond(
            column.empty,
            rx.el.div("Read as empty: ", column.empty, class_name="pd-quiet"),
            rx.fragment(),
        ),
        rx.foreach(column.candidates, lambda candidate: _candidate(one, column, candidate)),
    )


def _candidate(
    one: rx.Var[TableRow], column: rx.Var[ColumnRow], candidate: rx.Var[CandidateRow]
) -> rx.Component:
    """A type that the column does not have because of some texts: which these are, and the type by one click."""
    return rx.el.div(
        rx.el.p(candidate.words, margin="0"),
        rx.el.ul(
            rx.foreach(candidate.odd, lambda text: rx.el.li(text)),
            style={"margin": "0", "padding_left": "16px"},
        ),
        rx.button(
            candidate.button,
            disabled=SourceDetailState.busy,
            size="1",
            variant="soft",
            type="button",
            custom_attrs={"aria-label": candidate.button + ": " + column.name}
            | submits(
                SourceDetailState.accept_candidate(
                    SourceDetailState.source.id, one.name, column.name, candidate.type
                ),
                "Change the type of a column",
                key=SourceDetailState.source.id,
            ),
        ),
        class_name="pd-quiet",
        style={
            "display": "flex",
            "flex_direction": "column",
            "align_items": "flex-start",
            "gap": "4px",
            "margin_top": "8px",
            "max_width": "420px",
            "white_space": "normal",
            "overflow_wrap": "anywhere",
        },
    )
