"""Compiles and builds the front end of the Reflex app in the current folder, as a child process.

    python -P frontend_child.py install PARENT     compile the app to .web, install its front-end packages
    python -P frontend_child.py build PARENT       bundle .web for production, ready to be served

PARENT is the pid of the parent process. This process ends when the parent ends.

Importing an app runs its code, so it never happens in Proto-DDF's own process. This file imports nothing
of proto_ddf, and -P keeps its folder out of the search path, so that no file here can shadow a module of the app.

The exit code says what failed (see the constants) and is read by frontend.py. The output is for people.
"""

import contextlib
import gc
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

APP_FAILED = 10
INSTALL_FAILED = 11
BUILD_FAILED = 12
KILLED = 137
"""The bundler was killed: 128 + SIGKILL, as in a shell."""

PARENT_SECONDS = 0.2
WEB = Path(".web")
SETTINGS = {
    "REFLEX_ENV_MODE": "prod",
    # Pages need the websocket anyway, and server-side rendering would take an eighth of the build's time.
    "REFLEX_SSR": "false",
    # It adds prefixes for browsers older than 2020 and takes a fifth of the build; the minifier adds the others.
    "REFLEX_NO_AUTOPREFIXER": "true",
}
BUNDLER_SETTINGS = {"MIMALLOC_ARENA_EAGER_COMMIT": "0", "NO_COLOR": "1"}
"""The variables that Reflex sets for the bundler (its frontend_env)."""
BACKEND_URL = re.compile(r"""([`"'])(http|ws)s?://[^/`"']+(/[^`"']*)\1""")

REMOVED_PORT = re.compile(r"""(?<=https:.\),)(\w+)\.port=(``|""|'')""")


def main() -> None:
    task, parent = sys.argv[1], int(sys.argv[2])
    threading.Thread(target=end_with_parent, args=(parent,), daemon=True).start()
    exit_code = 0
    try:
        run_task(task)
    except SystemExit as error:
        exit_code = error.code if isinstance(error.code, int) else 1
    if os.getppid() != parent:
        end_group()
    sys.stdout.flush()
    os._exit(exit_code)  # a normal exit of the interpreter would take a fifth of the compile time


def end_with_parent(parent: int) -> None:
    """End this process when its parent has ended, for example was killed: the step's next run starts again."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    end_group()


def end_group() -> None:
    """End this process and its tools. It is the leader of its own process group."""
    os.killpg(0, signal.SIGKILL)


def run_task(name: str) -> None:
    os.environ.update(SETTINGS)
    # The process ends before the memory matters, and garbage collection takes an eighth of the compile time.
    gc.disable()
    {"install": install, "build": build}[name]()


def install() -> None:
    """Compile the app, which also installs the packages its pages need."""
    from reflex.utils import build as reflex_build
    from reflex.utils import frontend_skeleton, js_runtimes, prerequisites

    install_packages = js_runtimes.install_frontend_packages

    def install_or_exit(*args: Any) -> None:
        print("Installing front-end packages", flush=True)
        with exit_on_error(INSTALL_FAILED):
            install_packages(*args)

    js_runtimes.install_frontend_packages = install_or_exit  # type: ignore[assignment]
    with exit_on_error(APP_FAILED):
        if prerequisites.needs_reinit():
            print("Preparing the front-end folder", flush=True)
            prerequisites.initialize_reflex_user_directory()  # type: ignore[no-untyped-call]
            frontend_skeleton.initialize_web_directory()  # type: ignore[no-untyped-call]
        # The registry may be another one than when the folder was prepared.
        frontend_skeleton.initialize_bun_config()  # type: ignore[no-untyped-call]
        frontend_skeleton.initialize_npmrc()  # type: ignore[no-untyped-call]
        print("Compiling the app", flush=True)
        prerequisites.get_compiled_app(trigger="export")
        reflex_build.setup_frontend(Path.cwd())


def build() -> None:
    """Reflex's own build, but with Bun, with output line by line, and with relative addresses."""
    with exit_on_error(BUILD_FAILED):
        bundling = start_bundling()  # first, because Reflex can be imported while the bundler runs
        from reflex.utils import build as reflex_build
        from reflex_base.config import get_config

        # The pages are served on this machine only, so that compressed files would only cost a tenth of the build.
        get_config().frontend_compression_formats = []
        # Reflex would remove the folder of the build, in which the bundler already writes.
        reflex_build.path_ops.rm = lambda _path: None  # type: ignore[attr-defined]
        reflex_build.processes = RunningBuild(bundling)  # type: ignore[attr-defined, assignment]
        reflex_build.build()  # type: ignore[no-untyped-call]
        make_addresses_relative(WEB / "build" / "client")


def start_bundling() -> subprocess.Popen[bytes]:
    """Start the bundler. Bun takes a quarter less time than Node; not using package.json's script saves 0.5 s."""
    print("Bundling the pages", flush=True)
    shutil.rmtree(WEB / "build", ignore_errors=True)
    bundler = ["node_modules/.bin/react-router", "build", "--logLevel", "warn"]
    command = [shutil.which("bun") or "bun", "--bun", *bundler]
    return subprocess.Popen(command, cwd=WEB, env={**BUNDLER_SETTINGS, **os.environ})


@contextlib.contextmanager
def exit_on_error(code: int) -> Iterator[None]:
    """Turn any exception inside into the exit code, and print its traceback."""
    try:
        yield
    except SystemExit as error:
        known = error.code in (APP_FAILED, INSTALL_FAILED, BUILD_FAILED, KILLED)
        if isinstance(error.code, str):  # Python would print it too
            print(error.code, flush=True)
        raise SystemExit(error.code if known else code) from error
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        raise SystemExit(code) from error


class RunningBuild:
    """Replaces reflex.utils.processes while Reflex builds: it returns the process that is already running."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def new_process(self, *_args: Any, **_kwargs: Any) -> subprocess.Popen[bytes]:
        return self._process

    def show_progress(self, *_args: Any) -> None:
        if self._process.wait() == -signal.SIGKILL:
            raise SystemExit(KILLED)


def make_addresses_relative(static_files: Path) -> None:
    """Let the built pages connect to the address that they were loaded from.

    Reflex writes a fixed address into a build. Without it the app works on any port, and both under 127.0.0.1 and
    under localhost.

    Raises:
        RuntimeError: if the build has no such address.
    """
    for file in (static_files / "assets").glob("reflex-env-*.js"):
        text, count = BACKEND_URL.subn(relative, file.read_text())
        if count:
            file.write_text(text)
            break
    else:
        raise RuntimeError("The build has no backend address: Reflex has changed how it writes it")
    keep_port(static_files)


def keep_port(static_files: Path) -> None:
    """Let pages that were loaded from localhost by HTTPS connect to the port that they were loaded from. Reflex takes it
    for granted that a proxy listens at the default port there.

    Raises:
        RuntimeError: if the build does not contain this.
    """
    found = 0
    for file in (static_files / "assets").glob("*.js"):
        text, count = REMOVED_PORT.subn(r"\1.port=location.port", file.read_text())
        if count:
            found += count
            file.write_text(text)
    if not found:
        raise RuntimeError("The build does not remove the port: Reflex has changed how it connects")


def relative(match: re.Match[str]) -> str:
    scheme, path = match.group(2), match.group(3)
    origin = 'location.origin.replace(/^http/,"ws")' if scheme == "ws" else "location.origin"
    return f'{origin}+"{path}"'


if __name__ == "__main__":
    main()
