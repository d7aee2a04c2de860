"""Any client can call every public method of a State: the list of the intended ones."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
import reflex as rx
from reflex.state import State

import proto_ddf.web
from proto_ddf.web.access import state as access_state
from proto_ddf.web.apps import regenerate_state, repository_state
from proto_ddf.web.apps import state as apps_state
from proto_ddf.web.errors import alerts_state, figures_state, situation_state
from proto_ddf.web.errors import state as errors_state
from proto_ddf.web.errors.detail import codegen_state
from proto_ddf.web.errors.detail import state as incident_state
from proto_ddf.web.errors.reports import state as reports_state
from proto_ddf.web.generate import state as generate_state
from proto_ddf.web.operations import state as operations_state
from proto_ddf.web.overview import state as overview_state
from proto_ddf.web.resilience import state as resilience_state
from proto_ddf.web.settings.audit import state as audit_state
from proto_ddf.web.settings.notifications import state as notifications_state
from proto_ddf.web.settings.overview import (
    accounts_state,
    password_state,
    server_state,
    sessions_state,
)
from proto_ddf.web.settings.overview import state as settings_state
from proto_ddf.web.settings.usage import state as usage_state
from proto_ddf.web.shared.state import bell, injections, kept_forms, repairs, storage
from proto_ddf.web.sources import health_state, list_state
from proto_ddf.web.sources.connect import state as connect_state
from proto_ddf.web.sources.detail import preview_state
from proto_ddf.web.sources.detail import state as detail_state

ERRORS = {
    "clear_error_later",
    "dismiss_error",
    "end_lost_retry",
    "handle_error",
    "pause_auto_clear",
    "resume_auto_clear",
    "resume_failed_operation",
    "retry_operation",
    "run_retry",
}
OPERATION = ERRORS | {"cancel_operation", "resume_operation", "watch_operation"}
PLAN = OPERATION | {
    "add_chart",
    "add_figure",
    "add_relation",
    "add_to_list",
    "add_to_row_name",
    "move_chart",
    "move_figure",
    "move_in_list",
    "move_in_row_name",
    "move_table",
    "remove_chart",
    "remove_figure",
    "remove_from_list",
    "remove_from_row_name",
    "remove_relation",
    "set_beside",
    "set_chart_group",
    "set_chart_kind",
    "set_chart_table",
    "set_chart_title",
    "set_chart_value",
    "set_figure_table",
    "set_figure_title",
    "set_figure_value",
    "set_hidden",
    "set_label",
    "set_relation_column",
    "set_relation_target",
    "set_required",
    "set_section",
    "set_singular",
    "set_table_label",
    "set_widget",
}

EVENTS: dict[type[rx.State], set[str]] = {
    access_state.AccessState: {"load"},
    apps_state.AppsState: ERRORS | {"act", "follow_apps"},
    apps_state.AppState: ERRORS | {"act", "follow_app", "set_log_following", "set_log_search"},
    alerts_state.AlertsPanelState: {"follow"},
    errors_state.ErrorListState: ERRORS | {"follow", "load", "show_all", "show_only", "try_again"},
    situation_state.SituationState: {"follow", "load"},
    figures_state.FiguresState: {"follow", "load"},
    incident_state.IncidentPageState: ERRORS
    | {
        "acknowledge",
        "add_note",
        "follow",
        "load",
        "mute",
        "resolve",
        "set_note",
        "try_again",
        "unmute",
    },
    reports_state.ReportsState: OPERATION
    | {
        "delete",
        "follow",
        "generate",
        "load",
        "set_about",
        "set_format",
        "set_time_range",
        "set_type",
    },
    repairs.RecoveryState: ERRORS | {"follow", "start"},
    injections.InjectionBannerState: {"follow"},
    bell.BellState: {"follow"},
    storage.StorageBannerState: {"follow"},
    generate_state.GenerateState: PLAN
    | {
        "back_to_form",
        "check_name",
        "choose_source",
        "extend_plan",
        "generate",
        "load",
        "set_accent_color",
        "set_allow_editing",
        "set_description",
        "set_name",
        "toggle_all_tables",
        "toggle_table",
    },
    operations_state.OperationPageState: OPERATION | {"load"},
    operations_state.OperationsState: ERRORS | {"follow", "load", "show_only"},
    overview_state.OverviewState: ERRORS | {"follow", "load"},
    regenerate_state.RegenerateState: OPERATION
    | {"choose_table", "dismiss_kept", "load", "regenerate"},
    repository_state.RepositoryState: OPERATION
    | {
        "close_form",
        "discard_secrets",
        "load",
        "open_form",
        "refuse_token",
        "remove",
        "save",
        "set_remote_url",
        "set_repo_id",
        "set_token",
        "set_typed",
    },
    codegen_state.CodegenState: OPERATION
    | {"apply_fix", "ask_codegen", "find_operation", "follow", "load", "show_changes"},
    resilience_state.ResilienceState: ERRORS
    | {
        "follow",
        "force_open",
        "load",
        "reset_breaker",
        "set_injection",
        "show_only",
        "start_injection",
        "stop_all_injections",
        "stop_injection",
        "toggle",
    },
    usage_state.UsageState: ERRORS | {"follow", "load"},
    notifications_state.NotificationsState: OPERATION
    | {
        "close_form",
        "discard_secrets",
        "edit",
        "follow",
        "load",
        "open_form",
        "refuse_secret",
        "remove",
        "save",
        "send_again",
        "set_kind",
        "set_name",
        "set_secret",
        "set_typed",
        "set_value",
        "show_running_test",
        "switch",
        "test",
    },
    accounts_state.AccountsState: ERRORS
    | {
        "change_role",
        "close_form",
        "create",
        "disable",
        "enable",
        "follow",
        "hide_link",
        "make_link",
        "open_form",
        "revoke_sessions",
        "set_role",
    },
    audit_state.AuditState: ERRORS
    | {
        "follow",
        "load",
        "set_action",
        "set_period",
        "set_subject",
        "set_user",
        "show_newer",
        "show_older",
    },
    password_state.PasswordState: ERRORS | {"change", "close_form", "load", "open_form"},
    server_state.ServerFactsState: ERRORS | {"follow"},
    settings_state.SettingsState: {"load"},
    sessions_state.SessionsState: ERRORS | {"follow", "revoke", "revoke_others"},
    health_state.SourceHealthState: {"check_now", "follow_all", "follow_one", "set_hidden"},
    list_state.SourcesState: ERRORS | {"follow", "load"},
    detail_state.SourceDetailState: OPERATION
    | {
        "accept_candidate",
        "choose_type",
        "delete",
        "load",
        "refresh",
        "rename",
        "set_new_name",
        "set_renaming",
        "start_renaming",
    },
    connect_state.NewSourceState: OPERATION
    | {
        "add_file",
        "connect",
        "discard_files",
        "discard_secrets",
        "load",
        "refuse_file",
        "refuse_secret",
        "remove_file",
        "set_kind",
        "set_name",
        "set_secret",
        "set_switch",
        "set_typed",
        "set_uploading",
        "set_value",
        "start_over",
        "test_connection",
        "toggle_more",
    },
    kept_forms.TabState: {"prepare", "resume"},
    preview_state.PreviewState: ERRORS
    | {
        "open_source",
        "open_table",
        "read_page",
        "set_search",
        "set_tab",
        "set_whole_shown",
        "show_whole",
        "sort_by",
        "turn_page",
    },
}


def states(above: type[rx.State] = State) -> Iterator[type[rx.State]]:
    """Every State class of the pages, without mixins."""
    for below in above.__subclasses__():
        if below.__module__.startswith("proto_ddf.web.") and not below._mixin:
            yield below
        yield from states(below)


def test_every_state_is_known() -> None:
    for module in pkgutil.walk_packages(proto_ddf.web.__path__, "proto_ddf.web."):
        importlib.import_module(module.name)
    assert {state.__name__ for state in states()} == {state.__name__ for state in EVENTS}


@pytest.mark.parametrize("state", EVENTS, ids=lambda state: state.__name__)
def test_a_client_can_call_what_is_meant_to_be_called_and_no_more(state: type[rx.State]) -> None:
    assert set(state.event_handlers) - set(State.event_handlers) == EVENTS[state]
