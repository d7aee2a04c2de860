"""What went wrong in a build is the line that says so, not what stands around it.

The kind: outputs of Python (a traceback, notes and documentation below the exception, a message of several lines, an
indented one, a chain, no traceback at all), of the bundler (a code frame above, a stack below), of Bun, and none.
"""

from collections import deque
from pathlib import Path

import pytest

from proto_ddf.errors.outputs import read_output

CORPUS = Path(__file__).parents[3] / "provoked"

REASONS = {
    "app_py_attribute": "AttributeError: No reflex attribute nonesuch",
    "app_py_exit": "",
    "app_py_kill": "",
    "app_rx_bool": "reflex_base.utils.exceptions.VarTypeError: Cannot convert Var 'tiny_app.tiny_app.S.n' to bool",
    "app_rx_config": "ModuleNotFoundError: Module other_app.other_app not found.",
    "app_rx_handler_args": "reflex_base.utils.exceptions.EventFnArgMismatchError: Event on_change only provides 1",
    "app_rx_no_app": "AttributeError: module 'tiny_app.tiny_app' has no attribute 'app'",
    "app_rx_route_twice": "reflex_base.utils.exceptions.RouteValueError: Tried to add page",
    "app_vite_no_web": "FileNotFoundError: [Errno 2] No such file or directory: PosixPath('.web')",
    "app_vite_relative": "[UNRESOLVED_IMPORT] Could not resolve './gone' in app/routes/_index.jsx",
}


def failure_reason(lines: deque[str]) -> str:
    found = read_output("\n".join(lines))
    return found.reason if found else ""


def output(name: str) -> deque[str]:
    """The lines that a build passes on: without empty ones, and without the exit code."""
    text = (CORPUS / f"{name}.txt").read_text().partition("# ---\n")[2]
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return deque(line for line in lines if not line.startswith("exit code "))


@pytest.mark.parametrize(("name", "reason"), REASONS.items())
def test_provoked_failures(name: str, reason: str) -> None:
    found = failure_reason(output(name))
    assert found.startswith(reason)
    assert bool(found) is bool(reason)


TRACEBACK = [
    "Compiling the app",
    "Traceback (most recent call last):",
    '  File "/srv/a.py", line 1, in <module>',
    "    import b",
]


@pytest.mark.parametrize(
    ("below", "reason"),
    [
        (["ValueError: first line", "second line", "third"], "ValueError: first line"),
        (["KeyError: 'x'", "Happened while evaluating page 'index'"], "KeyError: 'x'"),
        (["MemoryError"], "MemoryError"),
        (["my.own.Failure: broken", "  indented: error", "note"], "my.own.Failure: broken"),
        (
            [
                "KeyError: 'x'",
                "The above exception was the direct cause of the following exception:",
                "Traceback (most recent call last):",
                '  File "/srv/a.py", line 5, in <module>',
                "    raise RuntimeError('y') from e",
                "RuntimeError: y",
            ],
            "RuntimeError: y",
        ),
        (
            [
                '  File "/srv/c.py", line 2',
                "    x = (",
                "        ^",
                "SyntaxError: '(' was never closed",
            ],
            "SyntaxError: '(' was never closed",
        ),
    ],
)
def test_an_exception_is_reported_by_its_first_line(below: list[str], reason: str) -> None:
    assert failure_reason(deque([*TRACEBACK, *below])) == reason


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            [
                "Bundling the pages",
                "✗ Build failed in 1.0s",
                "error: Build failed with 2 errors:",
                "[PARSE_ERROR] Unexpected token",
                "      at f (/a.mjs:1:2)",
            ],
            "[PARSE_ERROR] Unexpected token",
        ),
        (
            [
                "✗ Build failed in 20ms",
                "1 | import x",
                "        ^",
                'error: Rollup failed to resolve import "x"',
                "    at getRollupError (/a.js:1:2)",
            ],
            'Rollup failed to resolve import "x"',
        ),
        (
            ["Bundling the pages", 'error: script "build" exited with code 1'],
            'error: script "build" exited with code 1',
        ),
        (
            [
                "Installing front-end packages",
                "error: GET https://r/left - 404",
                "error: left@1.0.0 failed to resolve",
            ],
            "error: left@1.0.0 failed to resolve",
        ),
        (
            ["cannot go on: the configuration has no DATABASE_URL"],
            "cannot go on: the configuration has no DATABASE_URL",
        ),
        (["Compiling the app"], ""),
        (["Compiling the app", "Please set DATABASE_URL"], "Please set DATABASE_URL"),
        ([], ""),
    ],
)
def test_what_others_print(lines: list[str], reason: str) -> None:
    assert failure_reason(deque(lines)) == reason
