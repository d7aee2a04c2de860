"""A server process that asks Codegen, and kills itself, as by kill -9, before or after it has sent the request."""

import os
import signal
import threading
from typing import Any

from proto_ddf.operations import all_kinds
from proto_ddf.operations.engine import engine
from proto_ddf.operations.escalation.codegen import CodegenIntegration, asking, waiting
from proto_ddf.operations.escalation.codegen.client import CodegenClient
from tests.integration.operations.codegen.driving import SLUG, described


def serve(environment: dict[str, str], kill: str, incident_id: str) -> None:
    """Run until killed. `kill` is "before", "after" or empty; with an incident Codegen is asked about it."""
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    asking.LOOK_SECONDS, waiting.POLL_SECONDS = 0.0, 0.05
    if kill:
        CodegenClient.send = _killing(CodegenClient.send, kill)  # type: ignore[method-assign]
    all_kinds.register_all()
    engine.launch()
    if incident_id:
        CodegenIntegration().trigger_error_resolution(incident_id, SLUG, described())
    threading.Event().wait()


def _killing(send: Any, kill: str) -> Any:
    def killed(*arguments: Any) -> None:
        if kill == "after":
            send(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    return killed
