"""Serves a compiled Reflex app, front end and back end, in one process on one port.

    python -P runner.py --port 3100 --log logs/app.log      in the app's folder

The app must be compiled and built before, see frontend.py. This file imports nothing of proto_ddf, so that a
generated app runs alone; it loads watchdog.py from its own folder. Proto-DDF's own server calls `serve` too.
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
"""The beginning of the first line of each run in the log."""
STOP_SECONDS = 4.0
"""Time limit for an orderly shutdown; shorter than the grace period before a supervisor kills."""

CONNECTIONS = 1000
"""Maximum of open connections; further ones wait. Each open tab has one."""
HEAD_SECONDS = 10
"""Time limit for a client to send the headers of a request, and for an idle connection."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.log.parent.mkdir(parents=True, exist_ok=True)
    _redirect_output(arguments.log)
    print(f"{STARTED} {time.strftime('%Y-%m-%d %H:%M:%S')}", flush=True)
    threading.Thread(target=rotate_log, args=(arguments.log,), daemon=True).start()
    try:
        serve(load_app(arguments.port), arguments.host, arguments.port)
    except Exception:
        traceback.print_exc()
        exit_process(1)
    exit_process(0)


def load_app(port: int) -> Any:
    """The ASGI app of the Reflex app in the current folder, which must be compiled."""
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)
    # The app's rxconfig.py makes its addresses from this variable.
    os.environ["REFLEX_FRONTEND_PORT"] = str(port)
    from reflex.utils import prerequisites

    if prerequisites.parse_redis_url() is None:
        skip_redis_import()
    gc.disable()  # imported modules are never freed, so that collecting garbage now only takes time
    module = prerequisites.get_app()
    app = module.app()
    # Later collections ignore these objects too, so that they do not write to their memory pages.
    gc.collect()
    gc.freeze()
    gc.enable()
    return app


def skip_redis_import() -> None:
    """Prevent Reflex from importing the Redis client, which takes 5 MB in every app, if no Redis is configured.

    Reflex imports these two names in any case, but does not call them without Redis.
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
    """Serve until SIGTERM or SIGINT.

    The process exits if the shutdown takes longer than `stop_seconds`, or if the event loop does not run for
    `frozen_seconds` (None: the default of watchdog.py). In the second case the stacks of all threads are written to
    stderr and appended to the file `stacks`.
    """
    raise_descriptor_limit()
    asyncio.run(_serve(app, host, port, stop_seconds, frozen_seconds, stacks))


def raise_descriptor_limit() -> None:
    """Raise the limit of open files and connections, often 1,024, to the maximum for this process."""
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
        http=HTTPModes.http1,  # with HTTP/2 enabled, idle connections are never closed
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000),
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        log_enabled=False,
    )

    def stop() -> None:
        # Rarely the shutdown hangs and blocks the event loop; then this thread ends the process.
        timer = threading.Timer(stop_seconds, exit_process, (0,))
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
        raise RuntimeError("The server ended without a signal")


def _sibling_module(name: str) -> Any:
    """Load a module from the folder of this file. With -P the folder is not in the search path, so that no file in it
    hides a module of the app."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"runner_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def exit_process(code: int) -> None:
    """End this process at once, without waiting for threads of libraries."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def rotate_log(log: Path) -> None:
    """Rotate the file that stdout and stderr are written to, for the life of this process.

    The process redirects its own output to a new file. So the logs stay small without a supervisor, and no output is
    lost in a crash.
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
                _redirect_output(log)


def _redirect_output(log: Path) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


if __name__ == "__main__":
    faulthandler.enable()
    main()
