"""The one table of least roles covers every event and route that there is."""

import pytest

from proto_ddf.accounts.roles import Role
from proto_ddf.web.access.least_roles import AUDITED, EVENTS, ROUTES, least_role_of_event, route_row
from tests.registered_app import registry


def test_every_event_has_a_least_role_but_setvar():
    events = registry()["events"]
    assert len(events) > 300
    without = {short for name, short in events.items() if name not in registry()["roles"]}
    assert {each.partition(".")[2] for each in without} == {"setvar"}


def test_no_event_of_reflex_is_allowed_by_mistake():
    own = {name for name in registry()["events"] if name.startswith("reflex___")}
    allowed = {registry()["events"][name] for name in own if name in registry()["roles"]}
    allowed = {each for each in allowed if not each.startswith(("TabState",))}
    internal = {each for each in allowed if each in EVENTS and each.partition(".")[0] in _REFLEX}
    assert internal == {
        "State.hydrate",
        "State.hydrate_and_load",
        "State.set_is_hydrated",
        "OnLoadInternalState.on_load_internal",
        "OnLoadInternalState.set_is_hydrated",
        "UpdateVarsInternalState.update_vars_internal",
        "FrontendEventExceptionState.handle_frontend_exception",
    }


_REFLEX = {
    "State",
    "OnLoadInternalState",
    "UpdateVarsInternalState",
    "FrontendEventExceptionState",
    "SharedStateBaseInternal",
}


def test_no_row_names_what_does_not_exist():
    known = set(registry()["events"].values())
    states = set(registry()["states"])
    assert {row for row in EVENTS if row not in known and row not in states} == set()
    assert known >= AUDITED


def test_names_of_states_are_unique():
    states = registry()["states"]
    assert len(states) == len(set(states))


@pytest.mark.parametrize(
    "handler", ["retry_operation", "run_retry", "resume_failed_operation", "cancel_operation"]
)
def test_a_viewer_starts_nothing_again_and_cancels_nothing(handler: str):
    found = {
        registry()["roles"].get(name)
        for name, short in registry()["events"].items()
        if short.endswith(f".{handler}")
    }
    assert found <= {"builder", "admin"}
    assert found


def test_an_unknown_event_needs_what_its_class_needs_or_is_refused():
    assert least_role_of_event("AppState", "act_in_a_new_way") == Role.BUILDER
    assert least_role_of_event("NewState", "load") is None
    assert least_role_of_event("TabState", "something_else") is None
    assert least_role_of_event("NotificationsState", "end_lost_retry") == Role.ADMIN


def test_every_route_has_a_row_of_its_own():
    for methods, path in registry()["routes"]:
        if path in {"/ping", "/_health"}:
            continue  # Reflex's own, which nobody needs
        for method in set(methods) - {"HEAD"}:
            address = path.replace("{slug}", "shop").replace("{report_id}", "r1")
            assert any(method in row.methods and row.path.fullmatch(address) for row in ROUTES), (
                f"{method} {path}"
            )
    assert "/_event" in registry()["mounts"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_upload"),
        ("GET", "/_upload/file"),
        ("GET", "/_health"),
        ("GET", "/api/unknown"),
        ("GET", "/api/apps/a/b/download"),
        ("POST", "/"),
        ("DELETE", "/api/apps/shop/log"),
        ("PUT", "/api/uploads"),
        ("GET", "/api/uploads"),
        ("WEBSOCKET", "/"),
        ("WEBSOCKET", "/api/health"),
    ],
)
def test_what_is_not_in_the_table_is_refused(method: str, path: str):
    assert route_row(method, path) is None


def test_pages_are_for_viewers_unless_a_row_says_otherwise():
    found = {path: route_row("GET", path) for path in registry()["pages"]}
    rows = {path: row.least for path, row in found.items() if row is not None}
    assert set(rows) == set(registry()["pages"])
    assert rows["/generate"] == rows["/sources/new"] == Role.BUILDER
    assert rows["/settings/notifications"] == Role.ADMIN
    assert rows["/apps"] == rows["/apps/[slug]"] == Role.VIEWER
