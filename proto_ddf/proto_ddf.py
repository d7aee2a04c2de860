"""Composition root: pages, routes, middleware, and what starts and ends with the server. Wiring only."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import wraps

import reflex as rx
from reflex.app import default_error_boundary
from reflex.event import EventSpec

from proto_ddf.accounts.sessions import SESSIONS
from proto_ddf.hosting.watcher import adopt_all, watch
from proto_ddf.logs import configure_logging, get_logger
from proto_ddf.monitoring import own_errors
from proto_ddf.monitoring.health import HEALTH, Phase
from proto_ddf.monitoring.network_monitor import NETWORK_MONITOR
from proto_ddf.notify.delivery_loop import deliver
from proto_ddf.operations import all_kinds
from proto_ddf.operations.engine import engine
from proto_ddf.operations.error_handling.system import ErrorHandlingSystem
from proto_ddf.operations.health_checks import register_checks
from proto_ddf.operations.recovery import runner as recovery
from proto_ddf.operations.retention.housekeeping import run_housekeeping
from proto_ddf.operations.watches.alert_watch import watch_alerts
from proto_ddf.operations.watches.report_schedule import run_report_schedule
from proto_ddf.operations.watches.source_watch import watch_sources
from proto_ddf.operations.watches.storage_watch import watch_storage
from proto_ddf.sources.sample_shop.sample_database import offer_sample
from proto_ddf.sources.servers import engines
from proto_ddf.web.access.gate import Gate
from proto_ddf.web.access.install import guard_events, watch_sessions
from proto_ddf.web.access.shown import page_for_roles
from proto_ddf.web.access.state import AccessState
from proto_ddf.web.api import create_api
from proto_ddf.web.apps.page import app_page, apps_page
from proto_ddf.web.apps.regenerate_state import RegenerateState
from proto_ddf.web.apps.repository_state import RepositoryState
from proto_ddf.web.apps.state import AppsState, AppState
from proto_ddf.web.errors.alerts_state import AlertsPanelState
from proto_ddf.web.errors.detail.codegen_state import CodegenState
from proto_ddf.web.errors.detail.page import incident_page
from proto_ddf.web.errors.detail.state import IncidentPageState
from proto_ddf.web.errors.figures_state import FiguresState
from proto_ddf.web.errors.list_page import errors_page
from proto_ddf.web.errors.reports.page import reports_page
from proto_ddf.web.errors.reports.state import ReportsState
from proto_ddf.web.errors.situation_state import SituationState
from proto_ddf.web.errors.state import ErrorListState
from proto_ddf.web.event_times import MeasureEvents
from proto_ddf.web.generate.page import generate_page
from proto_ddf.web.generate.state import GenerateState
from proto_ddf.web.invalid_addresses import show_not_found
from proto_ddf.web.operations.page import operation_page, operations_page
from proto_ddf.web.operations.state import OperationPageState, OperationsState
from proto_ddf.web.outbox.page import outbox_page
from proto_ddf.web.outbox.route import outbox_route
from proto_ddf.web.overview.page import overview_page
from proto_ddf.web.overview.state import OverviewState
from proto_ddf.web.resilience.page import resilience_page
from proto_ddf.web.resilience.state import ResilienceState
from proto_ddf.web.settings.audit.page import audit_page
from proto_ddf.web.settings.audit.state import AuditState
from proto_ddf.web.settings.notifications.page import notifications_page
from proto_ddf.web.settings.notifications.state import NotificationsState
from proto_ddf.web.settings.overview.page import settings_page
from proto_ddf.web.settings.overview.state import SettingsState
from proto_ddf.web.settings.usage.page import usage_page
from proto_ddf.web.settings.usage.state import UsageState
from proto_ddf.web.shared.not_found_page import not_found_page
from proto_ddf.web.shared.refused_page import refused_page
from proto_ddf.web.shared.state.bell import BellState
from proto_ddf.web.shared.state.injections import InjectionBannerState
from proto_ddf.web.shared.state.kept_forms import keep_forms
from proto_ddf.web.shared.state.presence import register_app
from proto_ddf.web.shared.state.repairs import RecoveryState
from proto_ddf.web.shared.state.storage import StorageBannerState
from proto_ddf.web.shared.theme import STYLESHEETS, head
from proto_ddf.web.sources.connect.page import source_new_page
from proto_ddf.web.sources.connect.state import NewSourceState
from proto_ddf.web.sources.detail.page import source_detail_page
from proto_ddf.web.sources.detail.preview_state import PreviewState
from proto_ddf.web.sources.detail.state import SourceDetailState
from proto_ddf.web.sources.health_state import SourceHealthState
from proto_ddf.web.sources.list_page import sources_page
from proto_ddf.web.sources.list_state import SourcesState
from proto_ddf.web.tab_states import tab_states

logger = get_logger(__name__)
error_handling = ErrorHandlingSystem()


def notify_unexpected_error(exception: Exception) -> EventSpec:
    """Log and report an exception that no handler caught, and show a short notice."""
    logger.error("handler failed", exc_info=exception)
    error_handling.handle_error(exception, {"operation": "Show a page"})
    return rx.toast.error(  # type: ignore[no-any-return]
        "Something went wrong in Proto-DDF itself. See its log.", position="bottom-right"
    )


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """Resume operations and adopt apps; then watch apps, sources, storage and alerts, act on errors, send notifications and
    reports and run the housekeeping until the server ends."""
    await asyncio.to_thread(_start)
    loops = (
        watch(),
        watch_sources(),
        run_housekeeping(),
        watch_storage(),
        watch_alerts(),
        error_handling.run(),
        deliver(),
        run_report_schedule(),
        watch_sessions(app),
    )
    tasks = [asyncio.create_task(each) for each in loops]
    HEALTH.phase = Phase.SERVING
    try:
        yield
    finally:
        HEALTH.phase = Phase.DRAINING
        for task in tasks:
            task.cancel()
        await asyncio.to_thread(NETWORK_MONITOR.stop)
        await asyncio.to_thread(engine.shutdown)
        await asyncio.to_thread(engines.dispose_all)


def _start() -> None:
    configure_logging()
    all_kinds.register_all()
    register_checks(HEALTH)
    engine.launch()
    SESSIONS.load()
    NETWORK_MONITOR.start()
    # None of these keeps the server from starting.
    for work, begin in (
        ("Offer the sample", offer_sample),
        ("Take over the apps", adopt_all),
        ("Take up the repairs", recovery.take_up),
    ):
        with own_errors.reported("start", work):
            begin()


def create_app() -> rx.App:
    api = create_api()
    app = rx.App(
        stylesheets=STYLESHEETS,
        head_components=head(),
        html_lang="en",
        # Without Reflex's own toasts about a lost connection: the header shows the state of the connection.
        app_wraps={(55, "ErrorBoundary"): lambda _stateful: default_error_boundary()},
        api_transformer=[api, show_not_found, Gate],
        backend_exception_handler=notify_unexpected_error,
    )
    app._state_manager = tab_states()  # Reflex has no setting for another state manager
    _add_pages(app)
    register_app(app)
    api.routes.append(outbox_route(app))
    keep_forms(app, {"/generate": GenerateState, "/sources/new": NewSourceState})
    app.add_middleware(MeasureEvents())
    guard_events(app)
    app.register_lifespan_task(lifespan)
    return app


def _add_pages(app: rx.App) -> None:
    pages = (
        ("/", "Overview", overview_page, OverviewState, "load"),
        ("/generate", "Generate", generate_page, GenerateState, "load"),
        ("/sources", "Sources", sources_page, SourcesState, "load"),
        ("/sources/new", "Connect a source", source_new_page, NewSourceState, "load"),
        ("/sources/[source_id]", "Source", source_detail_page, SourceDetailState, "load"),
        ("/apps", "Apps", apps_page, AppsState, "follow_apps"),
        ("/apps/[slug]", "App", app_page, AppState, "follow_app"),
        ("/operations", "Operations", operations_page, OperationsState, "load"),
        ("/operations/[operation_id]", "Operation", operation_page, OperationPageState, "load"),
        ("/errors", "Errors", errors_page, ErrorListState, "load"),
        ("/errors/reports", "Reports", reports_page, ReportsState, "load"),
        ("/errors/[incident_id]", "Error", incident_page, IncidentPageState, "load"),
        ("/resilience", "Resilience", resilience_page, ResilienceState, "load"),
        ("/settings/audit", "Audit", audit_page, AuditState, "load"),
        (
            "/settings/notifications",
            "Notifications",
            notifications_page,
            NotificationsState,
            "load",
        ),
        ("/settings/usage", "Usage", usage_page, UsageState, "load"),
    )
    repairs = [RecoveryState.end_lost_retry, RecoveryState.follow]
    also = {
        "/": [SourceHealthState.follow_all],
        "/generate": [RecoveryState.end_lost_retry],
        "/errors": [AlertsPanelState.follow, SituationState.load, FiguresState.load],
        "/sources": [SourceHealthState.follow_all],
        "/sources/[source_id]": [PreviewState.end_lost_retry, SourceHealthState.follow_one],
        "/apps/[slug]": [
            *(RegenerateState.end_lost_retry, RegenerateState.load),
            *(RepositoryState.end_lost_retry, RepositoryState.load),
            *repairs,
        ],
        "/operations/[operation_id]": repairs,
        "/errors/[incident_id]": [*repairs, CodegenState.end_lost_retry, CodegenState.load],
    }
    banners = [
        AccessState.load,
        StorageBannerState.follow,
        InjectionBannerState.follow,
        BellState.follow,
    ]
    for route, title, build, state, load in pages:
        own = [state.end_lost_retry, getattr(state, load)]
        on_load = [*banners, *own, *also.get(route, [])]
        fitted = _fitted(route, build)
        app.add_page(fitted, route=route, title=f"{title} · Proto-DDF", on_load=on_load)
    app.add_page(
        _fitted("/settings", settings_page),
        route="/settings",
        title="Settings · Proto-DDF",
        on_load=[*banners, SettingsState.load],
    )
    app.add_page(
        _fitted("/outbox", outbox_page),
        route="/outbox",
        title="To send · Proto-DDF",
        on_load=banners,
    )
    # Reflex shows this page for every address without a page of its own.
    app.add_page(
        _fitted("404", not_found_page),
        route="404",
        title="Page not found · Proto-DDF",
        description="There is no page at this address.",
        on_load=banners,
    )


def _fitted(route: str, build: Callable[[], rx.Component]) -> Callable[[], rx.Component]:
    """What builds the page, each part of it shown to those who may use it.

    It keeps the name of the page's module: Reflex puts the parts of all pages of one module into one script.
    """

    @wraps(build)
    def page() -> rx.Component:
        return page_for_roles(route, build(), refused_page())

    return page


app = create_app()
