"""All strategies: what each does, in which case it may help, and what it loses."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from proto_ddf.operations.recovery.actions import (
    configuration,
    disk,
    packages,
    previous,
    proofs,
    running,
    sources,
)
from proto_ddf.operations.recovery.model import Act, RecoverInput, Strategy

_STOP = Act("stop", "Stop the app", packages.stop, applies=lambda given: given.in_place)
_INSTALL = Act("install", "Install packages", packages.install)
_BUILD = Act("build", "Build", packages.build, applies=packages.needs_build)
_REMOVE_WEB = Act("clear_web", "Remove the compiled pages", packages.remove_web)
_CLEAR_CACHE = Act("clear_cache", "Empty the cache of packages", packages.clear_package_cache)
_MADE_AGAIN = (_STOP, _REMOVE_WEB, _CLEAR_CACHE, _INSTALL, _BUILD)


def _app_in_place(obstacle: Callable[[RecoverInput], str]) -> Callable[[RecoverInput], str]:
    def found(given: RecoverInput) -> str:
        if not given.in_place:
            return "the app itself has not failed"
        return packages.no_code(given) or obstacle(given)

    return found


def _never(_given: RecoverInput) -> str:
    return ""


AUTOMATIC = (
    Strategy(
        "restart",
        "Restart the app",
        "Restarting the app",
        "app",
        running.not_startable,
        (Act("restart", "Restart", running.restart),),
        proofs.prove_app,
        limit=2,
    ),
    Strategy(
        "other_port",
        "Move the app to another port",
        "Moving the app to another port",
        "app",
        running.own_port,
        (Act("move", "Reserve other ports", running.take_other_port),),
        proofs.prove_port,
    ),
    Strategy(
        "rebuild",
        "Build the app again",
        "Building the app again",
        "app",
        packages.not_compiled,
        (_STOP, _INSTALL, Act("build", "Build", packages.build)),
        proofs.prove_app,
    ),
    Strategy(
        "reinstall",
        "Install packages again",
        "Installing packages again",
        "app",
        packages.no_code,
        (
            _STOP,
            Act("remove", "Remove the installed packages", packages.remove_packages),
            _INSTALL,
            _BUILD,
        ),
        proofs.prove_app,
    ),
    Strategy(
        "clear_caches",
        "Clear caches and install again",
        "Clearing caches and installing again",
        "app",
        packages.no_code,
        _MADE_AGAIN,
        proofs.prove_app,
    ),
    Strategy(
        "free_disk",
        "Free disk space",
        "Freeing disk space",
        "app",
        _never,
        (Act("free", "Remove what can be made again", disk.free_space),),
        proofs.prove_space,
        frees_space=True,
    ),
    Strategy(
        "reconnect",
        "Open new connections to the source",
        "Opening new connections to the source",
        "source",
        sources.no_connections,
        (Act("reconnect", "Close the connections", sources.reconnect),),
        sources.prove_source,
    ),
    Strategy(
        "refresh_schema",
        "Read the tables of the source again",
        "Reading the tables of the source again",
        "source",
        sources.no_source,
        (Act("read", "Read the tables", sources.refresh_schema),),
        sources.prove_schema,
    ),
    Strategy(
        "wait_for_circuit",
        "Wait until calls are admitted again",
        "Waiting until calls are admitted again",
        "source",
        sources.no_pause,
        (Act("wait", "Wait", sources.wait_for_circuit),),
        sources.prove_circuit,
        limit=2,
    ),
)
ASKING = (
    Strategy(
        "reset_configuration",
        "Reset the configuration",
        "Resetting the configuration",
        "app",
        _app_in_place(configuration.no_other_configuration),
        (
            _STOP,
            Act("reset", "Restore the configuration", configuration.reset_configuration),
            _INSTALL,
            _BUILD,
        ),
        proofs.prove_app,
        loses="Changes of rxconfig.py, app.json, requirements.txt and pyproject.toml since the app last ran well "
        "are lost. Its pages, its data and its log stay.",
    ),
    Strategy(
        "restore_previous",
        "Restore the previous version",
        "Restoring the previous version",
        "app",
        _app_in_place(previous.no_previous),
        (
            Act("copy", "Copy the previous version", previous.copy_previous),
            Act("build", "Build it", previous.build_previous),
            Act("switch", "Switch to it", previous.switch),
        ),
        previous.prove_previous,
        give_up=previous.roll_back,
        loses="The app becomes what it was before it was last generated again: its code as it was then, and, if its rows "
        "were imported, its old rows. Rows that were added or changed since then are not in it. The present version "
        "is kept as the previous one.",
    ),
    Strategy(
        "reset_system",
        "Reset circuits, caches and the app",
        "Resetting circuits, caches and the app",
        "app",
        _app_in_place(_never),
        (Act("circuits", "Close circuits", sources.reset_circuits), *_MADE_AGAIN),
        proofs.prove_app,
        loses="The app is stopped while its packages are downloaded and its pages built again, and the cache of packages, "
        "which all apps share, is emptied. Calls to sources that are paused are admitted again. Code and data stay.",
    ),
    Strategy(
        "clean_environment",
        "Clean the app's environment",
        "Cleaning the app's environment",
        "app",
        _app_in_place(_never),
        (
            _STOP,
            Act("temporary", "Remove temporary files", disk.remove_temporary_files),
            *_MADE_AGAIN[1:],
        ),
        proofs.prove_app,
        loses="The app is stopped while its packages are downloaded and its pages built again. Compiled pages, the cache of "
        "packages, which all apps share, and temporary files are removed. Code and data stay.",
    ),
)
STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {each.name: each for each in (*AUTOMATIC, *ASKING)}
)
"""By name."""
