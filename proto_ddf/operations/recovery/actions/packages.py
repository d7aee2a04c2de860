"""Front-end packages, their caches, and builds."""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from proto_ddf import errors
from proto_ddf.errors.exit_codes import describe_exit_code
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting.builds import frontend
from proto_ddf.hosting.builds.toolchain import build_environment
from proto_ddf.hosting.processes import run_process
from proto_ddf.operations.recovery.model import Recovering, RecoverInput

WEB = ".web"
MODULES = "node_modules"
_INSTALLED = "reflex.*.cached"
"""Where Reflex notes what it has installed: with the same packages it does not install again."""
_CACHE_SECONDS = 120.0


def no_code(given: RecoverInput) -> str:
    """The obstacle of all repairs of packages and builds."""
    return "" if (given.folder / "rxconfig.py").exists() else "the app's code is not written yet"


def not_compiled(given: RecoverInput) -> str:
    if (given.folder / WEB / MODULES).is_dir():
        return no_code(given)
    return "no packages are installed yet"


def stop(context: Recovering) -> None:
    """End an app that is repaired in place: nothing may read the files that are replaced."""
    if context.input.in_place:
        hosted.stop_app(context.input.slug, context)


def remove_packages(context: Recovering) -> None:
    web = context.input.folder / WEB
    for note in web.glob(_INSTALLED):
        note.unlink(missing_ok=True)
    shutil.rmtree(web / MODULES, ignore_errors=True)
    context.report("The installed packages are removed")


def remove_web(context: Recovering) -> None:
    shutil.rmtree(context.input.folder / WEB, ignore_errors=True)
    context.report("The compiled pages and the installed packages are removed")


def clear_package_cache(context: Recovering) -> None:
    """Empty Bun's cache, which all apps and projects of this user share; it fills again by itself.

    Raises:
        SystemError: code process_failed; toolchain_missing.
    """
    context.report("Emptying the cache of packages")
    with TemporaryDirectory() as project:
        (Path(project) / "package.json").write_text("{}")  # Bun asks for one
        exit_code = run_process(
            ["bun", "pm", "cache", "rm"],
            cwd=Path(project),
            env=build_environment(),
            log_to=context,
            timeout=_CACHE_SECONDS,
        )
    if exit_code != 0:
        raise errors.SystemError(
            "The cache of packages was not emptied",
            component="recovery",
            code="process_failed",
            command="bun pm cache rm",
            exit_code=exit_code,
            reason=describe_exit_code(exit_code),
        )


def install(context: Recovering) -> None:
    frontend.install(context.input.folder, context)


def build(context: Recovering) -> None:
    frontend.build(context.input.folder, context)


def needs_build(given: RecoverInput) -> bool:
    """Whether the repair itself must build: the app is repaired in place, or the build is what failed."""
    return given.in_place or given.failed_step in ("build", "restart", "check")


def check_packages(folder: Path) -> None:
    """Every package that the app needs is installed.

    Raises:
        SystemError: code recovery_without_effect, with the first one that is missing.
    """
    web = folder / WEB
    try:
        needed = json.loads((web / "package.json").read_text()).get("dependencies", {})
    except (OSError, ValueError):
        needed = {"package.json": ""}
    for name in needed:
        if not (web / MODULES / name / "package.json").exists():
            raise without_effect(f"the package {name} is missing")


def check_build(folder: Path) -> None:
    """Raises SystemError, code recovery_without_effect, if there is no build."""
    if not (folder / WEB / "build" / "client" / "index.html").exists():
        raise without_effect("there is no first page in the build")


def without_effect(reason: str) -> errors.SystemError:
    return errors.SystemError(
        f"The repair did not help: {reason}",
        component="recovery",
        code="recovery_without_effect",
        reason=reason,
    )
