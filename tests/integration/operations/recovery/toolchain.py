"""Stands in for the tools of a build: a repair installs and builds in no time, and as a test wants it."""

import threading
from collections.abc import Callable
from pathlib import Path

from proto_ddf.operations.recovery.actions import packages
from proto_ddf.progress import Progress


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

    def put_in_place(self, set_attribute: Callable[[object, str, object], None] = setattr) -> None:
        set_attribute(packages.frontend, "install", self.install)
        set_attribute(packages.frontend, "build", self.build)
        set_attribute(packages, "run_process", self.clear_cache)
