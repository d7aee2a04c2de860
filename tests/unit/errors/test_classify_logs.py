"""What a child process wrote decides where the exception says only that something failed, and nowhere else."""

import subprocess

import pytest

from proto_ddf import errors
from proto_ddf.errors import IntegrationError, classify

NO_MODULE = """Compiling the app
Traceback (most recent call last):
  File "/srv/venv/lib/python3.11/site-packages/reflex/utils/prerequisites.py", line 263, in get_app
    __import__(module)
  File "/srv/shop/shop/shop.py", line 3, in <module>
    import pandas_gone
ModuleNotFoundError: No module named 'pandas_gone'
"""
REFUSED = """Traceback (most recent call last):
  File "/srv/shop/shop.py", line 7, in load
    socket.create_connection(("db", 5432))
ConnectionRefusedError: [Errno 111] Connection refused
"""


@pytest.mark.parametrize(
    "code", ["build_failed", "install_failed", "process_failed", "app_crashed"]
)
def test_a_failed_step_is_explained(code: str) -> None:
    found = classify(errors.SystemError("x", "frontend", code=code), NO_MODULE)
    assert (found.code, found.type, found.suggested_action) == (
        "module_missing",
        "dependency",
        "fix_dependencies",
    )
    assert found.reason == "ModuleNotFoundError: No module named 'pandas_gone'"
    assert found.location == "/srv/shop/shop/shop.py:3"
    assert "pandas_gone" in found.message


def test_so_is_a_failed_program() -> None:
    error = subprocess.CalledProcessError(1, ["python", "shop.py"])
    found = classify(error, REFUSED)
    assert (found.code, found.type, found.retryable) == ("connection_failed", "network", True)


def test_and_an_exception_that_nothing_is_known_about() -> None:
    assert classify(RuntimeError("the child failed"), REFUSED).code == "connection_failed"


@pytest.mark.parametrize(
    "error",
    [
        IntegrationError("x", "csv", "read", code="file_empty"),
        PermissionError(13, "Permission denied"),
        TimeoutError(),
    ],
)
def test_a_specific_exception_stands(error: Exception) -> None:
    assert classify(error, NO_MODULE).code == classify(error).code != "module_missing"


def test_an_output_without_a_cause_still_gives_its_line() -> None:
    step = errors.SystemError("x", "frontend", code="build_failed")
    found = classify(step, "Compiling the app\nPlease set the colour\n")
    assert (found.code, found.reason) == ("build_failed", "Please set the colour")


def test_the_exit_code_can_be_given() -> None:
    step = errors.SystemError("x", "frontend", code="build_failed")
    assert classify(step, "Bundling\n", {"exit_code": -9}).code == "process_killed"
    assert classify(step, "Bundling\n", {"exit_code": 1}).code == "build_failed"


@pytest.mark.parametrize(
    ("context", "kind"),
    [({"status": 503}, "external_service"), ({"status": 422}, "data"), ({"errno": 28}, "resource")],
)
def test_so_can_numbers_that_came_apart_from_the_exception(
    context: dict[str, int], kind: str
) -> None:
    assert classify(RuntimeError("x"), context=context).type == kind
    assert classify(PermissionError("no"), context=context).type == "permission"


@pytest.mark.parametrize(
    "context", [{"exit_code": "9"}, {"status": None}, {"errno": -5}, {"status": 10**30}]
)
def test_an_odd_context_does_no_harm(context: dict[str, object]) -> None:
    assert classify(RuntimeError("x"), "text", context).code == "unknown"
