"""What a child process wrote, in the description of the error that it ended with."""

import pytest

from proto_ddf import errors
from proto_ddf.errors import IntegrationError, describe

NO_MODULE = [
    "Compiling the app",
    "Traceback (most recent call last):",
    '  File "/srv/shop/shop/shop.py", line 3, in <module>',
    "    import pandas_gone",
    "ModuleNotFoundError: No module named 'pandas_gone'",
]


def failed(log: object, code: str = "build_failed", **context: object) -> errors.SystemError:
    return errors.SystemError("x", component="frontend", code=code, log=log, **context)


@pytest.mark.parametrize(
    "code", ["build_failed", "install_failed", "app_start_failed", "app_crashed"]
)
def test_the_log_of_a_child_gives_the_cause(code: str) -> None:
    described = describe(failed(NO_MODULE, code), "Generate Shop")
    assert described["code"] == "module_missing"
    assert (described["type"], described["suggested_action"]) == ("dependency", "fix_dependencies")
    assert described["location"] == "/srv/shop/shop/shop.py:3"
    assert described["confidence"] >= 0.8
    assert "pandas_gone" in described["message"]


def test_its_exit_code_does_too() -> None:
    assert describe(failed(["Bundling"], exit_code=-9))["code"] == "process_killed"


def test_without_a_cause_the_failed_step_is_named() -> None:
    described = describe(failed(["Bundling the pages"], reason="exit code 12"))
    assert (described["code"], described["location"]) == ("build_failed", "")
    assert "exit code 12" in described["message"]


def test_a_cause_beyond_the_kept_lines_is_found() -> None:
    described = describe(failed(NO_MODULE + [f"line {n}" for n in range(60)]))
    assert described["code"] == "module_missing"
    assert described["context"]["log"] == [f"line {n}" for n in range(40, 60)]


def test_a_specific_error_stands_whatever_its_log_says() -> None:
    error = IntegrationError("x", "csv", "read", code="file_empty", log=NO_MODULE)
    assert describe(error)["code"] == "file_empty"


@pytest.mark.parametrize("log", [None, "text", 3, [], [None, 7], {"a": 1}])
def test_an_odd_log_does_no_harm(log: object) -> None:
    assert describe(failed(log))["code"] == "build_failed"
