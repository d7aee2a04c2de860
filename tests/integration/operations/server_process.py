"""A server that can be killed: an engine with kinds made for tests, which receives commands from a pipe.

With `KILL_AT` in the environment, for example "before 3", it kills itself before or after its third write of the
journal.

Each step first appends its name to `effects.txt` in the home folder. Some steps then wait for the file `open`."""

import itertools
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

import psutil
from pydantic import BaseModel

from proto_ddf.errors import ProtoDDFError
from proto_ddf.operations import service
from proto_ddf.operations.engine import engine
from proto_ddf.operations.journal import changes
from proto_ddf.operations.model import Kind, Step, StepContext, UndoContext, register
from proto_ddf.operations.retention import housekeeping
from proto_ddf.operations.stop_flag import StopFlag
from proto_ddf.settings import get_settings


class Given(BaseModel):
    stop_at: str = ""
    """The name of the step that waits for the file `open`."""


def note(effect: str) -> None:
    with (get_settings().home / "effects.txt").open("a") as file:
        file.write(effect + "\n")
        file.flush()
        os.fsync(file.fileno())


def wait_until_open(ctx: StepContext[Given]) -> None:
    while not (get_settings().home / "open").exists():
        ctx.check_stop()
        time.sleep(0.02)


def plain(name: str) -> Step[Given]:
    def run(ctx: StepContext[Given]) -> str:
        note(name)
        if ctx.input.stop_at == name:
            wait_until_open(ctx)
        return name

    return Step(name, name.title(), run)


def flaky(ctx: StepContext[Given]) -> None:
    note("flaky")
    if not (get_settings().home / "open").exists():
        raise TimeoutError("not cured yet")


def with_child(ctx: StepContext[Given]) -> None:
    child = subprocess.Popen(  # it keeps running after a kill -9 of this process
        ["sleep", "1000"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        ctx.remember_process(child.pid, psutil.Process(child.pid).create_time())
        note(f"child {child.pid}")
        wait_until_open(ctx)
    finally:
        child.kill()
        child.wait()


def slow_undo(_: UndoContext[Given]) -> None:
    note("undo")
    while not (get_settings().home / "open").exists():
        time.sleep(0.02)
    note("undone")


def kind(
    name: str, *steps: Step[Given], undo: Callable[[UndoContext[Given]], None] | None = None
) -> None:
    register(Kind(name, lambda _: name.title(), Given, tuple(steps), undo=undo))


def register_kinds() -> None:
    kind("plain", plain("one"), plain("two"), plain("three"), undo=slow_undo)
    kind("flaky", plain("one"), Step("flaky", "Flaky", flaky), plain("three"))
    kind("child", plain("one"), Step("child", "Child", with_child))


def kill_at(moment: str, number: int) -> None:
    """Make the process end, as by kill -9, before or after its write of that number."""
    written = itertools.count(1)
    commit = changes.commit

    def commit_and_die(*args: Any, **options: Any) -> Any:
        due = next(written) == number
        if due and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = commit(*args, **options)
        if due:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    changes.commit = commit_and_die


def run_command(word: str, *arguments: str) -> str:
    if word == "start":
        return service.start(arguments[0], Given(stop_at="".join(arguments[1:])))
    if word == "remove_expired":
        return json.dumps(housekeeping.remove_expired(StopFlag()))
    {"retry": service.retry, "cancel": service.cancel}[word](*arguments)
    return "done"


def serve(commands: Connection, environment: dict[str, str]) -> None:
    """Answer commands until the other end of the pipe is closed. It runs in a process of its own, forked from one that
    had another environment."""
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    register_kinds()
    try:
        engine.launch()
    except ProtoDDFError as error:
        commands.send({"refused": error.code})
        return
    if "KILL_AT" in os.environ:
        moment, number = os.environ["KILL_AT"].split()
        kill_at(moment, int(number))
    commands.send({"launched": True})
    with suppress(EOFError):
        while True:
            commands.send({"result": run_command(*commands.recv().split())})
    engine.shutdown()
    os._exit(0)
