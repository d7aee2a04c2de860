"""An app with a git repository, and stand-ins for the git server and for Codegen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proto_ddf.generator.code.package import code_files
from proto_ddf.hosting import launch
from proto_ddf.hosting.apps import stop_all_processes
from proto_ddf.hosting.builds import frontend
from proto_ddf.operations import all_kinds, service
from proto_ddf.operations.escalation.codegen import asking, runs, waiting
from proto_ddf.operations.escalation.codegen.client import PullRequest
from proto_ddf.settings import get_settings
from tests.integration.operations.codegen.driving import SLUG, connect
from tests.policies import QUICK, fresh_policies
from tests.ports import free_ports, port_range
from tests.servers.codegen import CodegenServer, codegen_server
from tests.servers.git_server import BareRepository, GitServer, git_server
from tests.written_apps import write_app

README = "Kept by the repository\n"


@pytest.fixture(scope="session")
def git_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with git_server(tmp_path_factory.mktemp("git")) as server:
        yield server


@pytest.fixture
def bare(git_place: GitServer, request: pytest.FixtureRequest) -> BareRepository:
    """A repository with a workflow of its own, which the app does not have."""
    name = f"shop-{abs(hash(request.node.nodeid))}.git"
    return git_place.make(name, {".github/workflows/ci.yml": README, "NOTES": README})


@pytest.fixture
def codegen(prepared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CodegenServer]:
    with codegen_server() as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        for module, name, value in (
            (asking, "LOOK_SECONDS", 0.0),
            (asking, "LOOK_EVERY_SECONDS", 0.05),
            (waiting, "POLL_SECONDS", 0.05),
        ):
            monkeypatch.setattr(module, name, value)
        fresh_policies(monkeypatch, codegen={**QUICK, "circuit_breaker_reset_timeout_ms": 10})
        yield server


@pytest.fixture
def app(prepared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an app with rows of its own; its build is simulated, its process is real."""
    all_kinds.register_all()
    for name, value in port_range(free_ports(10)).items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    runner = Path(__file__).parents[1] / "kinds" / "plain_runner.py"
    monkeypatch.setattr(launch, "RUNNER", runner)
    monkeypatch.setattr(frontend, "install", _install)
    monkeypatch.setattr(frontend, "build", lambda place, _progress: None)
    place = write_app("My app")
    for name in (".web/built.js", "data/rows.txt", "logs/app.log", "uploaded_files/one", ".env"):
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text("NOT-CODE\n")
    (place.with_name(f"{SLUG}.previous")).mkdir()
    (place.with_name(f"{SLUG}.previous") / "old.py").write_text("NOT-CODE\n")
    yield place
    stop_all_processes()


def _install(place: Path, _progress: Any) -> None:
    (place / ".web").mkdir(exist_ok=True)


@pytest.fixture
def repository(app: Path, bare: BareRepository) -> BareRepository:
    """The repository, connected to the app."""
    connect(bare.url)
    return bare


@pytest.fixture
def fixed(repository: BareRepository, app: Path) -> Callable[..., str]:
    """Records a run of Codegen that proposes to write these files; returns its key."""

    def propose(files: dict[str, str | None]) -> str:
        key, branch = "key-1", f"proto-ddf/{SLUG}/key-1"
        code = {path.relative_to(app).as_posix(): path.read_text() for path in code_files(app)}
        repository.commit(branch, code, onto="main")
        repository.commit("fix", files, onto=branch)
        runs.prepare(key, "incident-1", SLUG, branch, "Repair it")
        url = f"{repository.url}/pull/1"
        runs.done(key, PullRequest(url=url, title="Fix", head_branch_name="fix"))
        return key

    return propose


@pytest.fixture
def ended(workshop: Any) -> Callable[..., Any]:
    """Runs an operation to its end."""

    def run(kind: str, given: Any) -> Any:
        return workshop.wait(service.start(kind, given), "succeeded", "failed")

    return run
