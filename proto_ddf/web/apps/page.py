"""The list of generated apps, and the page of one app with its health and log."""

from typing import Any

import reflex as rx

from proto_ddf.hosting.records import AppView
from proto_ddf.web.apps.access_section import access_section
from proto_ddf.web.apps.regenerate_section import regenerate_section, source_change_line
from proto_ddf.web.apps.repository_section import repository_section
from proto_ddf.web.apps.state import AppActions, AppsState, AppState
from proto_ddf.web.shared.components.badge import status_badge
from proto_ddf.web.shared.components.callout import error_callout, notice
from proto_ddf.web.shared.components.feedback import confirm_dialog, empty_state, skeleton_rows
from proto_ddf.web.shared.components.layout import page
from proto_ddf.web.shared.components.links import external_link_button, link_button
from proto_ddf.web.shared.components.log import log_lines
from proto_ddf.web.shared.components.numbers import duration, file_size, time_ago
from proto_ddf.web.shared.components.repairs import repairs_section
from proto_ddf.web.shared.components.submitting import submits

LIVE_STATES = ("running", "degraded", "starting", "restarting")


def apps_page() -> rx.Component:
    return page(
        "Apps",
        error_callout(AppsState),
        rx.cond(AppsState.loaded, _list(), skeleton_rows(3, height="72px")),
        action=_generate_link(),
    )


def app_page() -> rx.Component:
    app: Any = AppState.app
    return page(
        rx.cond(AppState.loaded & ~app, "App not found", app.name),
        error_callout(AppState),
        rx.cond(
            AppState.loaded,
            rx.cond(app, _detail(app), _not_found()),
            skeleton_rows(3, height="96px"),
        ),
        breadcrumbs=[("Apps", "/apps")],
        action=rx.cond(app, _open_button(app), rx.fragment()),
    )


def _generate_link() -> rx.Component:
    return link_button("Generate app", "/generate", icon="plus")


def _list() -> rx.Component:
    return rx.cond(
        AppsState.apps.length() > 0,
        rx.el.ul(rx.foreach(AppsState.apps, _row), class_name="pd-rows pd-panel"),
        empty_state(
            "app-window",
            "No apps yet",
            "An app is generated from a source: choose tables and check the plan; then the app runs here.",
            _generate_link(),
        ),
    )


def _not_found() -> rx.Component:
    return empty_state(
        "app-window",
        "There is no such app",
        "It may have been deleted.",
        link_button("All apps", "/apps", variant="soft"),
    )


def _row(app: rx.Var[AppView]) -> rx.Component:
    facts = rx.el.div(
        rx.el.span(app.address, class_name="pd-quiet pd-cut"),
        _use(app),
        class_name="pd-row-line",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.link(app.name, href=f"/apps/{app.slug}", class_name="pd-link pd-cut"),
                status_badge(app.state, of="app"),
                class_name="pd-row-line",
            ),
            facts,
            source_change_line(app),
            rx.cond(
                app.crashes > 0,
                rx.el.span("Recent crashes: ", app.crashes, class_name="pd-quiet"),
                rx.fragment(),
            ),
            rx.cond(
                app.last_error,
                rx.el.span(app.last_error, class_name="pd-quiet pd-cut"),
                rx.fragment(),
            ),
            class_name="pd-row-main",
        ),
        _buttons(AppsState, app),
        class_name="pd-row pd-app-row",
        custom_attrs={"data-app": app.slug, "data-state": app.state},
    )


def _use(app: rx.Var[AppView]) -> rx.Component:
    return rx.cond(
        app.pid,
        rx.el.span(
            file_size(app.memory_bytes),
            " · ",
            app.cpu_percent.to_string(),
            " % CPU · up ",
            duration(app.uptime_seconds),
            class_name="pd-quiet pd-number",
        ),
        rx.fragment(),
    )


def _is_live(app: rx.Var[AppView]) -> rx.Var[bool]:
    return rx.Var.create(list(LIVE_STATES)).contains(app.state)


def _open_button(app: rx.Var[AppView]) -> rx.Component:
    return rx.cond(
        _is_live(app),
        external_link_button("Open", app.entry),
        rx.fragment(),
    )


def _buttons(state: type[AppActions], app: rx.Var[AppView]) -> rx.Component:
    """The actions that are possible in the app's state."""
    busy = state.busy.contains(app.slug)
    return rx.el.div(
        rx.cond(
            _is_live(app),
            rx.fragment(
                _open_button(app) if state is AppsState else rx.fragment(),
                _button(state, app, "restart", "Restart", "rotate-cw", busy),
                _button(state, app, "stop", "Stop", "square", busy),
            ),
            _button(state, app, "start", "Start", "play", busy),
        ),
        class_name="pd-row-line pd-buttons",
    )


def _button(
    state: type[AppActions],
    app: rx.Var[AppView],
    action: str,
    label: str,
    icon: str,
    busy: rx.Var[bool],
) -> rx.Component:
    return rx.button(
        rx.icon(icon, size=14, aria_hidden="true"),
        label,
        custom_attrs=submits(state.act(action, app.slug), f"{label} {app.name}", key=app.slug),
        disabled=busy | (app.state == "creating"),
        loading=state.busy[app.slug] == action,
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
    )


def _detail(app: rx.Var[AppView]) -> rx.Component:
    return rx.fragment(
        rx.cond(
            app.last_error,
            notice(app.last_error, kind="warning"),
            rx.fragment(),
        ),
        repairs_section(),
        regenerate_section(app),
        rx.el.section(
            rx.el.div(
                status_badge(app.state, of="app"),
                _buttons(AppState, app),
                _download(app),
                _delete(app),
                class_name="pd-row-line pd-buttons",
            ),
            rx.cond(app.description, rx.el.p(app.description, class_name="pd-quiet")),
            _facts(app),
            class_name="pd-panel pd-padded",
            custom_attrs={"data-state": app.state},
        ),
        access_section(app),
        repository_section(),
        _log(),
    )


def _facts(app: rx.Var[AppView]) -> rx.Component:
    return rx.el.dl(
        _fact("Address", rx.link(app.address, href=app.entry, is_external=True)),
        _fact("Ports", rx.el.span(app.frontend_port, " and ", app.backend_port)),
        _fact("Process", rx.cond(app.pid, rx.el.span(app.pid), rx.el.span("none"))),
        _fact("Memory", rx.el.span(rx.cond(app.pid, file_size(app.memory_bytes), "-"))),
        _fact("CPU", rx.el.span(rx.cond(app.pid, app.cpu_percent.to_string() + " %", "-"))),
        _fact("Up", rx.el.span(rx.cond(app.pid, duration(app.uptime_seconds), "-"))),
        _fact("Health", _health(app)),
        _fact("Generated", time_ago(app.created_at)),
        _fact("Steps", rx.link("Show operation", href=f"/operations/{app.operation_id}")),
        class_name="pd-facts",
    )


def _fact(label: str, value: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.dt(label), rx.el.dd(value))


def _health(app: rx.Var[AppView]) -> rx.Component:
    return rx.el.span(
        _check("process", app.health["process"]),
        _check("port", app.health["port"]),
        _check("page", app.health["http"]),
        class_name="pd-row-line",
    )


def _check(word: str, passed: rx.Var[bool]) -> rx.Component:
    return rx.el.span(
        rx.cond(
            passed,
            rx.icon("check", size=14, color="var(--green-11)", aria_label="works"),
            rx.icon("x", size=14, color="var(--gray-10)", aria_label="does not answer"),
        ),
        word,
        class_name="pd-row-line",
    )


def _download(app: rx.Var[AppView]) -> rx.Component:
    return rx.button(
        rx.icon("download", size=14, aria_hidden="true"),
        "Download code",
        on_click=rx.download(url=f"/api/apps/{app.slug}/download", filename=f"{app.slug}.zip"),
        variant="soft",
        color_scheme="gray",
        size="2",
        type="button",
    )


def _delete(app: rx.Var[AppView]) -> rx.Component:
    return confirm_dialog(
        rx.button(
            rx.icon("trash-2", size=14, aria_hidden="true"),
            "Delete",
            variant="soft",
            color_scheme="red",
            size="2",
            type="button",
            disabled=AppState.busy.contains(app.slug),
        ),
        title=f"Delete {app.name}?",
        text="The app is stopped; its code, its logs and the data that were imported into it are "
        "removed. The source stays. Download the code first if you want to keep it.",
        confirm_label="Delete app",
        submitted=submits(AppState.act("delete", app.slug), f"Delete {app.name}", key=app.slug),
        typed_name=app.name,
    )


def _log() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Log", class_name="pd-section-title"),
            _log_tools(),
            class_name="pd-section-head pd-log-head",
        ),
        rx.cond(
            AppState.log,
            log_lines(AppState.log, label="Log of the app"),
            rx.el.div(
                rx.cond(
                    AppState.log_search,
                    "No line has this text.",
                    "Nothing in the log yet.",
                ),
                class_name="pd-code pd-log-tall pd-quiet",
            ),
        ),
        class_name="pd-section",
        aria_label="Log",
    )


def _log_tools() -> rx.Component:
    app: Any = AppState.app
    return rx.el.div(
        rx.input(
            rx.input.slot(rx.icon("search", size=14, aria_hidden="true")),
            value=AppState.log_search,
            on_change=AppState.set_log_search.debounce(300),
            placeholder="Search",
            aria_label="Search the log",
            size="2",
            class_name="pd-log-search",
        ),
        rx.el.label(
            rx.switch(checked=AppState.log_following, on_change=AppState.set_log_following),
            "Follow",
            class_name="pd-check",
        ),
        rx.button(
            rx.icon("download", size=14, aria_hidden="true"),
            "Download log",
            on_click=rx.download(url=f"/api/apps/{app.slug}/log", filename=f"{app.slug}.log"),
            variant="soft",
            color_scheme="gray",
            size="2",
            type="button",
        ),
        class_name="pd-row-line pd-buttons",
    )
