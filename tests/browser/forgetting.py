"""Servers that forget the state of every tab when a test asks for it."""

import signal
import subprocess
from pathlib import Path

from tests.browser.driving import wait_until
from tests.forked_servers import ForkedProcess

ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).with_name("forgetting_server"))}
"""Environment variables with which an app must be started so that it can be asked."""
ADDITION = "tests.browser.forgetting_server.sitecustomize"
"""The module that Proto-DDF's server must import so that it can be asked."""


def forget_tabs(process: subprocess.Popen[bytes] | ForkedProcess, states: Path) -> None:
    """Make the server forget all tabs, whose states are in this folder; returns when that is done."""
    done = states / "forgotten"
    done.unlink(missing_ok=True)
    process.send_signal(signal.SIGUSR1)
    wait_until(done.exists)
