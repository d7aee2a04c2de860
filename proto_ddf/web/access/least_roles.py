"""The one table of least roles: which role each event and route needs. What is not in it is refused.

An event is named by its state's class and its handler, "AppsState.act". The row of a class, "AppsState", holds for its
handlers without a row of their own.
"""

import re
from typing import NamedTuple

from reflex_base.registry import RegisteredEventHandler, RegistrationContext

from proto_ddf.accounts.roles import Role

VIEWER, BUILDER, ADMIN = Role.VIEWER, Role.BUILDER, Role.ADMIN
OPEN = None
"""No session is needed."""


class RouteRow(NamedTuple):
    methods: frozenset[str]
    path: re.Pattern[str]
    least: Role | None


def _route(methods: str, path: str, least: Role | None) -> RouteRow:
    """`{}` stands for one part of the path, a final `*` for any rest."""
    pattern = re.escape(path).replace(r"\{\}", "[^/]+")
    if path.endswith("*"):
        pattern = pattern[: -len(r"\*")] + ".*"
    return RouteRow(frozenset(methods.split()), re.compile(pattern, re.DOTALL), least)


ROUTES = (
    _route("GET", "/api/health", OPEN),
    _route("GET", "/health", OPEN),
    # They ask for METRICS_TOKEN or an admin themselves.
    _route("GET", "/readiness", OPEN),
    _route("GET", "/metrics", OPEN),
    _route("GET", "/api/session", OPEN),
    _route("GET", "/enter", OPEN),
    _route("GET POST", "/sign-in", OPEN),
    _route("GET POST", "/set-up", OPEN),
    _route("POST", "/sign-out", VIEWER),
    # A ticket for an app, with the rights of the role.
    _route("GET", "/apps/{}/enter", VIEWER),
    # Checks the events that it brings.
    _route("POST", "/api/outbox", VIEWER),
    _route("POST", "/api/usage", VIEWER),
    _route("POST", "/api/uploads", BUILDER),
    _route("POST", "/api/secrets", BUILDER),
    _route("GET", "/api/apps/{}/download", BUILDER),
    _route("GET", "/api/apps/{}/log", VIEWER),
    _route("GET", "/api/reports/{}", VIEWER),
    _route("WEBSOCKET", "/_event/*", VIEWER),
    _route("GET", "/generate", BUILDER),
    _route("GET", "/sources/new", BUILDER),
    _route("GET", "/resilience", BUILDER),
    _route("GET", "/settings/*", ADMIN),
)
"""The first row that fits holds."""
_NOT_PAGES = ("/api/", "/_")
PAGES = _route("GET", "*", VIEWER)
"""For every other address that can be read: pages, which have no data, and the files that they load."""

EVENTS: dict[str, Role] = {
    # Reflex's own.
    "State.hydrate": VIEWER,
    "State.hydrate_and_load": VIEWER,
    "State.set_is_hydrated": VIEWER,
    "OnLoadInternalState.on_load_internal": VIEWER,
    "OnLoadInternalState.set_is_hydrated": VIEWER,
    "UpdateVarsInternalState.update_vars_internal": VIEWER,
    "FrontendEventExceptionState.handle_frontend_exception": VIEWER,
    # On every page.
    "TabState.prepare": VIEWER,
    "AccessState.load": VIEWER,
    "TabState.resume": VIEWER,
    "BellState.follow": VIEWER,
    "InjectionBannerState.follow": VIEWER,
    "StorageBannerState.follow": VIEWER,
    # Overview.
    "OverviewState": BUILDER,
    "OverviewState.load": VIEWER,
    "OverviewState.follow": VIEWER,
    "SourceHealthState": BUILDER,
    "SourceHealthState.set_hidden": VIEWER,
    "SourceHealthState.follow_all": VIEWER,
    "SourceHealthState.follow_one": VIEWER,
    # Sources.
    "NewSourceState": BUILDER,
    "SourcesState": BUILDER,
    "SourcesState.load": VIEWER,
    "SourcesState.follow": VIEWER,
    "SourceDetailState": BUILDER,
    "SourceDetailState.load": VIEWER,
    "SourceDetailState.watch_operation": VIEWER,
    "PreviewState": BUILDER,
    "PreviewState.open_source": VIEWER,
    "PreviewState.open_table": VIEWER,
    "PreviewState.set_tab": VIEWER,
    "PreviewState.set_search": VIEWER,
    "PreviewState.sort_by": VIEWER,
    "PreviewState.turn_page": VIEWER,
    "PreviewState.read_page": VIEWER,
    "PreviewState.show_whole": VIEWER,
    "PreviewState.set_whole_shown": VIEWER,
    # Apps.
    "GenerateState": BUILDER,
    "AppsState": BUILDER,
    "AppsState.follow_apps": VIEWER,
    "AppState": BUILDER,
    "AppState.follow_app": VIEWER,
    "AppState.set_log_search": VIEWER,
    "AppState.set_log_following": VIEWER,
    "RegenerateState": BUILDER,
    "RegenerateState.load": VIEWER,
    "RegenerateState.watch_operation": VIEWER,
    "RepositoryState": BUILDER,
    "RepositoryState.load": VIEWER,
    "RepositoryState.watch_operation": VIEWER,
    "RecoveryState": BUILDER,
    "RecoveryState.follow": VIEWER,
    # Operations.
    "OperationsState": BUILDER,
    "OperationsState.load": VIEWER,
    "OperationsState.follow": VIEWER,
    "OperationsState.show_only": VIEWER,
    "OperationPageState": BUILDER,
    "OperationPageState.load": VIEWER,
    "OperationPageState.watch_operation": VIEWER,
    # Errors.
    "ErrorListState": BUILDER,
    "ErrorListState.load": VIEWER,
    "ErrorListState.follow": VIEWER,
    "ErrorListState.show_only": VIEWER,
    "ErrorListState.show_all": VIEWER,
    "AlertsPanelState.follow": VIEWER,
    "FiguresState.load": VIEWER,
    "FiguresState.follow": VIEWER,
    "SituationState.load": VIEWER,
    "SituationState.follow": VIEWER,
    "IncidentPageState": BUILDER,
    "IncidentPageState.load": VIEWER,
    "IncidentPageState.follow": VIEWER,
    "CodegenState": BUILDER,
    "CodegenState.load": VIEWER,
    "CodegenState.follow": VIEWER,
    "CodegenState.find_operation": VIEWER,
    "CodegenState.watch_operation": VIEWER,
    "ReportsState": BUILDER,
    "ReportsState.load": VIEWER,
    "ReportsState.follow": VIEWER,
    "ReportsState.watch_operation": VIEWER,
    # How calls to other systems survive.
    "ResilienceState": BUILDER,
    "ResilienceState.force_open": ADMIN,
    "ResilienceState.start_injection": ADMIN,
    "ResilienceState.stop_injection": ADMIN,
    "ResilienceState.stop_all_injections": ADMIN,
    # Settings.
    "SettingsState.load": VIEWER,
    "NotificationsState": ADMIN,
    "AccountsState": ADMIN,
    "AuditState": ADMIN,
    "ServerFactsState": ADMIN,
    "PasswordState": BUILDER,
    "PasswordState.load": VIEWER,
    "PasswordState.open_form": VIEWER,
    "PasswordState.close_form": VIEWER,
    "PasswordState.change": VIEWER,
    # Only own sessions, unless it is an admin who asks.
    "SessionsState": BUILDER,
    "SessionsState.follow": VIEWER,
    "SessionsState.revoke": VIEWER,
    "SessionsState.revoke_others": VIEWER,
    "UsageState": ADMIN,
}

_NOTICES = (
    "end_lost_retry",
    "handle_error",
    "dismiss_error",
    "pause_auto_clear",
    "resume_auto_clear",
    "clear_error_later",
)
"""Handlers of ErrorMixin that only show or clear an error: they need no more than the least row of their class."""
_NEVER = frozenset({"setvar"})
"""Every state has it; it would reach around the names of handlers."""

AUDITED: frozenset[str] = frozenset(
    {
        "AppState.act",
        "AppsState.act",
        "IncidentPageState.acknowledge",
        "IncidentPageState.add_note",
        "IncidentPageState.mute",
        "IncidentPageState.resolve",
        "IncidentPageState.unmute",
        "NotificationsState.remove",
        "NotificationsState.save",
        "NotificationsState.switch",
        "ReportsState.delete",
        "RepositoryState.remove",
        "RepositoryState.save",
        "ResilienceState.force_open",
        "ResilienceState.reset_breaker",
        "ResilienceState.start_injection",
        "ResilienceState.stop_all_injections",
        "ResilienceState.stop_injection",
        "SourceDetailState.accept_candidate",
        "SourceDetailState.choose_type",
        "SourceDetailState.delete",
        "SourceDetailState.rename",
    }
)
"""Events that change something without an operation, which has an entry of its own."""


def route_row(method: str, path: str) -> RouteRow | None:
    """The row of a route; None if nobody may ask for it."""
    for row in ROUTES:
        if method in row.methods and row.path.fullmatch(path):
            return row
    readable = method == "GET" and not path.startswith(_NOT_PAGES)
    return PAGES if readable else None


def least_role_of_event(state: str, handler: str) -> Role | None:
    """By the name of the state's class; None if nobody may send the event."""
    if handler in _NEVER:
        return None
    if handler in _NOTICES:
        return _least_row_of(state)
    return EVENTS.get(f"{state}.{handler}", EVENTS.get(state))


def short_name(full_name: str, registered: RegisteredEventHandler) -> str:
    """The name of an event in the table, "AppsState.act"."""
    state = registered.states[0].__name__ if registered.states else ""
    return f"{state}.{full_name.rpartition('.')[2]}"


def event_roles() -> dict[str, Role]:
    """The least role by the full name of an event, for all that Reflex has registered."""
    found = {
        name: least_role_of_event(*short_name(name, registered).split("."))
        for name, registered in RegistrationContext.get().event_handlers.items()
    }
    return {name: least for name, least in found.items() if least is not None}


def audited_events() -> dict[str, str]:
    """The short name by the full name of an event that has an entry in the audit."""
    registered = RegistrationContext.get().event_handlers
    named = {name: short_name(name, handler) for name, handler in registered.items()}
    return {name: short for name, short in named.items() if short in AUDITED}


def _least_row_of(state: str) -> Role | None:
    rows = [role for name, role in EVENTS.items() if name.partition(".")[0] == state]
    return min(rows, key=list(Role).index, default=None)
