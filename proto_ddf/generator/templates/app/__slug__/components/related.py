"""The rows that refer to the row of a page, with the form of one of them."""

from collections.abc import Callable

import reflex as rx

from ..related import Heading, Related, referring_pages
from ..relations import Option
from ..rows import Row
from ..states.row import RowMixin
from ..views import TableView
from . import events
from .cells import value
from .feedback import callout, skeleton_lines
from .local import local

FORMS: dict[str, Callable[[], rx.Component]] = {}
"""The forms of rows of a table on the pages of rows that they refer to, by the name of the table."""


def related_rows(view: TableView, state: type[RowMixin]) -> rx.Component:
    """The rows that refer to the row, by relation."""
    tables = dict.fromkeys(
        other.name for other, _ in referring_pages(view).values() if other.editable
    )
    forms = [(name, FORMS[name]()) for name in tables if name in FORMS]
    table = state.unfolded.split(".")[0]
    return rx.fragment(
        callout(problem=state.related_problem, on_retry=state.opened),
        blocks(
            rx.match(table, *forms, rx.fragment()) if forms else rx.fragment(),
            shown=state.related,
            unfolded=state.unfolded,
            added=state.added,
            on_turn=state.turn_related,
            on_sort=state.sort_related,
            on_unfold=state.unfold,
        ),
        rx.cond(state.related_loading, skeleton_lines(count=3)),
    )


@rx.memo
def blocks(
    children: rx.Var[rx.Component],
    shown: rx.Var[list[Related]],
    unfolded: rx.Var[str],
    added: rx.Var[Option],
    on_turn: events.Toggle,
    on_sort: events.TwoTexts,
    on_unfold: events.TwoTexts,
) -> rx.Component:
    """Each relation with its rows. The child is the form of the relation that is unfolded."""

    # `relation` and not `each`: in the loops inside, Reflex tells the variables of loops apart by these names.
    def block(relation: rx.Var[Related]) -> rx.Component:
        return rx.el.section(
            rx.el.div(
                rx.heading(relation.label, as_="h2", size="4"),
                rx.el.div(
                    rx.cond(relation.new_href != "", _add(relation, unfolded, on_unfold)),
                    rx.cond(
                        relation.total != 0,
                        rx.link(
                            "Show all " + local("count", relation.total_text), href=relation.href
                        ),
                    ),
                    class_name="section-links",
                ),
                class_name="section-header",
            ),
            rx.cond(unfolded == relation.name, rx.el.div(children, class_name="in-place")),
            rx.cond(added.value == relation.name, _added(added)),
            rx.cond(
                relation.rows.length() > 0,
                rx.el.div(
                    _table(relation, unfolded, on_sort, on_unfold),
                    _pager(relation, on_turn),
                    class_name="panel",
                ),
                rx.el.p("None.", class_name="muted"),
            ),
            class_name="related",
            custom_attrs={"data-relation": relation.name},
        )

    return rx.fragment(rx.foreach(shown, block))


def _add(block: rx.Var[Related], unfolded: rx.Var[str], on_unfold: events.TwoTexts) -> rx.Component:
    return rx.button(
        rx.icon("plus", size=14, aria_hidden="true"),
        "Add",
        on_click=on_unfold(block.name, block.new_href),
        aria_label="Add to " + block.label,
        variant="soft",
        size="1",
        custom_attrs=_opens(block.new_href, unfolded),
    )


def _opens(key: rx.Var[str], unfolded: rx.Var[str]) -> dict[str, rx.Var[str | None]]:
    """Lets assets/browser/forms open a form that has unsaved changes, while no other one is open."""
    return {"data-draft-open": rx.cond(unfolded == "", key, None)}


def _added(row: rx.Var[Option]) -> rx.Component:
    return rx.el.p(
        "Added: ",
        rx.link(rx.el.span(row.text, class_name="cut"), href=row.href),
        aria_live="polite",
    )


def _table(
    block: rx.Var[Related],
    unfolded: rx.Var[str],
    on_sort: events.TwoTexts,
    on_unfold: events.TwoTexts,
) -> rx.Component:
    def heading(each: rx.Var[Heading]) -> rx.Component:
        is_sorted = block.sort == each.name
        direction = rx.cond(block.descending, "descending", "ascending")
        arrow = rx.cond(is_sorted, rx.cond(block.descending, "↓", "↑"), "")
        return rx.el.th(
            rx.el.button(
                each.label,
                rx.el.span(arrow, class_name="arrow", aria_hidden="true"),
                type="button",
                on_click=on_sort(block.name, each.name),
            ),
            aria_sort=rx.cond(is_sorted, direction, "none"),
            class_name=each.align,
            scope="col",
        )

    def row(each: rx.Var[Row]) -> rx.Component:
        return rx.el.tr(
            rx.el.td(rx.cond(each.href != "", _way_to(each)), class_name="open"),
            rx.foreach(each.cells, lambda cell: rx.el.td(value(cell))),
            rx.cond(
                block.editable,
                rx.el.td(
                    rx.cond(each.href != "", _change(block, each, unfolded, on_unfold)),
                    class_name="open",
                ),
            ),
        )

    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(rx.el.span("Open", class_name="hidden"), class_name="open"),
                    rx.foreach(block.headings, heading),
                    rx.cond(
                        block.editable,
                        rx.el.th(rx.el.span("Change", class_name="hidden"), class_name="open"),
                    ),
                )
            ),
            rx.el.tbody(rx.foreach(block.rows, row)),
            class_name="grid",
            aria_label=block.label,
        ),
        class_name="scroller",
        role="region",
        aria_label="Rows of " + block.label,
        tab_index=0,
    )


def _way_to(row: rx.Var[Row]) -> rx.Component:
    return rx.link(
        rx.icon("maximize-2", size=14),
        href=row.href,
        aria_label="Open " + row.name,
        class_name="open-link",
    )


def _change(
    block: rx.Var[Related],
    row: rx.Var[Row],
    unfolded: rx.Var[str],
    on_unfold: events.TwoTexts,
) -> rx.Component:
    return rx.el.button(
        rx.icon("pencil", size=14, aria_hidden="true"),
        type="button",
        on_click=on_unfold(block.name, row.href),
        aria_label="Change " + row.name,
        class_name="open-link",
        custom_attrs=_opens(row.href, unfolded),
    )


def _pager(block: rx.Var[Related], on_turn: events.Toggle) -> rx.Component:
    """Which rows are shown, and the buttons that turn them over; nothing if all are shown."""

    def turn(icon: str, what: str, forward: bool, disabled: rx.Var[bool]) -> rx.Component:
        return rx.icon_button(
            rx.icon(icon, size=16),
            on_click=on_turn(block.name, forward),
            disabled=disabled,
            aria_label=what + " of " + block.label,
            variant="surface",
            color_scheme="gray",
            size="1",
        )

    return rx.cond(
        ~block.at_start | block.has_next,
        rx.el.div(
            rx.el.span(local("count", block.range_text), aria_live="polite", class_name="count"),
            rx.el.div(
                turn("chevron-left", "Previous", False, block.at_start),
                turn("chevron-right", "Next", True, ~block.has_next),
                class_name="turns",
            ),
            class_name="pager",
        ),
    )
