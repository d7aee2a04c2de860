"""Any exception becomes a classification: by its type, its text, and what caused it."""

import asyncio
import errno
import sqlite3

import pytest

from proto_ddf import errors
from proto_ddf.errors import CATALOGUE, IntegrationError, ProtoDDFError, ValidationError, classify
from tests.unit.errors.raising import caused, while_handling


class TestTyped:
    @pytest.mark.parametrize("code", CATALOGUE)
    def test_is_known_by_its_code(self, code: str) -> None:
        entry = CATALOGUE[code]
        found = classify(IntegrationError("x", system="s", operation="o", code=code))
        assert (found.code, found.family, found.category) == (code, entry.family, entry.category)
        assert (found.retryable, found.try_again) == (entry.retryable, entry.try_again)
        assert found.severity == entry.severity
        assert found.confidence == 1.0

    def test_its_context_fills_the_words(self) -> None:
        error = IntegrationError(
            "x",
            system="csv",
            operation="read",
            code="file_ragged_rows",
            line=7,
            found=3,
            expected=2,
        )
        found = classify(error)
        assert "Line 7 has 3; 2 were expected." in found.message
        assert "at line 7" in found.hint

    def test_names_the_field_of_its_own_before_that_of_the_code(self) -> None:
        own = ValidationError("x", field="paths", value="a", code="file_not_found")
        assert classify(own).field == "paths"
        assert classify(errors.SystemError("x", "disk", code="file_not_found")).field == "path"

    def test_says_its_own_sentence_where_the_code_says_little(self) -> None:
        assert classify(ValidationError("Ports end at 65535.", "port", 70000)).message == (
            "Ports end at 65535."
        )

    def test_an_unknown_code_falls_back_to_the_class(self) -> None:
        assert classify(errors.SystemError("x", "disk", code="no_such_code")).code == "system_error"

    def test_a_general_error_is_explained_by_its_cause(self) -> None:
        cause = OSError(errno.ENOSPC, "No space left on device")
        assert classify(caused(errors.SystemError("x", "disk"), cause)).code == "disk_space_low"

    def test_a_failed_step_is_explained_by_a_full_disk_but_not_by_a_connection(self) -> None:
        step = errors.SystemError("x", "build", code="build_failed")
        assert classify(caused(step, OSError(errno.ENOSPC, "full"))).code == "disk_space_low"
        step = errors.SystemError("x", "build", code="build_failed")
        assert classify(caused(step, ConnectionResetError())).code == "build_failed"

    def test_a_precise_code_stands_whatever_caused_it(self) -> None:
        error = ValidationError("x", "name", "a", code="project_name_taken")
        assert (
            classify(caused(error, sqlite3.IntegrityError("UNIQUE"))).code == "project_name_taken"
        )

    def test_a_cause_with_the_same_code_adds_what_it_knows(self) -> None:
        error = errors.SystemError("x", "disk", code="disk_space_low")
        cause = OSError(errno.ENOSPC, "full", "/srv/app.db")
        assert "/srv/app.db" in classify(caused(error, cause)).message


class TestText:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("error: No space left on device (os error 28)", "disk_space_low"),
            ("EACCES: permission denied, open '/x'", "permission_denied"),
            ("listen EADDRINUSE: address already in use :::3000", "port_in_use"),
            ("connect ECONNREFUSED 127.0.0.1:5432", "connection_failed"),
            ("server closed the connection unexpectedly", "connection_failed"),
            ('FATAL: password authentication failed for user "joe"', "authentication_failed"),
            ("Access denied for user 'joe'@'localhost'", "authentication_failed"),
            ("the request timed out", "timeout"),
        ],
    )
    def test_tells_with_less_confidence(self, text: str, code: str) -> None:
        found = classify(RuntimeError(text))
        assert found.code == code
        assert 0 < found.confidence < 0.8

    def test_says_nothing_about_our_own_mistakes(self) -> None:
        assert classify(ValueError("bad option: connection refused")).code == "unknown"

    def test_silence_is_unknown(self) -> None:
        found = classify(RuntimeError("flux"))
        assert (found.code, found.family, found.confidence) == ("unknown", "general", 0.0)
        assert not found.retryable
        assert found.try_again


class TestCauses:
    def test_the_cause_explains_an_unknown_error(self) -> None:
        assert (
            classify(caused(RuntimeError("x"), ConnectionResetError())).code == "connection_failed"
        )

    def test_it_is_found_several_links_down(self) -> None:
        deep = caused(KeyError("y"), caused(RuntimeError("x"), TimeoutError()))
        assert classify(deep).code == "timeout"

    def test_an_error_that_was_being_handled_is_a_guess_and_no_reason_to_retry(self) -> None:
        found = classify(while_handling(KeyError("x"), ConnectionResetError()))
        assert found.code == "connection_failed"
        assert found.confidence < 0.8
        assert not found.retryable

    def test_a_context_that_was_silenced_is_not_looked_at(self) -> None:
        error = while_handling(KeyError("x"), ConnectionResetError())
        error.__suppress_context__ = True
        assert classify(error).code == "unknown"

    def test_a_typed_error_below_an_unknown_one_speaks(self) -> None:
        typed = errors.SystemError("x", "ports", code="port_unavailable", start=1, end=2)
        found = classify(caused(RuntimeError("x"), typed))
        assert found.code == "port_unavailable"
        assert "between 1 and 2" in found.message

    def test_a_ring_of_causes_ends(self) -> None:
        first, second = RuntimeError("1"), RuntimeError("2")
        first.__cause__, second.__cause__ = second, first
        assert classify(first).code == "unknown"


class TestGroups:
    def test_a_group_is_what_its_member_is(self) -> None:
        found = classify(ExceptionGroup("g", [ConnectionResetError()]))
        assert (found.code, found.retryable) == ("connection_failed", True)

    def test_the_member_that_no_retry_mends_decides(self) -> None:
        group = ExceptionGroup("g", [OSError(errno.ECONNREFUSED, "x"), PermissionError("no")])
        assert classify(group).code == "permission_denied"

    def test_groups_in_groups(self) -> None:
        inner = ExceptionGroup("i", [TimeoutError()])
        assert classify(ExceptionGroup("o", [inner])).code == "timeout"


class TestNeverRaises:
    def test_an_error_without_text(self) -> None:
        class Mute(Exception):
            def __str__(self) -> str:
                raise RuntimeError("no text")

        assert classify(Mute()).code == "unknown"

    def test_a_typed_error_with_odd_parts(self) -> None:
        assert classify(IntegrationError("x", system=None, operation=None, code=None)).code  # type: ignore[arg-type]
        assert classify(ProtoDDFError("x", code=["odd"])).code == "unknown"  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "error", [KeyboardInterrupt(), asyncio.CancelledError(), GeneratorExit(), SystemExit(1)]
    )
    def test_what_is_no_exception_is_unknown_and_not_retried(self, error: BaseException) -> None:
        found = classify(error)
        assert (found.code, found.retryable) == ("unknown", False)
