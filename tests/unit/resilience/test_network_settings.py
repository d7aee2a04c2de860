"""The settings of calls to external systems: names, limits, and messages for invalid values."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from proto_ddf import server
from proto_ddf.settings import PROJECT_ROOT, Settings, get_settings

DEFAULTS = {
    "NETWORK_DEFAULT_MAX_RETRIES": 3,
    "NETWORK_DEFAULT_RETRY_DELAY_MS": 500,
    "NETWORK_MAX_RETRY_DELAY_MS": 8000,
    "NETWORK_RETRY_JITTER_MS": 100,
    "NETWORK_DEFAULT_CONNECT_TIMEOUT_MS": 5000,
    "NETWORK_DEFAULT_READ_TIMEOUT_MS": 30000,
    "NETWORK_CIRCUIT_BREAKER_ENABLED": True,
    "NETWORK_CIRCUIT_BREAKER_THRESHOLD": 5,
    "NETWORK_CIRCUIT_BREAKER_RESET_TIMEOUT_MS": 30000,
    "NETWORK_ERROR_ALERT_THRESHOLD": 10,
    "NETWORK_ERROR_WINDOW_SECONDS": 300,
    "RESILIENCE_PROFILE": None,
    "FAULTS_ENABLED": False,
}


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings()


def problems(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        read(monkeypatch, **variables)
    return server.describe_settings_errors(caught.value)


@pytest.mark.parametrize(("name", "value"), DEFAULTS.items())
def test_defaults(name: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert getattr(read(monkeypatch), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        *((name, "700", 700) for name in DEFAULTS if name.endswith(("_MS", "SECONDS"))),
        ("NETWORK_DEFAULT_MAX_RETRIES", "0", 0),
        ("NETWORK_CIRCUIT_BREAKER_ENABLED", "false", False),
        ("NETWORK_CIRCUIT_BREAKER_THRESHOLD", "1", 1),
        ("NETWORK_ERROR_ALERT_THRESHOLD", "1", 1),
        ("RESILIENCE_PROFILE", "production", "production"),
        ("FAULTS_ENABLED", "true", True),
    ],
)
def test_each_is_read_from_its_variable(
    name: str, text: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert getattr(read(monkeypatch, **{name: text}), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("ENABLED", "0", False), ("THRESHOLD", "7", 7), ("RESET_TIMEOUT_MS", "900", 900)],
)
def test_those_of_the_breaker_are_known_without_the_prefix_too(
    name: str, text: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read(monkeypatch, **{f"CIRCUIT_BREAKER_{name}": text})
    assert getattr(settings, f"network_circuit_breaker_{name.lower()}") == value


def test_the_name_with_the_prefix_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(
        monkeypatch, CIRCUIT_BREAKER_THRESHOLD="7", NETWORK_CIRCUIT_BREAKER_THRESHOLD="9"
    )
    assert settings.network_circuit_breaker_threshold == 9


def test_systems_have_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"source": {"max_retries": 7, "rate_calls": 10, "rate_seconds": 1.5}}
    source = read(monkeypatch, NETWORK_SYSTEMS=json.dumps(given)).network_systems["source"]
    assert source.model_dump(exclude_none=True) == given["source"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("NETWORK_DEFAULT_MAX_RETRIES", "-1"),
        ("NETWORK_DEFAULT_MAX_RETRIES", "three"),
        ("NETWORK_RETRY_JITTER_MS", "-1"),
        ("NETWORK_CIRCUIT_BREAKER_THRESHOLD", "0"),
        ("NETWORK_CIRCUIT_BREAKER_ENABLED", "maybe"),
        ("NETWORK_ERROR_ALERT_THRESHOLD", "0"),
        ("NETWORK_ERROR_WINDOW_SECONDS", "0"),
        ("RESILIENCE_PROFILE", "prod"),
        ("FAULTS_ENABLED", "perhaps"),
        *((name, "0") for name in DEFAULTS if name.endswith("_MS") and "JITTER" not in name),
    ],
)
def test_a_bad_value_is_one_line_with_the_variable_and_the_value(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = problems(monkeypatch, **{name: text})
    assert len(lines) == 1
    assert lines[0].startswith(f"{name}: ")
    assert lines[0].endswith(f"(it is {text!r})")


def test_a_longest_wait_below_the_first_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = problems(monkeypatch, NETWORK_MAX_RETRY_DELAY_MS="100")
    assert "NETWORK_MAX_RETRY_DELAY_MS (100)" in line
    assert "NETWORK_DEFAULT_RETRY_DELAY_MS (500)" in line


@pytest.mark.parametrize(
    "variables",
    [
        {"RESILIENCE_PROFILE": "production", "NETWORK_DEFAULT_RETRY_DELAY_MS": "10000"},
        {"RESILIENCE_PROFILE": "development", "NETWORK_MAX_RETRY_DELAY_MS": "60"},
        {
            "RESILIENCE_PROFILE": "production",
            "NETWORK_SYSTEMS": '{"source": {"retry_delay_ms": 10000}}',
        },
    ],
    ids=["first", "longest", "of a system"],
)
def test_a_default_that_a_profile_replaces_is_not_compared(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(monkeypatch, **variables).resilience_profile == variables["RESILIENCE_PROFILE"]


def test_with_a_profile_what_was_set_is_compared_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [line] = problems(
        monkeypatch,
        RESILIENCE_PROFILE="production",
        NETWORK_DEFAULT_RETRY_DELAY_MS="200",
        NETWORK_SYSTEMS='{"source": {"max_retry_delay_ms": 100}}',
    )
    assert line.startswith("NETWORK_SYSTEMS.source: max_retry_delay_ms (100)")


@pytest.mark.parametrize(
    ("systems", "where"),
    [
        ("{nonsense", "NETWORK_SYSTEMS: not valid JSON"),
        ("[1]", "NETWORK_SYSTEMS: "),
        ('{"source": {"max_retry": 1}}', "NETWORK_SYSTEMS.source.max_retry: "),
        ('{"source": {"max_retries": -1}}', "NETWORK_SYSTEMS.source.max_retries: "),
        ('{"source": {"rate_calls": 5}}', "NETWORK_SYSTEMS.source: rate_calls and rate_seconds"),
        ('{"source": {"retry_delay_ms": 9000}}', "NETWORK_SYSTEMS.source: max_retry_delay_ms"),
    ],
)
def test_a_bad_system_is_named(systems: str, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = problems(monkeypatch, NETWORK_SYSTEMS=systems)
    assert line.startswith(where)


class TestAtStart:
    @pytest.fixture(autouse=True)
    def _fresh(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr("sys.argv", ["server", "start"])
        get_settings.cache_clear()
        yield
        get_settings.cache_clear()

    def test_a_bad_value_ends_the_server_with_one_line(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("NETWORK_CIRCUIT_BREAKER_THRESHOLD", "none")
        with pytest.raises(SystemExit) as ended:
            server.main()
        [line] = capsys.readouterr().err.splitlines()
        assert ended.value.code == 2
        assert line.startswith("NETWORK_CIRCUIT_BREAKER_THRESHOLD: Input should be a valid integer")

    def test_a_list_that_is_no_json_too(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("ALLOWED_FOLDERS", "/data")
        with pytest.raises(SystemExit) as ended:
            server.main()
        [line] = capsys.readouterr().err.splitlines()
        assert ended.value.code == 2
        assert line.startswith("ALLOWED_FOLDERS: not valid JSON")


def test_the_users_home_is_not_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PROTO_DDF_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings().home == PROJECT_ROOT / ".proto-ddf"
