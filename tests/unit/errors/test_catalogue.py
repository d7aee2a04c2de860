"""Every code has texts, and every used code is in the catalogue."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import proto_ddf
from proto_ddf.errors import CATALOGUE
from proto_ddf.errors.codes.model import ErrorCode
from proto_ddf.errors.templates import render
from proto_ddf.errors.types import ProtoDDFError

PACKAGE = Path(proto_ddf.__file__).parent

CONTRACT = [
    "project_name_required",
    "project_name_too_short",
    "project_name_too_long",
    "invalid_characters",
    "project_name_reserved",
    "project_name_taken",
    "source_name_required",
    "source_name_taken",
    "source_required",
    "tables_required",
    "invalid_value",
    "required",
    "file_required",
    "file_too_large",
    "path_not_allowed",
    "field_unknown",
    "file_not_found",
    "file_unreadable",
    "file_empty",
    "file_not_csv",
    "file_header_only",
    "file_ragged_rows",
    "file_encoding",
    "sqlite_not_a_database",
    "sqlite_locked",
    "sqlite_empty",
    "sqlite_read_only",
    "table_unknown",
    "port_in_use",
    "port_unavailable",
    "out_of_memory",
    "process_killed",
    "too_many_open_files",
    "disk_space_low",
    "permission_denied",
    "system_error",
    "install_failed",
    "build_failed",
    "app_start_failed",
    "app_check_failed",
    "app_crashed",
    "process_failed",
    "render_failed",
    "import_failed",
    "home_locked",
    "toolchain_missing",
    "connection_failed",
    "authentication_failed",
    "access_denied",
    "timeout",
    "integration_error",
    "registry_unreachable",
    "circuit_open",
    "deadline_exceeded",
    "bulkhead_full",
    "rate_limited",
    "source_changed",
    "source_gone",
    "unknown",
]


def codes_in_use() -> Iterator[tuple[str, str]]:
    """Every string of the package that is passed as `code`, with its position."""
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}
    position = {
        node.name: names.index("code")
        for module in modules.values()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef)
        and "code" in (names := [parameter.arg for parameter in node.args.args])
    }
    for path, module in modules.items():
        for node in ast.walk(module):
            if not isinstance(node, ast.Call):
                continue
            values = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            if isinstance(node.func, ast.Name) and node.func.id in position:
                values += node.args[position[node.func.id] :][:1]
            place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
            yield from ((place, code) for value in values for code in texts(value))


def texts(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from texts(value.body)
        yield from texts(value.orelse)


def test_every_code_of_the_contract_is_there() -> None:
    assert not set(CONTRACT) - set(CATALOGUE)


def test_every_code_raised_anywhere_is_there() -> None:
    found = list(codes_in_use())
    assert found, "the search finds no raise at all: it is broken"
    assert [(place, code) for place, code in found if code not in CATALOGUE] == []


def test_default_codes_of_the_exception_classes_are_there() -> None:
    classes = [ProtoDDFError, *ProtoDDFError.__subclasses__()]
    assert {kind.default_code for kind in classes} <= set(CATALOGUE)


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_every_entry_is_complete_and_reads_well_without_context(entry: ErrorCode) -> None:
    assert entry.title
    assert entry.message
    assert entry.hint
    for template in (entry.title, entry.message, entry.hint):
        assert "…" not in render(template, {})


def test_what_is_retried_automatically_can_be_tried_again_by_a_person() -> None:
    assert all(entry.try_again for entry in CATALOGUE.values() if entry.retryable)


def test_bad_input_is_never_tried_again() -> None:
    validation = [entry for entry in CATALOGUE.values() if entry.family == "validation"]
    assert validation
    assert not any(entry.try_again or entry.retryable for entry in validation)


def test_the_transient_codes_are_few_and_known() -> None:
    retried = {entry.code for entry in CATALOGUE.values() if entry.retryable}
    assert retried == {
        "bulkhead_full",
        "connection_failed",
        "connection_lost",
        "deadline_exceeded",
        "host_lookup_failed",
        "host_silent",
        "host_unreachable",
        "port_closed",
        "rate_limited",
        "registry_unreachable",
        "server_starting",
        "server_stopping",
        "sqlite_locked",
        "timeout",
        "too_many_connections",
        "too_many_open_files",
    }
