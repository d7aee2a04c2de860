"""Serves a compiled Reflex app, front end and back end, in one process on one port.

    python -P runner.py --port 3100 --log logs/app.log      in the app's folder

Nothing is compiled or built here: that was done before, see frontend.py. This file imports nothing of
proto_ddf, so that a generated app runs alone, and loads watchdog.py from beside it; Proto-DDF's own server
calls `serve` too.
"""

import argparse
import asyncio
import contextlib
import faulthandler
import gc
import importlib.util
import os
import resource
import signal
import sys
import threading
import time
import traceback
import types
from pathlib import Path
from typing import Any

from reflex_base import constants
from reflex_base.environment import environment

LOG_BYTES = 2 * 1024**2
LOG_FILES = 3
LOG_CHECK_SECONDS = 0.5
STARTED = "Starting on"
"""How the first line of each run begins in the log."""
STOP_SECONDS = 4.0
"""How long an orderly end may take; shorter than the grace a supervisor gives before it kills."""

CONNECTIONS = 1000
"""How many connections are served at once; further ones wait. Each open tab holds one."""
HEAD_SECONDS = 10
"""How long a client may take to send the head of a request, and how long a connection may be idle between two."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.log.parent.mkdir(parents=True, exist_ok=True)
    _point_output_at(arguments.log)
    print(f"{STARTED} {time.strftime('%Y-%m-%d %H:%M:%S')}", flush=True)
    threading.Thread(target=keep_log_small, args=(arguments.log,), daemon=True).start()
    try:
        serve(load(arguments.port), arguments.host, arguments.port)
    except Exception:
        traceback.print_exc()
        leave(1)
    leave(0)


def load(port: int) -> Any:
    """The ASGI app of the Reflex app in the current folder, which was compiled before."""
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)
    # The app's rxconfig.py tells its addresses by it.
    os.environ["REFLEX_FRONTEND_PORT"] = str(port)
    from reflex.utils import prerequisites

    if prerequisites.parse_redis_url() is None:
        leave_out_redis()
    gc.disable()  # what is imported stays: looking for garbage meanwhile only takes time
    module = prerequisites.get_app()
    app = module.app()
    # Leaving it out of later collections as well keeps its pages shared and untouched.
    gc.collect()
    gc.freeze()
    gc.enable()
    return app


def leave_out_redis() -> None:
    """Keep Reflex from importing the Redis client, 5 MB in every app, where no Redis is configured.

    Reflex looks these two names up in any case, and calls neither without Redis.
    """
    name = "reflex.istate.manager.redis"
    absent = types.ModuleType(name)
    absent.__dict__.update(StateManagerRedis=type("StateManagerRedis", (), {}))
    absent.__dict__.update(enable_keyspace_notifications=None)
    sys.modules.setdefault(name, absent)


def serve(
    app: Any,
    host: str,
    port: int,
    stop_seconds: float = STOP_SECONDS,
    frozen_seconds: float | None = None,
    stacks: Path | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT. Leaves this process when ending takes longer than `stop_seconds`, or when
    the event loop does not run for `frozen_seconds` (None: as long as watchdog.py says); what all threads did
    then is written to stderr and appended to `stacks`."""
    allow_many_descriptors()
    asyncio.run(_serve(app, host, port, stop_seconds, frozen_seconds, stacks))


def allow_many_descriptors() -> None:
    """Let this process open as many files and connections as the machine allows it; many start with 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _serve(
    app: Any,
    host: str,
    port: int,
    stop_seconds: float,
    frozen_seconds: float | None,
    stacks: Path | None,
) -> None:
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.server.embed import Server

    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # where both versions are served, silent connections are not cut
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000),
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        log_enabled=False,
    )

    def stop() -> None:
        # Its end was seen to hang, rarely, with the event loop stuck too: a thread leaves without it.
        timer = threading.Timer(stop_seconds, leave, (0,))
        timer.daemon = True
        timer.start()
        server.stop()  # type: ignore[no-untyped-call]

    watchdog = _sibling_module("watchdog")
    seconds = watchdog.FROZEN_SECONDS if frozen_seconds is None else frozen_seconds
    watchdog.watch_loop(asyncio.get_running_loop(), seconds, stacks)
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stop)
    await server.serve()
    if not server.interrupt_signal:
        raise RuntimeError("The server ended by itself")


def _sibling_module(name: str) -> Any:
    """A module beside this file, by its path: -P keeps this folder out of the search path, so that no file
    here hides a module of the app."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"runner_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def leave(code: int) -> None:
    """End this process at once; threads of libraries must not keep it."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def keep_log_small(log: Path) -> None:
    """Rotate the file that stdout and stderr are written to.

    The process itself does it, by pointing its output at a new file, so that logs stay bounded while no
    supervisor runs, and nothing is lost in a crash.
    """
    while True:
        time.sleep(LOG_CHECK_SECONDS)
        with contextlib.suppress(OSError):
            if os.fstat(1).st_size > LOG_BYTES:
                for number in range(LOG_FILES - 1, 1, -1):
                    older, old = (
                        log.with_suffix(f".log.{number}"),
                        log.with_suffix(f".log.{number - 1}"),
                    )
                    if old.exists():
                        old.replace(older)
                log.replace(log.with_suffix(".log.1"))
                _point_output_at(log)


def _point_output_at(log: Path) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


if __name__ == "__main__":
    faulthandler.enable()
    main()
