"""The forms of database servers, and the places their calls go to."""

from typing import Any

import pytest

from proto_ddf.errors import classify
from proto_ddf.errors.types import ProtoDDFError, ValidationError
from proto_ddf.sources.connected.store import check_config, make_source
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.servers.config import Tls

FILLED = {"host": "db.example.com", "port": "5432", "database": "shop", "user": "ann"}
both = pytest.mark.parametrize("kind", ["postgresql", "mysql"])


@both
def test_the_form_has_each_field_of_the_config_once(kind: str) -> None:
    fields = [field.name for field in KINDS[kind].form]
    assert sorted(fields) == sorted(KINDS[kind].config_model.model_fields)


@both
def test_what_the_form_starts_with_is_what_the_config_takes(kind: str) -> None:
    started = {field.name: field.default for field in KINDS[kind].form if field.default}
    config: Any = check_config(kind, {**started, "database": "shop", "user": "ann"})
    assert config.tls is Tls.PREFER
    assert config.writable is False
    assert config.port == {"postgresql": 5432, "mysql": 3306}[kind]


@both
def test_fields_that_may_stay_empty(kind: str) -> None:
    empty = {field.name: "" for field in KINDS[kind].form if not field.required}
    check_config(kind, {**FILLED, **empty, "writable": "false"})


@both
@pytest.mark.parametrize("field", ["host", "database", "user"])
@pytest.mark.parametrize("given", [{}, {"": " \t"}])
def test_a_field_that_is_needed(kind: str, field: str, given: dict[str, str]) -> None:
    config = {key: text for key, text in FILLED.items() if key != field}
    config |= dict.fromkeys([field], given[""]) if given else {}
    with pytest.raises(ValidationError) as raised:
        check_config(kind, config)
    told = classify(raised.value)
    label = next(each.label for each in KINDS[kind].form if each.name == field)
    assert (told.code, told.field) == ("required", field)
    assert told.message == f"{label} is required."


@both
@pytest.mark.parametrize("port", ["", "x", "0", "65536", "-1", "5432.5"])
def test_a_port_that_is_none(kind: str, port: str) -> None:
    with pytest.raises(ValidationError) as raised:
        check_config(kind, {**FILLED, "port": port})
    told = classify(raised.value)
    assert told.field == "port"
    assert "from 1 to 65535" in told.message


@both
@pytest.mark.parametrize("field", ["host", "database", "user"])
@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_no_server_takes(kind: str, field: str, text: str) -> None:
    with pytest.raises(ValidationError) as raised:
        check_config(kind, {**FILLED, field: text})
    assert raised.value.field == field


@both
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("host=evil.example.com", "host"),
        ("hostaddr=169.254.169.254", "hostaddr"),
        ("sslmode=disable", "sslmode"),
        ("options=-c search_path=x", "options"),
        ("service=x", "service"),
        ("passfile=/etc/passwd", "passfile"),
        ("init_command=DROP TABLE t", "init_command"),
        ("local_infile=1", "local_infile"),
        ("read_default_file=/etc/shadow", "read_default_file"),
        ("unix_socket=/tmp/x", "unix_socket"),
        ("nonsense", "nonsense"),
    ],
)
def test_parameters_that_are_not_taken(kind: str, text: str, name: str) -> None:
    with pytest.raises(ProtoDDFError) as raised:
        check_config(kind, {**FILLED, "parameters": text})
    told = classify(raised.value)
    assert (told.code, told.field) == ("parameter_not_allowed", "parameters")
    assert f"“{name}”" in told.message
    assert all(each in told.hint for each in KINDS[kind].config_model.parameters_allowed)  # type: ignore[attr-defined]


@both
def test_one_place_has_one_name(kind: str) -> None:
    label = KINDS[kind].label
    plain = make_source(kind, FILLED).target
    assert plain == f"{label} at db.example.com:5432"
    same = {"host": " DB.Example.com ", "database": "other", "user": "bo", "tls": "off"}
    assert make_source(kind, {**FILLED, **same}).target == plain
    assert make_source(kind, {**FILLED, "port": 5433}).target != plain
    for host in ("::1", "[::1]"):
        assert make_source(kind, {**FILLED, "host": host}).target == f"{label} at [::1]:5432"
