"""Runs the commands of `python -m proto_ddf.vault`."""

import os
import subprocess
import sys

import pytest

from proto_ddf.settings import PROJECT_ROOT, get_settings
from proto_ddf.vault import __main__ as command


def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """In a process of its own, beside this one."""
    return subprocess.run(
        [sys.executable, "-m", "proto_ddf.vault", *arguments],
        cwd=PROJECT_ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )


def run_here(
    capsys: pytest.CaptureFixture[str], *arguments: str, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """In this process, which saves the second that the imports take."""
    exit_code: int | str | None = 0
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["proto_ddf.vault", *arguments])
        for name, value in variables.items():
            patch.setenv(name, value)
        get_settings.cache_clear()
        try:
            command.main()
        except SystemExit as ended:
            exit_code = ended.code
    get_settings.cache_clear()
    printed = capsys.readouterr()
    if isinstance(exit_code, str):  # what Python would print
        return subprocess.CompletedProcess(arguments, 1, printed.out, f"{printed.err}{exit_code}\n")
    return subprocess.CompletedProcess(arguments, exit_code or 0, printed.out, printed.err)
