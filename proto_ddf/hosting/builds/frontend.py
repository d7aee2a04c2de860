"""Front ends of apps: `install` compiles the app and installs its packages, `build` bundles it.

Each is a step of an operation and may run twice. After both, the runner can serve the app's folder.
"""

import os
import shutil
import sys
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from proto_ddf import errors
from proto_ddf.errors.exit_codes import describe_exit_code
from proto_ddf.errors.types import IntegrationError
from proto_ddf.hosting.builds.frontend_child import APP_FAILED, INSTALL_FAILED
from proto_ddf.hosting.builds.queue import BUILDS
from proto_ddf.hosting.builds.toolchain import build_environment, registry_host
from proto_ddf.hosting.processes import run_process
from proto_ddf.progress import Progress
from proto_ddf.resilience import policy

if TYPE_CHECKING:
    from proto_ddf.errors.outputs import OutputFinding

REGISTRY = "package_registry"
"""The system of the policy for installations."""
CHILD = Path(__file__).with_name("frontend_child.py")
LOW_DISK_BYTES = 4 * 1024**2


def install(folder: Path, progress: Progress, variables: Mapping[str, str] | None = None) -> None:
    """Compile the app in `folder` to its .web and install the front-end packages that its pages need.

    `variables` are added to the environment in which the app is imported.

    Raises:
        SystemError: code install_failed, build_failed (the app's code does not compile), disk_space_low,
            out_of_memory, process_killed or toolchain_missing; the first two with `reason` in their context.
        IntegrationError: code registry_unreachable, if the retries failed too.
        CircuitOpenError: calls to the registry are paused.
    """
    progress.report("Installing front-end packages")
    policy(REGISTRY, registry_host()).call_sync(
        _run, "install", folder, progress, variables or {}, failure="install_failed"
    )


def build(folder: Path, progress: Progress, variables: Mapping[str, str] | None = None) -> None:
    """Bundle the compiled app for production. Raises as `install` does."""
    with BUILDS.slot(progress):
        progress.report("Building the front end")
        _run("build", folder, progress, variables or {}, failure="build_failed")


def _run(
    task: str, folder: Path, progress: Progress, variables: Mapping[str, str], failure: str
) -> None:
    tail = _Tail(progress)
    argv = [sys.executable, "-P", str(CHILD), task, str(os.getpid())]
    environment = {**variables, **build_environment()}
    exit_code = run_process(argv, cwd=folder, env=environment, log_to=tail)
    if exit_code == 0:
        return
    from proto_ddf.errors.outputs import read_output  # when needed: it takes 20 ms

    output = read_output("\n".join(tail.lines), exit_code)
    cause = output.finding.code if output else ""
    if cause == "disk_space_low" or shutil.disk_usage(folder).free < LOW_DISK_BYTES:
        _free_disk_space(folder)
        raise errors.SystemError("The disk is full", component="frontend", code="disk_space_low")
    if output and exit_code == INSTALL_FAILED and cause == "registry_unreachable":
        raise _registry_error(output, tail.lines)
    if cause == "process_killed":
        raise errors.SystemError(
            f"{task} was killed", component="frontend", code="process_killed", exit_code=exit_code
        )
    code = "build_failed" if exit_code == APP_FAILED else failure
    if cause == "out_of_memory":
        code = cause
    reason = (output.reason if output else "") or describe_exit_code(exit_code)
    raise errors.SystemError(
        f"{task} failed: {reason}",
        component="frontend",
        code=code,
        reason=reason,
        location=output.location if output else "",
        exit_code=exit_code,
        log=list(tail.lines)[-20:],
    )


def _free_disk_space(folder: Path) -> None:
    """Remove incomplete output, which the next run makes again: recording the failure needs some space too."""
    for partial in ("node_modules", "build"):
        shutil.rmtree(folder / ".web" / partial, ignore_errors=True)


def _registry_error(output: "OutputFinding", lines: deque[str]) -> IntegrationError:
    host = registry_host()
    reason = output.finding.context["reason"]
    return IntegrationError(
        f"{host} cannot be used now: {reason}",
        system=host,
        operation="install packages",
        code="registry_unreachable",
        reason=reason,
        log=list(lines)[-20:],
    )


class _Tail:
    """A Progress that passes everything on to another one and keeps the last lines."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.lines: deque[str] = deque(maxlen=200)

    def log(self, line: str) -> None:
        self.lines.append(line)
        self._progress.log(line)

    def report(self, message: str) -> None:
        self._progress.report(message)

    def retrying(self, attempt: int, attempts: int, wait: float, error: BaseException) -> None:
        self._progress.retrying(attempt, attempts, wait, error)

    def check_stop(self) -> None:
        self._progress.check_stop()

    def remember_process(self, pid: int, create_time: float) -> None:
        self._progress.remember_process(pid, create_time)
