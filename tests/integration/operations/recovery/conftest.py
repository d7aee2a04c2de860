"""A running app whose builds are simulated, as for regenerating; everything else of a repair is real."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from proto_ddf.hosting.launch import folder
from proto_ddf.operations.recovery.actions import packages
from proto_ddf.progress import NoProgress, Progress
from tests.integration.operations.kinds.conftest import (  # noqa: F401 - fixtures
    _all_kinds,
    ended,
    people,
    people_file,
    shop,
    shop_file,
)
from tests.integration.operations.kinds.regenerate.conftest import (  # noqa: F401 - fixtures
    builds,
    running,
)
from tests.integration.operations.kinds.regenerate.driving import SLUG


class Toolchain:
    """Replaces the tools of a build. Each call is noted; `failing` makes the ones it names fail."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.failing: Callable[[str, Path], None] = lambda _task, _place: None
        self.go = threading.Event()
        """Until it is set, an installation waits, as one that takes long."""
        self.go.set()

    def install(self, place: Path, progress: Progress) -> None:
        self._run("install", place)
        while not self.go.wait(0.02):
            progress.check_stop()
        modules = place / ".web" / "node_modules" / "left"
        modules.mkdir(parents=True, exist_ok=True)
        (modules / "package.json").write_text("{}")
        (place / ".web" / "package.json").write_text('{"dependencies": {"left": "1"}}')

    def build(self, place: Path, _progress: object) -> None:
        self._run("build", place)
        client = place / ".web" / "build" / "client"
        client.mkdir(parents=True, exist_ok=True)
        (client / "index.html").write_text("built")

    def clear_cache(self, _argv: object, **_given: object) -> int:
        self.calls.append("clear cache")
        return 0

    def _run(self, task: str, place: Path) -> None:
        self.calls.append(task)
        self.failing(task, place)


@pytest.fixture
def toolchain(builds: object, monkeypatch: pytest.MonkeyPatch) -> Toolchain:  # noqa: F811
    simulated = Toolchain()
    monkeypatch.setattr(packages.frontend, "install", simulated.install)
    monkeypatch.setattr(packages.frontend, "build", simulated.build)
    monkeypatch.setattr(packages, "run_process", simulated.clear_cache)
    return simulated


@pytest.fixture
def app(toolchain: Toolchain, workshop: object, people: object, running: object) -> Path:  # noqa: F811
    """The folder of an app with rows of its own, which is built and does not run."""
    running(people, start=False)  # type: ignore[operator]
    place = folder(SLUG)
    shutil.rmtree(place / ".web")
    toolchain.install(place, NoProgress())
    toolchain.build(place, NoProgress())
    toolchain.calls.clear()
    return place
