"""Controls and links are shown to those who may use them, as the table of least roles says."""

import re

import reflex as rx

from proto_ddf.accounts.roles import Role
from proto_ddf.web.access.shown import fit_to_role, page_for_roles, shown_to
from proto_ddf.web.apps.state import AppsState
from proto_ddf.web.operations.state import OperationsState
from proto_ddf.web.resilience.state import ResilienceState
from proto_ddf.web.shared.components.feedback import confirm_dialog
from proto_ddf.web.shared.components.links import link_button
from proto_ddf.web.shared.components.submitting import submits

BUILDERS = ("", "builder", "admin")
ADMINS = ("", "admin")


def roles_of(component: rx.Component, marker: str) -> tuple[str, ...] | None:
    """The roles to which the innermost condition around what says `marker` shows it; None without a condition. An empty
    role is one that is not known yet."""
    text = str(component)
    assert text.count(marker) == 1
    conditions = re.findall(
        r"\[([^][]*)\]\.includes\([^()]*\.role_rx_state_", text[: text.index(marker)]
    )
    return tuple(re.findall(r'"(\w*)"', conditions[-1])) if conditions else None


def test_what_a_viewer_may_do_is_shown_to_everybody():
    for control in (
        rx.button("Marker", on_click=OperationsState.show_only("failed")),
        rx.link("Marker", href="/apps"),
        rx.link("Marker", href=f"/errors/{AppsState.error_title}"),
        rx.link("Marker", href="https://example.org/generate"),
        rx.button("Marker", on_click=rx.set_clipboard("text")),
    ):
        assert roles_of(fit_to_role(rx.box(control)), "Marker") is None


def test_a_control_is_shown_to_those_whose_role_the_table_allows():
    for control in (
        rx.button("Marker", on_click=AppsState.act("stop", "shop")),
        rx.button("Marker", custom_attrs=submits(AppsState.act("stop", "shop"), "Stop")),
        rx.el.form(rx.el.h2("Marker"), on_submit=OperationsState.retry_operation),
        link_button("Marker", "/generate"),
        rx.link("Marker", href="/resilience#faults"),
        rx.button(
            "Marker", on_click=rx.download(url=f"/api/apps/{AppsState.error_title}/download")
        ),
    ):
        assert roles_of(fit_to_role(rx.box(rx.el.div(control))), "Marker") == BUILDERS
    control = rx.button("Marker", on_click=ResilienceState.stop_all_injections)
    assert roles_of(fit_to_role(rx.box(control)), "Marker") == ADMINS
    assert roles_of(fit_to_role(rx.link("Marker", href="/settings/audit")), "Marker") == ADMINS


def test_a_row_of_a_list_is_fitted_too():
    rows = rx.foreach(
        ["shop"], lambda slug: rx.el.li(rx.button("Marker", on_click=AppsState.act("stop", slug)))
    )
    assert roles_of(fit_to_role(rx.el.ul(rows)), "Marker") == BUILDERS
    numbered = rx.foreach(
        ["shop"], lambda slug, number: rx.el.li(number, link_button("Marker", "/generate"))
    )
    assert roles_of(fit_to_role(rx.el.ul(numbered)), "Marker") == BUILDERS


def test_a_dialog_is_hidden_with_the_button_that_opens_it():
    dialog = confirm_dialog(
        rx.button("Marker"),
        title="Stop?",
        text="It stops.",
        confirm_label="Stop",
        on_confirm=AppsState.act("stop", "shop"),
    )
    assert roles_of(fit_to_role(rx.box(dialog)), "Marker") == BUILDERS


def test_what_closes_a_menu_is_hidden_with_the_link_inside():
    link = rx.popover.close(rx.link("Marker", href="/resilience"))
    text = str(fit_to_role(rx.box(link)))
    assert roles_of(fit_to_role(rx.box(link)), "Marker") == BUILDERS
    assert text.index(".includes(") < text.index("Popover.Close")


def test_what_needs_more_inside_of_what_is_shown_to_some_is_hidden_from_them():
    inner = rx.button("Marker", on_click=ResilienceState.stop_all_injections)
    outer = rx.el.form(rx.el.h2("Outer"), inner, on_submit=OperationsState.retry_operation)
    fitted = fit_to_role(rx.box(outer))
    assert roles_of(fitted, "Marker") == ADMINS
    assert roles_of(fitted, "Outer") == BUILDERS


def test_a_page_has_the_role_of_its_route():
    refusal = rx.text("Not for you")
    assert roles_of(page_for_roles("generate", rx.text("Marker"), refusal), "Marker") == BUILDERS
    audit = page_for_roles("/settings/audit", rx.text("Marker"), refusal)
    assert roles_of(audit, "Marker") == ADMINS
    assert "Not for you" in str(audit)
    open_page = page_for_roles("apps/[slug]", rx.text("Marker"), refusal)
    assert "Not for you" not in str(open_page)


def test_what_is_no_control_says_its_role():
    assert roles_of(shown_to(Role.ADMIN, rx.text("Marker")), "Marker") == ADMINS
    assert roles_of(shown_to(Role.VIEWER, rx.text("Marker")), "Marker") is None
