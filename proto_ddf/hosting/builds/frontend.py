"""Front ends of apps: `install` compiles the app and installs its packages, `build` bundles it.

Each is a step of an operation and may run twice. After both, the runner can serve the app's folder.
"""

import os
import shutil
import sys
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proto_ddf import errors
from proto_ddf.errors import classify
from proto_ddf.errors.catalogue import CATALOGUE
from proto_ddf.errors.exit_codes import describe_exit_code
from proto_ddf.errors.types import IntegrationError, ProtoDDFError
from proto_ddf.hosting.builds.frontend_child import APP_FAILED, INSTALL_FAILED
from proto_ddf.hosting.builds.queue import BUILDS
from proto_ddf.hosting.builds.toolchain import build_environment, registry_host
from proto_ddf.hosting.processes import run_process
from proto_ddf.progress import PassedOn, Progress
from proto_ddf.resilience import policy

REGISTRY = "package_registry"
"""The system of the policy for installations."""
CHILD = Path(__file__).with_name("frontend_child.py")
LOW_DISK_BYTES = 4 * 1024**2
_MACHINE_CODES = frozenset({"out_of_memory", "process_killed"})
"""Of what is found in the output: these say more than that a task failed, and concern no one task."""


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
    raise _failure(folder, failure, exit_code, list(tail.lines))


def _failure(folder: Path, failure: str, exit_code: int, log: list[str]) -> ProtoDDFError:
    """The error for a child that failed. Its log goes along, for the description of the error."""
    code = "build_failed" if exit_code == APP_FAILED else failure
    known: dict[str, Any] = {"exit_code": exit_code, "log": log}
    found = classify(_system_error(code, known), "\n".join(log))
    if found.code == "disk_space_low" or shutil.disk_usage(folder).free < LOW_DISK_BYTES:
        _free_disk_space(folder)
        return errors.SystemError("The disk is full", component="frontend", code="disk_space_low")
    if exit_code == INSTALL_FAILED and found.code == "registry_unreachable":
        return IntegrationError(
            f"{registry_host()} cannot be used now: {found.explanation}",
            system=registry_host(),
            operation="install packages",
            code=found.code,
            reason=found.explanation,
            **known,
        )
    known["reason"] = found.reason or describe_exit_code(exit_code)
    known["location"] = found.location
    return _system_error(found.code if found.code in _MACHINE_CODES else code, known)


def _system_error(code: str, context: Mapping[str, Any]) -> errors.SystemError:
    reason = context.get("reason", "")
    return errors.SystemError(
        f"{CATALOGUE[code].title}: {reason}", component="frontend", code=code, **context
    )


def _free_disk_space(folder: Path) -> None:
    """Remove incomplete output, which the next run makes again: recording the failure needs some space too."""
    for partial in ("node_modules", "build"):
        shutil.rmtree(folder / ".web" / partial, ignore_errors=True)


class _Tail(PassedOn):
    """A Progress that passes everything on to another one and keeps the last lines."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(progress)
        self.lines: deque[str] = deque(maxlen=200)

    def log(self, line: str) -> None:
        self.lines.append(line)
        self._progress.log(line)
