"""An output says which tool failed, why, and where in the app's own code.

The kind: outputs of several tools in one text, causes in the machine below or above others, messages that quote other
errors, chains and groups of exceptions, and frames of packages around those of the app.
"""

import pytest

from proto_ddf.errors.outputs import read_output

OWN = '  File "/srv/shop/shop.py", line 7, in load\n    rows()\n'
PACKAGE = '  File "/srv/venv/lib/python3.11/site-packages/pack/a.py", line 9, in f\n    raise X\n'
HEAD = "Traceback (most recent call last):\n"
CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


def code_and_type(text: str, exit_code: int | None = 1) -> tuple[str, str | None]:
    found = read_output(text, exit_code)
    assert found
    return found.finding.code, found.finding.type


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "error: GET https://r/left - 403\nerror: left@1.0.0 failed to resolve",
            "registry_refused",
        ),
        ("error: ConnectionRefused downloading tarball left@1.0.0", "registry_unreachable"),
        (
            "error: UNABLE_TO_VERIFY_LEAF_SIGNATURE downloading package manifest left",
            "tls_untrusted",
        ),
        ("npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve", "package_conflict"),
        (
            "npm error code E503\nnpm error 503 Service Unavailable - GET https://r/left",
            "registry_unreachable",
        ),
        (
            "npm ERR! code EINTEGRITY\nnpm ERR! sha512-a integrity checksum failed",
            "package_damaged",
        ),
        ("ERROR: No matching distribution found for core==9", "package_not_found"),
        ("ERROR: HTTP error 429 while getting https://r/core.whl", "registry_unreachable"),
        ("bash: line 1: gone: command not found", "toolchain_missing"),
        ("app.py: error: unrecognized arguments: --gone", "configuration_invalid"),
        (
            "✗ Build failed in 1s\nerror: Build failed with 1 error:\n[PARSE_ERROR] Unexpected token",
            "code_syntax_error",
        ),
    ],
)
def test_each_tool_is_understood(text: str, code: str) -> None:
    assert code_and_type(text)[0] == code


@pytest.mark.parametrize(
    ("address", "package"),
    [
        ("https://r.example/left", "left"),
        ("https://r.example/npm/@up%2fleft", "@up/left"),
        ("https://r.example/npm/@up/left", "@up/left"),
        ("https://r.example/left/-/left-1.0.0.tgz?x=y", "left"),
        ("https://me@r.example/@up/left/-/left-1.0.0.tgz", "@up/left"),
    ],
)
def test_the_package_that_a_registry_does_not_have_is_named(address: str, package: str) -> None:
    found = read_output(f"bun add v1.4.5\nerror: GET {address} - 404\n", 1)
    assert found
    assert found.finding.code == "package_not_found"
    assert found.finding.context["package"] == package


def test_a_warning_of_pip_says_why_no_version_was_found() -> None:
    text = (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(\"[Errno 111] Connection "
        "refused\")': /simple/core/\nERROR: Could not find a version that satisfies the requirement core (from "
        "versions: none)\nERROR: No matching distribution found for core\n"
    )
    assert code_and_type(text) == ("registry_unreachable", "network")


def test_without_one_it_is_a_guess_and_not_retried() -> None:
    found = read_output("ERROR: No matching distribution found for core (from versions: none)", 1)
    assert found
    assert found.finding.confidence < 0.8


def test_the_tool_that_speaks_last_decides() -> None:
    npm = "npm error code E404\nnpm error 404 Not Found - GET https://r/left"
    python = f"{HEAD}{OWN}PermissionError: [Errno 13] Permission denied: '/x'"
    assert code_and_type(f"{npm}\n{python}")[0] == "permission_denied"
    assert code_and_type(f"{python}\n{npm}")[0] == "package_not_found"


@pytest.mark.parametrize("place", ["{full}\n{other}", "{other}\n{full}"])
def test_a_full_disk_explains_whatever_else_failed(place: str) -> None:
    text = place.format(full="ENOSPC: copying file a.js", other=f"{HEAD}{OWN}TypeError: x")
    assert code_and_type(text)[0] == "disk_space_low"


@pytest.mark.parametrize("quote", ["No space left on device", "connection refused", "MemoryError"])
@pytest.mark.parametrize("kind", ["ValueError", "KeyError", "TypeError"])
def test_but_not_where_a_mistake_quotes_it(kind: str, quote: str) -> None:
    assert code_and_type(f"{HEAD}{OWN}{kind}: row 7 says {quote}") == ("app_code_error", None)


@pytest.mark.parametrize(("exit_code", "code"), [(-9, "process_killed"), (137, "process_killed")])
def test_a_kill_is_known_by_the_exit_code(exit_code: int, code: str) -> None:
    assert code_and_type("Bundling the pages", exit_code)[0] == code
    assert code_and_type(f"Bundling the pages\nexit code {exit_code}", None)[0] == code


def test_an_explicit_cause_explains_a_wrapper() -> None:
    text = (
        f"{HEAD}{OWN}ConnectionResetError: [Errno 104] x\n{CAUSE}{HEAD}{OWN}shop.LoadError: orders"
    )
    found = read_output(text, 1)
    assert found
    assert (found.finding.code, found.reason) == ("connection_failed", "shop.LoadError: orders")


def test_what_was_being_handled_is_only_probable() -> None:
    text = f"{HEAD}{OWN}ConnectionResetError: [Errno 104] x\n{CONTEXT}{HEAD}{OWN}shop.LoadError: orders"
    found = read_output(text, 1)
    assert found
    assert found.finding.confidence < 0.8


def test_the_place_is_the_last_of_the_apps_own() -> None:
    found = read_output(f"{HEAD}{OWN}{PACKAGE}pack.Broken: x", 1)
    assert found
    assert found.location == "/srv/shop/shop.py:7"


@pytest.mark.parametrize(
    ("module", "kind"),
    [("pandas_gone", "dependency"), ("shop.pages", "build"), ("json.gone", "dependency")],
)
def test_a_missing_module_is_a_package_or_the_apps_own(module: str, kind: str) -> None:
    text = f"{HEAD}{OWN}ModuleNotFoundError: No module named '{module}'"
    assert code_and_type(text) == ("module_missing", kind)


def test_a_text_never_makes_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    from proto_ddf.errors.outputs import rebuild

    monkeypatch.setattr(rebuild, "import_module", pytest.fail)
    for name in ("antigravity.Error", "os.system", "proto_ddf.supervisor.Error", "builtins.exit"):
        assert read_output(f"{HEAD}{OWN}{name}: x", 1)


@pytest.mark.parametrize("text", ["", "\n\n", "Compiling the app\n", "exit code 10"])
def test_nothing_is_nothing(text: str) -> None:
    assert read_output(text, 10) is None
