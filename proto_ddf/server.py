"""Starts and stops Proto-DDF's own server.

python -m proto_ddf.server start [SUPERVISOR]    build the front end if its sources changed, then serve
python -m proto_ddf.server stop                  end the server and every app it started

SUPERVISOR is the pid of the process that restarts the server after a crash (supervisor.py). The server shuts down when
that process ends.
"""

import hashlib
import http.client
import json
import os
import signal
import ssl
import sys
import threading
import time
import traceback
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pydantic
from reflex_base.environment import environment

from proto_ddf.accounts.sign_in import entry_path
from proto_ddf.errors.settings_errors import describe_settings_errors
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.folder_lock import locked
from proto_ddf.hosting.builds.frontend import build, install
from proto_ddf.hosting.ports import is_free
from proto_ddf.pid_file import end, kill, running, write_pid_file
from proto_ddf.progress import NoProgress
from proto_ddf.serving.hosts import is_loopback, reached_at
from proto_ddf.serving.loading import load_app
from proto_ddf.serving.runner import exit_process, serve
from proto_ddf.settings import PROJECT_ROOT, Settings, get_settings, variable_name

STOP_SECONDS = 10.0
"""Time limit for an orderly shutdown of the server."""
CRASHED = 70
"""The exit code if serving ended with an error: EX_SOFTWARE of sysexits(3), like the watchdog's. A server that never
served exits with 1."""
SUPERVISOR_CHECK_SECONDS = 0.5
PROBE_SECONDS = 2.0
STACKS_FILE = "stacks.log"
"""In the logs folder: the stacks of all threads when the server was frozen."""
WEB = PROJECT_ROOT / ".web"
STAMP = WEB / "proto_ddf.stamp"


class StartRefusedError(Exception):
    """The server refuses to start; the message is one line for the console."""


def main() -> None:
    try:
        _run_command(sys.argv[1:])
    except pydantic.ValidationError as error:
        print("\n".join(describe_settings_errors(error)), file=sys.stderr)
        sys.exit(2)
    except StartRefusedError as error:
        sys.exit(str(error))
    except ProtoDDFError as error:
        sys.exit(f"Proto-DDF does not start: {error.message}")


def _run_command(arguments: list[str]) -> None:
    match arguments:
        case ["start"]:
            start()
        case ["start", supervisor] if supervisor.isdecimal():
            start(int(supervisor))
        case ["stop"]:
            stop()
        case _:
            sys.exit("Usage: python -m proto_ddf.server start|stop")


def start(supervisor: int | None = None) -> None:
    """Serve in the foreground until SIGTERM or SIGINT. The apps keep running after that.

    Raises:
        StartRefusedError: the address is not a loopback address, its port is in use, a server already uses the home
            folder, or the folder cannot be used.
    """
    if supervisor is not None:
        threading.Thread(target=_end_with_supervisor, args=(supervisor,), daemon=True).start()
    settings = get_settings()
    check_reach(settings)
    _prepare_home(settings)
    pid_file = settings.home / "server.json"
    check_not_running(pid_file, supervisor)
    if not is_free(settings.port):
        raise StartRefusedError(
            f"Port {settings.port} is in use by another program. "
            f"Stop that program, or choose another port: make run PORT={settings.port + 1}"
        )
    prepare_frontend()
    os.chdir(PROJECT_ROOT)
    configure_tabs(settings)
    app = load_app(settings.port)
    write_pid_file(pid_file, settings.address, supervisor)
    served = threading.Event()
    threading.Thread(target=_announce, args=(settings, served), daemon=True).start()
    try:
        stacks = settings.logs_folder / STACKS_FILE
        serve(
            app, settings.host, settings.port, settings.own_serving(), STOP_SECONDS, stacks=stacks
        )
    except Exception:
        traceback.print_exc()
        exit_process(CRASHED if served.is_set() else 1)
    pid_file.unlink(missing_ok=True)
    print("Proto-DDF has stopped. Its apps keep running; make stop ends them.", flush=True)
    exit_process(0)


def _prepare_home(settings: Settings) -> None:
    """Raises StartRefusedError if the home folder cannot be used."""
    try:
        settings.prepare_home()
    except OSError as error:
        raise StartRefusedError(
            f"{variable_name('home')}: {settings.home} cannot be used: {error}"
        ) from error


def stop() -> None:
    """End the server and its supervisor, then every app it started."""
    settings = get_settings()
    pid_file = settings.home / "server.json"
    processes = running(pid_file)
    orphans = end(processes, STOP_SECONDS + 5)
    pid_file.unlink(missing_ok=True)
    ended = 0
    if settings.database_path.exists():
        from proto_ddf.db.engine import migrate
        from proto_ddf.hosting.apps import stop_all_processes

        migrate()
        ended = stop_all_processes()
    kill(orphans)
    server = "Proto-DDF has stopped" if processes else "Proto-DDF was not running"
    print(f"{server}; {ended} app{'' if ended == 1 else 's'} ended.")


def check_reach(settings: Settings) -> None:
    """Refuse every address that people on other machines may open if nobody has to sign in: those on which the server and
    its apps listen, and that at which a proxy passes it on."""
    if settings.enable_auth != "false":
        return
    public_url = settings.public_url
    for variable, value, name in (
        ("HOST", settings.host, settings.host),
        ("PUBLIC_URL", public_url, urlsplit(public_url or "").hostname or "localhost"),
        ("APPS_HOST", settings.apps_host, settings.apps_host),
    ):
        if not is_loopback(name):
            raise StartRefusedError(
                f"{variable}={value} is refused: without sign-in Proto-DDF serves only this machine. "
                "Set ENABLE_AUTH=accounts or ENABLE_AUTH=token, or use 127.0.0.1, ::1 or localhost."
            )


def check_not_running(pid_file: Path, supervisor: int | None = None) -> None:
    """Refuse a second server for a home folder, also while another supervisor than `supervisor` is about to restart the
    first one."""
    if any(process.pid != supervisor for process in running(pid_file)):
        address = json.loads(pid_file.read_text())["address"]
        raise StartRefusedError(f"Proto-DDF already runs at {address}. Stop it with: make stop")


def prepare_frontend() -> None:
    """Build Proto-DDF's own pages if their sources have changed since the last build."""
    with locked(PROJECT_ROOT):  # other servers may be started in the same folder
        wanted = fingerprint()
        built = (WEB / "build/client/index.html").exists() and STAMP.exists()
        if built and STAMP.read_text() == wanted:
            return
        print("Building Proto-DDF's pages, once after each change", flush=True)
        STAMP.unlink(missing_ok=True)
        variables = dict(os.environ)
        install(PROJECT_ROOT, _Console(), variables)
        build(PROJECT_ROOT, _Console(), variables)
        STAMP.write_text(wanted)


def configure_tabs(settings: Settings) -> None:
    """Write the state of open tabs to the home folder without delay, so that it survives a kill of the server."""
    environment.REFLEX_STATES_WORKDIR.set(settings.home / "tabs")
    environment.REFLEX_STATE_MANAGER_DISK_DEBOUNCE.set(timedelta(0))


def fingerprint() -> str:
    """A hash of the files that the built pages depend on. Settings are not among them: they are read at run time."""
    digest = hashlib.sha256()
    files = [PROJECT_ROOT / "rxconfig.py", PROJECT_ROOT / "requirements.txt"]
    files += (PROJECT_ROOT / "proto_ddf").rglob("*.py")
    for assets in ("assets", "assets/browser"):  # the second is a link, which rglob does not follow
        files += (file for file in (PROJECT_ROOT / assets).rglob("*") if file.is_file())
    for file in sorted(files):
        digest.update(str(file.relative_to(PROJECT_ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def announcement(settings: Settings) -> list[str]:
    """What the console shows once the server answers."""
    lines = [f"Proto-DDF runs at {settings.address}"]
    if reached_at(settings.host) != settings.host and not settings.public_url:
        lines.append(
            f"HOST={settings.host} has no address for other machines: set PUBLIC_URL to the one that people open."
        )
    if path := entry_path(settings):
        lines.append(f"Open, within an hour: {settings.address}{path}")
    return [*lines, "Ctrl-C ends the server; its apps keep running. make stop ends them too."]


def _announce(settings: Settings, served: threading.Event) -> None:
    while not _answers(settings):
        time.sleep(0.05)
    served.set()
    print("\n".join(announcement(settings)), flush=True)


def _answers(settings: Settings) -> bool:
    """Whether the server answers requests, whatever it answers."""
    connection: http.client.HTTPConnection
    if settings.tls_cert:
        # It is asked on this machine, where its certificate may not be valid.
        context = ssl._create_unverified_context()  # noqa: S323
        connection = http.client.HTTPSConnection(
            settings.host, settings.port, timeout=PROBE_SECONDS, context=context
        )
    else:
        connection = http.client.HTTPConnection(settings.host, settings.port, timeout=PROBE_SECONDS)
    try:
        connection.request("HEAD", "/api/health")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _end_with_supervisor(supervisor: int) -> None:
    """Shut down when the supervisor has ended: nothing would restart this process, or end it on Ctrl-C."""
    while os.getppid() == supervisor:
        time.sleep(SUPERVISOR_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


class _Console(NoProgress):
    """Shows a build on the console."""

    def log(self, line: str) -> None:
        print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
