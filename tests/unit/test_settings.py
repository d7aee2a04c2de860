"""Invalid settings are refused, with the name of the variable."""

import pytest
from pydantic import ValidationError

from proto_ddf.errors.settings_errors import describe_settings_errors
from proto_ddf.port_numbers import BLOCKED_PORTS
from proto_ddf.settings import Settings


def refused(monkeypatch: pytest.MonkeyPatch, **variables: object) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    with pytest.raises(ValidationError) as error:
        Settings()
    (line,) = describe_settings_errors(error.value)
    return line


@pytest.mark.parametrize("port", sorted(BLOCKED_PORTS - {0}))
def test_a_port_that_browsers_refuse_to_open_is_refused(
    monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    line = refused(monkeypatch, PORT=port)
    assert line.startswith("PORT: browsers refuse to open this port")
    assert str(port) in line


@pytest.mark.parametrize(
    ("first", "last"), [(6665, 6669), (4045, 4045), (6669, 6670), (4000, 3999)]
)
def test_a_range_without_two_ports_that_browsers_open_is_refused(
    monkeypatch: pytest.MonkeyPatch, first: int, last: int
) -> None:
    line = refused(monkeypatch, PORT_RANGE_START=first, PORT_RANGE_END=last)
    assert "PORT_RANGE_START" in line
    assert f"from {first} to {last}" in line


@pytest.mark.parametrize(("first", "last"), [(6664, 6670), (3100, 3101)])
def test_a_range_with_two_such_ports_is_enough(
    monkeypatch: pytest.MonkeyPatch, first: int, last: int
) -> None:
    monkeypatch.setenv("PORT_RANGE_START", str(first))
    monkeypatch.setenv("PORT_RANGE_END", str(last))
    assert Settings().port_range_end == last
