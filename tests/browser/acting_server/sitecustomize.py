"""On the PYTHONPATH of a server: each new error is acted on, as the loop of the error handling does."""

import sys
import threading
import time

_SECONDS = 0.2


def _act() -> None:
    while (engine := sys.modules.get("proto_ddf.operations.engine.engine")) is None or (
        getattr(engine, "_engine", None) is None
    ):
        time.sleep(_SECONDS)
    from proto_ddf.monitoring.error_views import recent_errors
    from proto_ddf.operations.recovery import runner

    seen: set[str] = set()
    while True:
        for error in reversed(recent_errors(50)):
            if error["id"] not in seen and error["incident_id"]:
                seen.add(error["id"])
                context = runner.context_of(error["incident_id"], error, error["operation_id"])
                runner.act_on(error, context)
        time.sleep(_SECONDS)


threading.Thread(target=_act, daemon=True, name="acting").start()
