"""The exception classes."""

import copy
import pickle

import pytest

from proto_ddf import errors
from proto_ddf.errors import IntegrationError, ProtoDDFError, ValidationError
from proto_ddf.resilience import CircuitOpenError

ERRORS = [
    errors.SystemError("No port", component="ports", code="port_unavailable", start=1),
    ValidationError("Too short", field="name", value="ab", code="project_name_too_short"),
    IntegrationError("Locked", system="sqlite", operation="open", code="sqlite_locked", path="x"),
    CircuitOpenError("shop", 3.5),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_survives_pickle_and_copy(error: ProtoDDFError) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert twin.__dict__ == error.__dict__


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_all_share_one_base_and_carry_a_code(error: ProtoDDFError) -> None:
    assert isinstance(error, ProtoDDFError)
    assert error.code
    assert "code" not in error.context


def test_each_class_has_a_code_of_its_own() -> None:
    assert errors.SystemError("x", "disk").code == "system_error"
    assert ValidationError("x", "name", 1).code == "invalid_value"
    assert IntegrationError("x", "csv", "read").code == "integration_error"
    assert CircuitOpenError("x", 1).code == "circuit_open"


def test_parts_are_attributes_and_context() -> None:
    error = IntegrationError("x", "csv", "read", path="a.csv")
    assert (error.system, error.operation) == ("csv", "read")
    assert error.context == {"system": "csv", "operation": "read", "path": "a.csv"}
