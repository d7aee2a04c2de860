"""The type of each code: what kind of thing failed. What helps follows from the type, except for a few codes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

ErrorType = Literal[
    "network",
    "timeout",
    "dependency",
    "build",
    "syntax",
    "configuration",
    "authentication",
    "permission",
    "resource",
    "data",
    "rate_limit",
    "external_service",
    "unknown",
]
SuggestedAction = Literal[
    "check_network",
    "correct_data",
    "fix_code",
    "fix_configuration",
    "fix_credentials",
    "fix_dependencies",
    "free_resources",
    "grant_permission",
    "rebuild",
    "report_bug",
    "restart",
    "wait_and_retry",
    "none",
]

_CODES: dict[ErrorType, str] = {
    "network": """
        connection_failed connection_lost host_lookup_failed host_unreachable port_closed registry_unreachable""",
    "timeout": "codegen_too_slow deadline_exceeded host_silent query_timeout timeout",
    "dependency": """
        driver_missing git_missing install_failed module_missing package_conflict package_damaged package_not_found
        toolchain_missing""",
    "build": "build_failed page_invalid render_failed",
    "syntax": "code_syntax_error query_invalid",
    "configuration": """
        codegen_not_set_up codegen_repository_unknown configuration_invalid database_unknown home_locked host_not_allowed host_unknown
        localhost_in_container own_port parameter_not_allowed path_not_allowed
        repository_missing repository_not_found repository_refused repository_url_invalid secret_elsewhere secret_in_code secret_key_given
        secret_not_stored secret_refused secret_unreadable server_read_only source_read_only sqlite_read_only
        certificate_unreadable tls_expired tls_failed tls_refused tls_required tls_untrusted tls_wrong_host
        wrong_server""",
    "authentication": "authentication_failed codegen_refused git_sign_in_refused password_missing",
    "permission": """
        access_denied codegen_limit_reached database_not_allowed login_not_allowed permission_denied registry_refused table_not_allowed
        tables_not_allowed writing_not_allowed""",
    "resource": """
        app_busy bulkhead_full codegen_running disk_space_low out_of_memory port_in_use port_unavailable process_killed sqlite_locked
        too_many_connections too_many_open_files""",
    "data": """
        app_unknown channel_name_taken channel_unknown codegen_request_refused database_empty encoding_unclear encoding_wrong excel_damaged excel_old_format excel_password
        excel_too_large field_unknown file_cut_short file_empty file_encoding file_header_only file_no_rows
        file_not_csv file_not_excel file_not_found file_not_json file_not_parquet file_ragged_rows file_required
        file_stray_byte file_too_large file_unreadable fix_changed fix_unknown import_failed invalid_characters invalid_value
        json_broken_line json_duplicate_key json_half_character json_no_records no_file_matches number_required
        parquet_damaged parquet_encrypted project_name_required project_name_reserved project_name_taken
        note_empty note_too_long project_name_too_long project_name_too_short record_unreadable records_unavailable required
        source_changed source_gone source_in_use source_name_required source_name_taken source_required sqlite_empty sqlite_not_a_database
        table_unknown tables_required too_many_columns too_many_files value_not_of_type value_refused""",
    "rate_limit": "rate_limited too_early",
    "external_service": """
        circuit_open codegen_no_pull_request codegen_run_failed codegen_unsure fix_not_merged fix_taken_back git_failed
        integration_error notification_failed server_starting server_stopping""",
    "unknown": """
        app_check_failed app_code_error app_crashed app_start_failed cancelled process_failed
        recovery_not_possible recovery_under_way recovery_without_effect system_error unknown""",
}
TYPES: Mapping[str, ErrorType] = MappingProxyType(
    {code: kind for kind, codes in _CODES.items() for code in codes.split()}
)
"""By code."""

_ACTIONS: Mapping[ErrorType, SuggestedAction] = {
    "network": "check_network",
    "timeout": "wait_and_retry",
    "dependency": "fix_dependencies",
    "build": "fix_code",
    "syntax": "fix_code",
    "configuration": "fix_configuration",
    "authentication": "fix_credentials",
    "permission": "grant_permission",
    "resource": "free_resources",
    "data": "correct_data",
    "rate_limit": "wait_and_retry",
    "external_service": "wait_and_retry",
    "unknown": "report_bug",
}
_OTHER_ACTIONS: Mapping[str, SuggestedAction] = {
    "app_busy": "wait_and_retry",
    "app_check_failed": "restart",
    "app_code_error": "fix_code",
    "app_crashed": "restart",
    "app_start_failed": "restart",
    "build_failed": "rebuild",
    "bulkhead_full": "wait_and_retry",
    "cancelled": "none",
    "codegen_running": "wait_and_retry",
    "fix_taken_back": "none",
    "git_missing": "fix_configuration",
    "query_timeout": "free_resources",
    "recovery_not_possible": "none",
    "recovery_under_way": "wait_and_retry",
    "recovery_without_effect": "none",
    "render_failed": "report_bug",
    "secret_unreadable": "fix_credentials",
    "sqlite_locked": "wait_and_retry",
    "too_many_connections": "wait_and_retry",
}
"""By code, where the type suggests something else."""


def suggested_action(code: str, error_type: ErrorType) -> SuggestedAction:
    """What most likely helps. `error_type` is that of the case, which may differ from that of the code in general."""
    if code in _OTHER_ACTIONS and error_type == TYPES.get(code):
        return _OTHER_ACTIONS[code]
    return _ACTIONS[error_type]
