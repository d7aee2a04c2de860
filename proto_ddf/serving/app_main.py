"""Serves a generated app until its process is told to end; app_process.py calls it."""

import argparse
import threading
import time
import traceback
from pathlib import Path

from .app_log import redirect_output, rotate_log
from .limits import limit_process
from .loading import load_app
from .runner import exit_process, serve
from .settings import LOOPBACK, ServingSettings

STARTED = "Starting on"
"""The beginning of the first line of each run in the log."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.log.parent.mkdir(parents=True, exist_ok=True)
    redirect_output(arguments.log)
    print(f"{STARTED} {time.strftime('%Y-%m-%d %H:%M:%S')}", flush=True)
    threading.Thread(target=rotate_log, args=(arguments.log,), daemon=True).start()
    try:
        settings = ServingSettings.from_environment()
        limit_process(settings.memory_mb, settings.open_files)
        host = settings.sign_in.host if settings.sign_in else LOOPBACK
        serve(load_app(arguments.port), host, arguments.port, settings)
    except Exception:
        traceback.print_exc()
        exit_process(1)
    exit_process(0)
