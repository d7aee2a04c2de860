"""A server that kills itself while it repairs an app. It runs in a process of its own.

`KILL_IN` in the environment names a step of the repair, and whether it dies "before" or "after" the step has done its work.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from proto_ddf.hosting import launch
from proto_ddf.operations import all_kinds, service
from proto_ddf.operations.engine import engine
from proto_ddf.operations.kinds.apps import AppInput
from proto_ddf.operations.model import KINDS, Step
from proto_ddf.operations.recovery import runner
from proto_ddf.settings import get_settings
from tests.integration.operations.recovery.driving import act_on_newest

PLAIN_RUNNER = Path(__file__).parents[1] / "kinds" / "plain_runner.py"


def dying(step: Step[Any], moment: str) -> Step[Any]:
    def run(context: Any) -> Any:
        if moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        step.run(context)
        os.kill(os.getpid(), signal.SIGKILL)

    return Step(step.name, step.title, run, step.applies)


def let_die(kind: str, wanted: str) -> None:
    name, moment = wanted.split()
    given = KINDS[kind]
    assert isinstance(given.steps, tuple)
    steps = tuple(dying(each, moment) if each.name == name else each for each in given.steps)
    object.__setattr__(given, "steps", steps)


def fail_and_repair(until: Callable[..., Any], slug: str) -> str:
    operation_id = service.start("start_app", AppInput(slug=slug))
    until(lambda: service.view(operation_id).state == "failed")  # type: ignore[union-attr]
    attempt = act_on_newest(until, operation_id)
    return f"{operation_id} {attempt.operation_id if attempt else ''}"


def serve(
    commands: Connection, environment: dict[str, str], until: Callable[..., Any], kill_in: str
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    get_settings.cache_clear()
    launch.RUNNER = PLAIN_RUNNER
    all_kinds.register_all()
    if kill_in:
        let_die("recover_other_port", kill_in)
    engine.launch()
    runner.take_up()
    commands.send("launched")
    with suppress(EOFError):
        while True:
            commands.send(fail_and_repair(until, commands.recv()))
    engine.shutdown()
    os._exit(0)
