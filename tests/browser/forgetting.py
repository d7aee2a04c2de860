"""Servers that forget the state of every tab when a test asks for it."""

import signal
import subprocess
from pathlib import Path

from tests.browser.driving import wait_until

ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).with_name("forgetting_server"))}
"""What a server is started with so that it can be asked."""


def forget_tabs(process: subprocess.Popen[bytes], states: Path) -> None:
    """Let the server forget all tabs, whose states are in this folder. An event on its way writes its tab's state
    once more: then it is asked again."""

    def forgotten() -> bool:
        process.send_signal(signal.SIGUSR1)
        return not list(states.glob("*.pkl"))

    wait_until(forgotten)
