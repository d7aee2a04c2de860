"""An engine with its own home folder, and kinds of operation made for tests."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import BaseModel

from proto_ddf.operations import service
from proto_ddf.operations.engine import engine, queue
from proto_ddf.operations.model import KINDS, Kind, Step, StepContext, UndoContext, register
from proto_ddf.operations.views import OperationView
from proto_ddf.settings import get_settings
from tests.homes import close_databases


@pytest.fixture(scope="session", autouse=True)
def _forked_servers(socket_removed: None) -> None:
    """Tests of this package fork servers."""


class Given(BaseModel):
    name: str = "shop"


class Workshop:
    """Starts operations made of plain functions, and waits for their outcomes."""

    def start(
        self,
        *runs: Callable[[StepContext[Given]], object],
        undo: Callable[[UndoContext[Given]], None] | None = None,
        kind: str = "test",
    ) -> str:
        steps = [Step(run.__name__, run.__name__.title(), run) for run in runs]
        register(
            Kind(
                kind,
                lambda g: f"Make {g.name}",
                Given,
                tuple(steps),
                subject=lambda g: g.name,
                undo=undo,
            )
        )
        return service.start(kind, Given())

    @staticmethod
    def until(probe: Callable[[], object]):
        return _until(probe)

    def wait(self, operation_id: str, *states: str) -> OperationView:
        return _until(lambda: self._in(operation_id, states))

    def wait_cleaned_up(self, operation_id: str) -> OperationView:
        _until(lambda: self._view(operation_id).finished_at)
        return self._view(operation_id)

    @staticmethod
    def wait_queue_empty() -> None:
        """Wait until DBOS, too, has recorded the end of every run."""
        _until(lambda: not queue.active_workflows())

    def _in(self, operation_id: str, states: Sequence[str]) -> OperationView | None:
        view = self._view(operation_id)
        return view if view.state in states else None

    def _view(self, operation_id: str) -> OperationView:
        view = service.view(operation_id)
        assert view is not None
        return view


def _until(probe: Callable[[], object], seconds: float = 120.0):
    """Calls `probe` until it returns something true, and returns that."""
    deadline = time.monotonic() + seconds
    while not (found := probe()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


@pytest.fixture
def until() -> Callable[..., object]:
    """Calls a probe until it returns something true, and returns that."""
    return _until


@pytest.fixture(scope="session")
def launched_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with created databases: DBOS notices a new queue a second late."""
    folder = tmp_path_factory.mktemp("launched") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTO_DDF_HOME", str(folder))
        get_settings.cache_clear()
        engine.launch()
        engine.shutdown()
        close_databases()
    get_settings.cache_clear()
    return folder


@pytest.fixture
def prepared_home(home: Path, launched_once: Path) -> Iterator[Path]:
    for file in launched_once.glob("*.db*"):
        shutil.copy(file, home)
    kinds = dict(KINDS)
    yield home
    KINDS.clear()
    KINDS.update(kinds)
    close_databases()


@pytest.fixture
def workshop_in() -> Workshop:
    """For a test that launches the engine itself."""
    return Workshop()


@pytest.fixture
def workshop(prepared_home: Path) -> Iterator[Workshop]:
    """Has a launched engine. At the end of every test nothing may be running."""
    engine.launch()
    yield Workshop()
    engine.shutdown()
    names = [t.name for t in threading.enumerate() if t.name.startswith(("operations-", "clean-"))]
    assert names == []
