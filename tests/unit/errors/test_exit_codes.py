"""A program that was killed says so.

The kind: the exit code alone is known, -9 of a child or 137 of a shell that ran one (128 + 9), or another signal.
"""

import shutil
import subprocess

import pytest

from proto_ddf.errors import classify
from proto_ddf.errors.exit_codes import describe_exit_code, is_killed


def failure(command: list[str]) -> subprocess.CalledProcessError:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        subprocess.run(command, check=True)
    return caught.value


@pytest.mark.parametrize("script", ["kill -9 $$", "sh -c 'kill -9 $$'; exit $?"])
def test_a_killed_program_is_reported_as_killed(script: str) -> None:
    found = classify(failure(["sh", "-c", script]))
    assert (found.code, found.category, found.retryable) == ("process_killed", "system", False)
    assert "memory" in found.message
    assert "“sh”" in found.message


@pytest.mark.parametrize(("number", "name"), [(11, "SIGSEGV"), (6, "SIGABRT"), (15, "SIGTERM")])
def test_another_signal_is_named(number: int, name: str) -> None:
    found = classify(failure(["sh", "-c", f"ulimit -c 0; kill -{number} $$"]))
    assert found.code == "process_failed"
    assert name in found.message


def test_other_ends_are_failures() -> None:
    found = classify(failure(["sh", "-c", "exit 3"]))
    assert found.code == "process_failed"
    assert "exit code 3" in found.message


@pytest.mark.parametrize("code", [-9, 137])
def test_it_is_known_from_the_code_alone(code: int) -> None:
    assert is_killed(code)
    assert "killed" in describe_exit_code(code)


@pytest.mark.parametrize("code", [0, 1, 9, 10, 128, 255, -15, 143, 2**40, -(2**40)])
def test_other_codes_are_not(code: int) -> None:
    assert not is_killed(code)
    assert describe_exit_code(code)


@pytest.mark.parametrize(
    "text",
    ["[Errno 28] No space left on device: 'a' -> 'b'", "[Errno 13] Permission denied: 'b'"],
)
def test_copies_that_failed_are_reported_by_the_first(text: str) -> None:
    """shutil.copytree collects the errors as texts."""
    expected = "disk_space_low" if "28" in text else "permission_denied"
    assert classify(shutil.Error([("a", "b", text), ("c", "d", "?")])).code == expected
    assert classify(shutil.Error("the same file")).code == "unknown"
