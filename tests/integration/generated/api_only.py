"""Serves a generated app without its pages, so that it needs no build.

Its process ends at the moment that the file "die" names: before the "commit" of a change, or before its "reply" is kept."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import reflex.app  # noqa: F401 - loaded here, it is loaded once for all processes that are forked
from reflex.utils import prerequisites
from reflex_base import constants
from reflex_base.environment import environment

from proto_ddf.serving.runner import serve
from proto_ddf.serving.settings import ServingSettings

DIED = 9
"""The exit code of a process that was told to die."""


def serve_api(folder: Path, slug: str, port: int, variables: dict[str, str]) -> None:
    """Serve the app in the folder. It runs in a process of its own, forked from one that had another environment."""
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    os.environ["REFLEX_FRONTEND_PORT"] = str(port)
    app = prerequisites.get_app().app()
    _die_when_told(slug)
    serve(app, "127.0.0.1", port, ServingSettings())


def _die_when_told(slug: str) -> None:
    database = importlib.import_module(f"{slug}.database")
    store = importlib.import_module(f"{slug}.submission_store")

    def dying(moment: str, act: Any) -> Any:
        def act_or_die(*given: Any, **named: Any) -> Any:
            told = Path("die")
            if told.exists() and told.read_text() == moment:
                told.unlink()
                os._exit(DIED)
            return act(*given, **named)

        return act_or_die

    dialect = database.engine().dialect
    dialect.do_commit = dying("commit", dialect.do_commit)
    store.keep = dying("reply", store.keep)
