"""When Codegen can be asked: its settings, the repository of the app, and the test of the connection."""

from pathlib import Path

import pytest

from proto_ddf.operations.escalation.codegen import CodegenIntegration
from proto_ddf.settings import get_settings
from tests.integration.operations.codegen.driving import SLUG, described
from tests.servers.codegen import CodegenServer
from tests.servers.git_server import BareRepository


@pytest.mark.parametrize("missing", ["CODEGEN_API_KEY", "CODEGEN_ORG_ID", "ENABLE_CODEGEN"])
def test_without_its_settings_codegen_is_not_asked(
    repository: BareRepository,
    codegen: CodegenServer,
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
) -> None:
    monkeypatch.delenv(missing, raising=False)
    if missing == "ENABLE_CODEGEN":
        monkeypatch.setenv(missing, "false")
    get_settings.cache_clear()
    with pytest.raises(Exception, match=missing) as refused:
        CodegenIntegration().trigger_error_resolution("incident-1", SLUG, described())
    assert refused.value.code == "codegen_not_set_up"  # type: ignore[attr-defined]
    report = CodegenIntegration().test_codegen_connection()
    assert not report.works
    assert missing in report.message


def test_without_a_repository_nothing_is_asked(app: Path, codegen: CodegenServer) -> None:
    with pytest.raises(Exception, match="no repository"):
        CodegenIntegration().trigger_error_resolution("incident-1", SLUG, described())
    assert codegen.requests == []


def test_the_connection_is_tested_in_words(
    app: Path, codegen: CodegenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = CodegenIntegration()
    report = integration.test_codegen_connection()
    assert (report.works, report.message) == (
        True,
        "Codegen answers. The organization has 0 runs so far.",
    )
    for status, words in ((403, "does not accept the API key"), (402, "used up the runs")):
        codegen.next_gets.append(status)
        assert words in integration.test_codegen_connection().message
    monkeypatch.setenv("CODEGEN_API_KEY", "wrong-key-of-nobody")
    get_settings.cache_clear()
    assert "Check CODEGEN_API_KEY" in integration.test_codegen_connection().message
    codegen.shutdown()
    codegen.server_close()
    report = integration.test_codegen_connection()
    assert not report.works
    assert "127.0.0.1" in report.message
