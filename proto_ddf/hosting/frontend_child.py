"""Compiles and builds the front end of the Reflex app in the current folder, as a child process.

    python -P frontend_child.py install PARENT     compile the app to .web, install its front-end packages
    python -P frontend_child.py build PARENT       bundle .web for production, ready to be served

PARENT is the pid of the process that starts it, whose end ends it.

Importing an app runs its code, so it never happens in Proto-DDF's own process. This file imports nothing
of proto_ddf: with -P neither it nor its neighbours can shadow a module of the app.

The exit code says what failed: see the constants; frontend.py reads it. Output is for people.
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

from reflex_base import constants
from reflex_base.config import get_config
from reflex_base.environment import environment
from reflex_base.plugins import Plugin

APP_FAILED = 10
INSTALL_FAILED = 11
BUILD_FAILED = 12

PARENT_SECONDS = 0.2
BACKEND_URL = re.compile(r"""([`"'])(http|ws)s?://[^/`"']+(/[^`"']*)\1""")


def main() -> None:
    task, parent = sys.argv[1], int(sys.argv[2])
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    try:
        run_task(task)
    finally:
        if os.getppid() != parent:
            end_group()


def end_with(parent: int) -> None:
    """End this process once its parent is gone, killed say: the step's next run starts over."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    end_group()


def end_group() -> None:
    """End this process and its tools; it leads a group of its own."""
    os.killpg(0, signal.SIGKILL)


def run_task(name: str) -> None:
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    # Pages come alive through the websocket anyway: rendering them beforehand costs an eighth of the build.
    environment.REFLEX_SSR.set(False)
    # Nothing but prefixes for browsers of before 2020, at a fifth of the build; the minifier adds the others.
    environment.REFLEX_NO_AUTOPREFIXER.set(True)
    # The process is over before the memory matters, and collecting takes an eighth of the compile.
    gc.disable()
    {"install": install, "build": build}[name]()


def install() -> None:
    """Compile the app, which also installs the packages its pages need."""
    from reflex.utils import build as reflex_build
    from reflex.utils import frontend_skeleton, js_runtimes, prerequisites

    install_packages = js_runtimes.install_frontend_packages

    def install_or_exit(*args: Any) -> None:
        print("Installing front-end packages", flush=True)
        with exiting(INSTALL_FAILED):
            install_packages(*args)

    js_runtimes.install_frontend_packages = install_or_exit  # type: ignore[assignment]
    with exiting(APP_FAILED):
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
    """Reflex's own build with another runtime, its output shown as it comes, and addresses made relative."""
    from reflex.utils import build as reflex_build

    with exiting(BUILD_FAILED):
        # Served on this machine alone: compressed files would save nothing and take a tenth of the build.
        get_config().frontend_compression_formats = []
        reflex_build.processes = StreamedBuild  # type: ignore[attr-defined, assignment]
        get_config().plugins.append(SameOrigin())
        reflex_build.build()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def exiting(code: int) -> Iterator[None]:
    """Turn any failure inside into the exit code, its traceback printed."""
    try:
        yield
    except SystemExit as error:
        known = error.code in (APP_FAILED, INSTALL_FAILED, BUILD_FAILED)
        raise SystemExit(error.code if known else code) from error
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        raise SystemExit(code) from error


class StreamedBuild:
    """Stands in for reflex.utils.processes while Reflex builds: Bun instead of Node, output as it comes.

    Bun takes a quarter less time, and going past the script in package.json saves another half second.
    """

    @staticmethod
    def new_process(args: list[Any], *, run: bool = False, **kwargs: Any) -> Any:
        bundling = args[-2:] == ["run", "export"]
        script = (
            ["node_modules/.bin/react-router", "build", "--logLevel", "warn"]
            if bundling
            else [str(part) for part in args[1:]]
        )
        command = [shutil.which("bun") or "bun", "--bun", *script]
        place = {name: kwargs[name] for name in ("cwd", "env") if name in kwargs}
        return subprocess.run(command, **place) if run else subprocess.Popen(command, **place)

    @staticmethod
    def show_progress(_message: str, process: subprocess.Popen[bytes], _marks: list[str]) -> None:
        print("Bundling the pages", flush=True)
        process.wait()


class SameOrigin(Plugin):
    """A Reflex plugin that lets the built pages talk to the address they came from.

    Reflex bakes one address into a build. Without it the app works on any port, and under 127.0.0.1 as under
    localhost.
    """

    def post_build(self, **context: Any) -> None:
        static_dir: Path = context["static_dir"]
        for file in (static_dir / "assets").glob("reflex-env-*.js"):
            text, count = BACKEND_URL.subn(self.relative, file.read_text())
            if count:
                file.write_text(text)
                return
        raise RuntimeError("The build holds no backend address: Reflex changed how it bakes it in")

    @staticmethod
    def relative(match: re.Match[str]) -> str:
        scheme, path = match.group(2), match.group(3)
        origin = 'location.origin.replace(/^http/,"ws")' if scheme == "ws" else "location.origin"
        return f'{origin}+"{path}"'


if __name__ == "__main__":
    main()
