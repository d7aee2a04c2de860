"""One row's page: its fields, its related rows, its form, and its deletion."""

import reflex as rx

from ..conflicts import Version
from ..consequences import Consequence
from ..formats import Cell
from ..maps import MapLink, has_places
from ..related import referring_pages
from ..states.row import RowMixin
from ..views import TableView
from . import events
from .cells import Headings, headings, value
from .feedback import callout, skeleton_lines
from .form import row_form
from .layout import page
from .links import linked_rows
from .local import local
from .related import related_rows
from .submitting import event_name, submits


def row_page(view: TableView, state: type[RowMixin]) -> rx.Component:
    """The page of one row of a table."""
    fields = rx.fragment(
        callout(problem=state.form_problem, on_retry=state.ask_delete),
        rx.cond(state.read_only, read_only_note(reason=state.read_only)),
        details(columns=headings(view), cells=state.cells),
        *([places(links=state.maps)] if has_places(view) else []),
        *([_linked(state)] if view.links() else []),
        *([related_rows(view, state)] if referring_pages(view) else []),
    )
    shown = rx.cond(state.editing, row_form(view, state), fields) if view.editable else fields
    return page(
        rx.cond(
            state.loading & (state.name == ""),
            "Loading…",
            rx.cond(state.name, state.name, "Not found"),
        ),
        view.route,
        callout(problem=state.problem, on_retry=state.opened),
        rx.cond(
            (state.problem.title != "") & ~state.problem.can_retry,
            rx.link(f"Go to {view.label}", href=f"/{view.route}"),
        ),
        rx.cond(state.loading, skeleton_lines(count=6), rx.cond(state.problem.title == "", shown)),
        actions=_actions(view, state) if view.editable else None,
        parent=(view.label, rx.cond(state.list_address, state.list_address, f"/{view.route}")),
    )


def _linked(state: type[RowMixin]) -> rx.Component:
    return rx.fragment(
        callout(problem=state.link_problem, on_retry=state.opened),
        linked_rows(
            blocks=state.linked,
            picker=state.link_picker,
            options=state.link_options,
            page=state.form_key,
            connect=event_name(state.connect),
            disconnect=event_name(state.disconnect),
            on_toggle=state.open_link_picker,
            on_search=state.find_linkable,
        ),
    )


def _actions(view: TableView, state: type[RowMixin]) -> rx.Component:
    idle = ~state.loading & ~state.editing & (state.problem.title == "") & (state.read_only == "")
    question = delete_question(
        label=view.label,
        name=state.name,
        prevented=state.prevented,
        consequences=state.consequences,
        conflicts=state.conflicts,
        snapshot=state.snapshot,
        is_open=state.deleting,
        on_toggle=state.close_delete,
        page=state.form_key,
        event=event_name(state.confirm_delete),
    )
    return rx.cond(
        idle,
        row_actions(
            question,
            noun=view.noun,
            form_key=state.form_key,
            on_edit=state.edit,
            on_delete=state.ask_delete,
        ),
    )


@rx.memo
def row_actions(
    children: rx.Var[rx.Component],
    noun: rx.Var[str],
    form_key: rx.Var[str],
    on_edit: rx.EventHandler,
    on_delete: rx.EventHandler,
) -> rx.Component:
    """The actions for the row."""
    return rx.el.div(
        rx.button(
            rx.icon("pencil", size=16, aria_hidden="true"),
            "Edit",
            on_click=on_edit,
            custom_attrs={"data-draft-open": form_key},
        ),
        rx.button(
            rx.icon("trash-2", size=16, aria_hidden="true"),
            "Delete this " + noun,
            on_click=on_delete,
            variant="soft",
            color_scheme="red",
        ),
        children,
        class_name="actions",
    )


@rx.memo
def read_only_note(reason: rx.Var[str]) -> rx.Component:
    """Why this row cannot be changed."""
    return rx.el.div(
        rx.icon("lock", size=16, aria_hidden="true"),
        rx.el.p(rx.el.b("Read-only. "), reason),
        class_name="read-only",
        role="note",
    )


@rx.memo
def places(links: rx.Var[list[MapLink]]) -> rx.Component:
    """Where the row is, as links to a map of another site."""
    return rx.el.p(
        rx.foreach(
            links,
            lambda each: rx.link(
                rx.icon("map-pin", size=14, aria_hidden="true"),
                each.text,
                href=each.href,
                target="_blank",
                rel="noopener noreferrer",
                class_name="place",
            ),
        ),
        class_name="places",
    )


@rx.memo
def details(columns: Headings, cells: rx.Var[list[Cell]]) -> rx.Component:
    """The row's fields, each with its label."""
    return rx.el.dl(
        rx.foreach(
            cells,
            lambda cell, at: rx.el.div(
                rx.el.dt(columns[at]["label"]), rx.el.dd(value(cell)), class_name="pair"
            ),
        ),
        class_name="panel padded details",
    )


@rx.memo
def delete_question(
    label: rx.Var[str],
    name: rx.Var[str],
    prevented: rx.Var[bool],
    consequences: rx.Var[list[Consequence]],
    conflicts: rx.Var[list[Version]],
    snapshot: rx.Var[str],
    is_open: rx.Var[bool],
    on_toggle: events.Flag,
    page: rx.Var[str],
    event: rx.Var[str],
) -> rx.Component:
    """The dialog that asks whether to delete the row and lists the effects, or says why it cannot be deleted."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(
                rx.cond(
                    prevented,
                    "“" + name + "” is in use",
                    "Delete “" + name + "”?",
                )
            ),
            rx.alert_dialog.description(
                rx.cond(
                    prevented,
                    "It cannot be deleted while other rows refer to it.",
                    "It is removed from " + label + " for good. This cannot be undone.",
                ),
                size="2",
            ),
            rx.cond(conflicts.length() > 0, _changed_meanwhile(conflicts)),
            rx.el.ul(rx.foreach(consequences, consequence_line), class_name="consequences"),
            rx.el.div(
                rx.alert_dialog.cancel(
                    rx.button(
                        rx.cond(prevented, "Close", "Keep it"),
                        variant="soft",
                        color_scheme="gray",
                    )
                ),
                rx.cond(
                    ~prevented,
                    rx.button(
                        "Delete",
                        color_scheme="red",
                        custom_attrs=submits(
                            event, "Delete “" + name + "”", page, snapshot=snapshot, page=page
                        ),
                    ),
                ),
                class_name="dialog-actions",
            ),
        ),
        open=is_open,
        on_open_change=on_toggle,
    )


def _changed_meanwhile(conflicts: rx.Var[list[Version]]) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "Somebody else has changed this row since you opened it:", class_name="callout-title"
        ),
        rx.el.table(
            rx.el.thead(
                rx.el.tr(*[rx.el.th(each, scope="col") for each in ("Field", "You saw", "Now")])
            ),
            rx.el.tbody(
                rx.foreach(
                    conflicts,
                    lambda each: rx.el.tr(
                        rx.el.td(each.label), rx.el.td(each.mine), rx.el.td(each.theirs)
                    ),
                )
            ),
            class_name="versions",
        ),
        class_name="changed-meanwhile",
        role="alert",
    )


def consequence_line(each: rx.Var[Consequence]) -> rx.Component:
    count = local("count", each.count.to_string())
    return rx.el.li(count, " ", each.text, class_name=rx.cond(each.prevents, "prevents", ""))
