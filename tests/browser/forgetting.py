"""Servers that forget the state of every tab when a test asks for it."""

import signal
import subprocess
from pathlib import Path

from tests.browser.driving import wait_until

ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).with_name("forgetting_server"))}
"""What a server is started with so that it can be asked."""


def forget_tabs(process: subprocess.Popen[bytes], states: Path) -> None:
    """Let the server forget all tabs, whose states are in this folder; returns once it has."""
    done = states / "forgotten"
    done.unlink(missing_ok=True)
    process.send_signal(signal.SIGUSR1)
    wait_until(done.exists)
