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
from proto_ddf.operations.recovery import recovery, runner
from proto_ddf.operations.recovery.model import Cause
from proto_ddf.operations.recovery.strategies import STRATEGIES
from proto_ddf.settings import get_settings
from tests.integration.operations.recovery.driving import newest_failure
from tests.integration.operations.recovery.toolchain import Toolchain

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


def fail_and_repair(until: Callable[..., Any], slug: str, strategy: str) -> str:
    operation_id = service.start("start_app", AppInput(slug=slug))
    until(lambda: service.view(operation_id).state == "failed")  # type: ignore[union-attr]
    error, context = newest_failure(until, operation_id)
    attempt = recovery._start([STRATEGIES[strategy]], Cause.of(error), context)
    return f"{operation_id} {attempt.operation_id if attempt else ''}"


def serve(
    commands: Connection,
    environment: dict[str, str],
    until: Callable[..., Any],
    strategy: str,
    kill_in: str,
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    get_settings.cache_clear()
    launch.RUNNER = PLAIN_RUNNER
    Toolchain().put_in_place()
    all_kinds.register_all()
    if kill_in:
        let_die(STRATEGIES[strategy].kind, kill_in)
    engine.launch()
    runner.take_up()
    commands.send("launched")
    with suppress(EOFError):
        while True:
            commands.send(fail_and_repair(until, commands.recv(), strategy))
    engine.shutdown()
    os._exit(0)
