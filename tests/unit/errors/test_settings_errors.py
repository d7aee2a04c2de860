"""A wrong setting is one line: the variable as the person wrote it, what it may be, and what it is.

The kind: every variable, written in any case, in the environment or in .env, under each of its names; every way to be
wrong (no number, out of range, no truth value, not one of a few words, no JSON, an unknown name inside JSON, two values
in the wrong order). A secret is never shown.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import AliasChoices, ValidationError

from proto_ddf import server
from proto_ddf.errors.settings_errors import describe_settings_errors
from proto_ddf.network_settings import SYSTEMS, SystemSettings
from proto_ddf.resilience import SYSTEM_DEFAULTS
from proto_ddf.settings import Settings, get_settings

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def refused(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    lines = describe_settings_errors(caught.value)
    assert not any("\n" in line for line in lines)
    return lines


def names_of(field: str) -> list[str]:
    alias = Settings.model_fields[field].validation_alias
    return [str(one) for one in alias.choices] if isinstance(alias, AliasChoices) else [str(alias)]


NAMES = {name: field for field in Settings.model_fields for name in names_of(field)}
NUMBERS = {
    name: field
    for name, field in NAMES.items()
    if Settings.model_fields[field].annotation in (int, float)
}
SPELLINGS = (str.upper, str.lower, str.title)


def test_there_are_variables_to_try() -> None:
    assert len(NUMBERS) > 15
    assert {"PORT", "CIRCUIT_BREAKER_THRESHOLD", "LOG_LEVEL"} <= NAMES.keys()


@pytest.mark.parametrize(
    "wrong", ["x", "", "1e999", "nan", "inf", "-1", "9" * 40, "1\n2"], ids=repr
)
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_that_is_none_or_out_of_range(
    name: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [line] = refused(monkeypatch, **{name: wrong})
    assert line.startswith(f"{name}: ")
    assert line.endswith(f"(it is {wrong!r})")
    assert "number" in line
    assert "from" in line or "above" in line


@pytest.mark.parametrize("spell", SPELLINGS)
@pytest.mark.parametrize(
    "name", ["PORT", "CIRCUIT_BREAKER_THRESHOLD", "NETWORK_CIRCUIT_BREAKER_THRESHOLD"]
)
def test_it_is_named_as_it_was_written(
    name: str, spell: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    [line] = refused(monkeypatch, **{spell(name): "x"})
    assert line.startswith(f"{spell(name)}: ")


@pytest.mark.parametrize("spell", SPELLINGS)
def test_in_the_file_too(spell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    written = spell("CIRCUIT_BREAKER_RESET_TIMEOUT_MS")
    file.write_text(f"# a comment\n{written}=soon\n")
    monkeypatch.setitem(Settings.model_config, "env_file", file)
    with pytest.raises(ValidationError) as caught:
        Settings()
    [line] = describe_settings_errors(caught.value)
    assert line.startswith(f"{written}: ")
    assert line.endswith("(it is 'soon')")


@pytest.mark.parametrize("wrong", ["loud", "", "INFO DEBUG", "10", "WARN", "NOTSET"])
def test_a_log_level_is_one_of_five(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = refused(monkeypatch, LOG_LEVEL=wrong)
    assert line.startswith("LOG_LEVEL: ")
    assert all(level in line for level in LEVELS)
    assert line.endswith(f"(it is {wrong!r})")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("spell", SPELLINGS)
def test_in_any_case(level: str, spell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", spell(level))
    assert Settings().log_level == level


def test_a_range_of_ports_that_ends_before_it_starts_names_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [line] = refused(monkeypatch, PORT_RANGE_START="4000", PORT_RANGE_END="3999")
    assert "PORT_RANGE_END (3999) must not be less than PORT_RANGE_START (4000)" in line


@pytest.mark.parametrize("name", ["sources", "Source", "mail", "", "app "])
def test_a_system_has_one_of_the_names_there_are(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [line] = refused(
        monkeypatch, NETWORK_SYSTEMS=json.dumps({"source": {}, name: {"max_retries": 1}})
    )
    assert line.startswith("NETWORK_SYSTEMS: ")
    assert repr(name) in line
    assert all(known in line for known in SYSTEM_DEFAULTS)


def test_the_systems_that_have_policies_are_those_that_can_be_set() -> None:
    assert set(SYSTEMS) == set(SYSTEM_DEFAULTS)


@pytest.mark.parametrize("field", SystemSettings.model_fields)
def test_a_value_of_a_system_says_what_it_may_be(
    field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [line] = refused(monkeypatch, NETWORK_SYSTEMS=json.dumps({"source": {field: "x"}}))
    assert line.startswith(f"NETWORK_SYSTEMS.source.{field}: ")
    assert "number" in line or "true or false" in line


def test_an_unknown_value_of_a_system_says_which_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = refused(monkeypatch, NETWORK_SYSTEMS='{"source": {"max_retry": 1}}')
    assert line.startswith("NETWORK_SYSTEMS.source.max_retry: ")
    assert "max_retries" in line


@pytest.mark.parametrize("wrong", ["/data", '"/data"', "{}", "[3]", '["/x", null]'])
def test_folders_are_a_json_list(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = refused(monkeypatch, ALLOWED_FOLDERS=wrong)
    assert line.startswith("ALLOWED_FOLDERS")
    assert "JSON list" in line


def test_folders_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_FOLDERS", '["/srv/a", "b"]')
    assert Settings().allowed_folders == [Path("/srv/a"), Path("b")]


@pytest.mark.parametrize(
    "name", ["FAULTS_ENABLED", "ALLOW_PRIVATE_HOSTS", "CIRCUIT_BREAKER_ENABLED"]
)
def test_a_truth_value_says_its_words(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = refused(monkeypatch, **{name: "perhaps"})
    assert line.startswith(f"{name}: ")
    assert "true or false" in line


def test_one_of_a_few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = refused(monkeypatch, RESILIENCE_PROFILE="prod")
    assert "development" in line
    assert "production" in line


def test_several_are_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = refused(monkeypatch, PORT="x", LOG_LEVEL="x", MAX_UPLOAD_MB="x")
    assert sorted(line.partition(":")[0] for line in lines) == [
        "LOG_LEVEL",
        "MAX_UPLOAD_MB",
        "PORT",
    ]


@pytest.mark.parametrize("name", ["PROTO_DDF_SECRET_KEY", "proto_ddf_secret_key"])
def test_a_secret_is_not_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = refused(monkeypatch, **{name: "hunter2hunter2"})
    assert line.startswith(f"{name}: ")
    assert "hunter2" not in line


class TestAtStart:
    def test_a_home_folder_that_cannot_be_used_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setattr("sys.argv", ["server", "start"])
        monkeypatch.setenv("PROTO_DDF_HOME", str(tmp_path / "file"))
        get_settings.cache_clear()
        with pytest.raises(SystemExit) as ended:
            server.main()
        get_settings.cache_clear()
        told = str(ended.value.code)
        assert told.startswith(f"PROTO_DDF_HOME: {tmp_path / 'file'} cannot be used: ")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("LOG_LEVEL", "loud"),
            ("ALLOWED_FOLDERS", "/data"),
            ("NETWORK_SYSTEMS", '{"mail": {}}'),
            ("port", "0"),
        ],
    )
    def test_the_server_ends_with_that_line(
        self,
        name: str,
        value: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr("sys.argv", ["server", "start"])
        monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        with pytest.raises(SystemExit) as ended:
            server.main()
        get_settings.cache_clear()
        [line] = capsys.readouterr().err.splitlines()
        assert ended.value.code == 2
        assert line.startswith(f"{name}: ")
