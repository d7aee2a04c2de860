"""Real builds that fail in each way, and that succeed after the cause was removed."""

import contextlib
import http.server
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from proto_ddf import errors
from proto_ddf.errors import classify, describe
from proto_ddf.errors.types import IntegrationError
from proto_ddf.hosting.builds import frontend
from proto_ddf.hosting.processes import is_alive
from proto_ddf.progress import NoProgress, current_progress
from proto_ddf.resilience import policies
from proto_ddf.resilience.is_transient import is_transient
from tests.disks import small_disk
from tests.policies import QUICK, fresh_policies

TINY = Path(__file__).parents[1] / "tiny_app"
ROUTE = ".web/app/routes/_index.jsx"


class Stop(BaseException):
    pass


class Stopping(NoProgress):
    """Stops once a line contains the given text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._stop = False
        self.process: tuple[int, float] | None = None

    def log(self, line: str) -> None:
        self._stop = self._stop or self._text in line

    def check_stop(self) -> None:
        if self._stop:
            raise Stop

    def remember_process(self, pid: int, create_time: float) -> None:
        self.process = (pid, create_time)


class Recorder(NoProgress):
    """Keeps the lines and the reported attempts."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.attempts: list[tuple[int, int, str]] = []

    def log(self, line: str) -> None:
        self.lines.append(line)

    def retrying(self, attempt: int, attempts: int, wait: float, error: BaseException) -> None:
        self.attempts.append((attempt, attempts, classify(error).code))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "tiny_app"))


@pytest.fixture(scope="module")
def installed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("installed") / "tiny_app"))
    frontend.install(folder, NoProgress())
    return folder


@pytest.fixture
def installed(installed_once: Path, tmp_path: Path) -> Path:
    """A copy of a folder after `install`. Its packages are links to the same files, as Bun makes them to its cache."""
    unlinked = shutil.ignore_patterns("node_modules")
    folder = shutil.copytree(installed_once, tmp_path / "tiny_app", symlinks=True, ignore=unlinked)
    packages = Path(".web/node_modules")
    subprocess.run(["cp", "-al", installed_once / packages, folder / packages], check=True)
    return Path(folder)


def built(folder: Path) -> bool:
    return (folder / ".web/build/client/404.html").exists()


def test_both_steps_can_be_repeated(folder: Path) -> None:
    for _ in range(2):
        frontend.install(folder, NoProgress())
        frontend.build(folder, NoProgress())
        assert built(folder)


def test_code_that_does_not_compile_is_reported_with_pythons_last_line(folder: Path) -> None:
    (folder / "break_import").touch()
    with pytest.raises(errors.SystemError) as caught:
        frontend.install(folder, NoProgress())
    assert caught.value.code == "build_failed"
    assert caught.value.context["reason"] == "RuntimeError: broken on purpose"
    (folder / "break_import").unlink()
    frontend.install(folder, NoProgress())


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes installations use the registry at this address, with an empty cache."""

    def use(url: str, retries: int = 0) -> None:
        fresh_policies(monkeypatch, package_registry={**QUICK, "max_retries": retries})
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", url)
        monkeypatch.setenv("BUN_INSTALL_CACHE_DIR", str(tmp_path / "empty-cache"))

    return use


def test_an_unreachable_registry_is_reported_and_can_be_tried_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        fresh_policies(broken, package_registry={"max_retries": 0})
        broken.setenv("NPM_CONFIG_REGISTRY", "http://someone:secret@127.0.0.1:9/")
        broken.setenv("BUN_INSTALL_CACHE_DIR", str(tmp_path / "empty-cache"))
        with pytest.raises(IntegrationError) as caught:
            frontend.install(folder, NoProgress())
    assert caught.value.code == "registry_unreachable"
    assert caught.value.system == "127.0.0.1:9"
    assert caught.value.context["reason"] == "it refused the connection"
    assert "secret" not in str(describe(caught.value))
    frontend.install(folder, NoProgress())
    frontend.build(folder, NoProgress())
    assert built(folder)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (503, "it answered with status 503"),
        (429, "it answered with status 429"),
        (None, "it closed the connection"),
    ],
)
def test_a_registry_that_is_down_for_a_moment_causes_no_failure(
    folder: Path, registry: Callable[..., None], answer: int | None, reason: str
) -> None:
    with answering(answer) as url:
        registry(url)
        with pytest.raises(IntegrationError) as caught:
            frontend.install(folder, NoProgress())
    assert caught.value.code == "registry_unreachable"
    assert caught.value.context["reason"] == reason
    assert is_transient(caught.value)


def test_an_install_is_tried_again_while_the_registry_is_down(
    folder: Path, registry: Callable[..., None]
) -> None:
    progress = Recorder()
    token = current_progress.set(progress)
    try:
        with answering(503) as url:
            registry(url, retries=1)
            with pytest.raises(IntegrationError):
                frontend.install(folder, progress)
    finally:
        current_progress.reset(token)
    assert progress.attempts == [(1, 2, "registry_unreachable")]
    assert progress.lines.count("Installing front-end packages") == 2
    host = url.removeprefix("http://").rstrip("/")
    [used] = [one.snapshot() for one in policies() if one.system == "package_registry"]
    assert (used.target, used.calls, used.attempts) == (host, 1, 2)


def test_code_that_does_not_compile_says_nothing_about_the_registry(
    folder: Path, registry: Callable[..., None]
) -> None:
    registry("http://127.0.0.1:9/", retries=5)
    (folder / "break_import").touch()
    with pytest.raises(errors.SystemError) as caught:
        frontend.install(folder, NoProgress())
    assert caught.value.code == "build_failed"
    [used] = [one.snapshot() for one in policies() if one.system == "package_registry"]
    assert used.attempts == 1
    assert used.breaker is not None
    assert used.breaker.failures == 0


def test_a_registry_whose_name_is_unknown_is_unreachable(
    folder: Path, registry: Callable[..., None]
) -> None:
    registry("http://registry.invalid/")
    with pytest.raises(IntegrationError) as caught:
        frontend.install(folder, NoProgress())
    assert caught.value.code == "registry_unreachable"
    assert caught.value.context["reason"] == "its name could not be resolved"


@pytest.mark.parametrize("answer", [401, 404])
def test_what_the_registry_says_about_a_package_is_no_network_error(
    folder: Path, registry: Callable[..., None], answer: int
) -> None:
    with answering(answer) as url:
        registry(url)
        with pytest.raises(errors.SystemError) as caught:
            frontend.install(folder, NoProgress())
    assert caught.value.code == "install_failed"
    assert caught.value.context["reason"].endswith(f"- {answer}")
    assert not is_transient(caught.value)


@contextlib.contextmanager
def answering(status: int | None) -> Iterator[str]:
    """The address of a registry that answers every request with `status`, or resets every connection."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if status is None:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Logs nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def test_a_page_that_cannot_be_bundled_is_reported_and_can_be_tried_again(installed: Path) -> None:
    """The reason is the bundler's message and not its stack."""
    page = installed / ROUTE
    good = page.read_text()
    for bad, reason in (
        ("export default function ( {", "["),
        (
            'import x from "./gone";\nexport default () => x;',
            "[UNRESOLVED_IMPORT] Could not resolve './gone'",
        ),
    ):
        page.write_text(bad)
        with pytest.raises(errors.SystemError) as caught:
            frontend.build(installed, NoProgress())
        assert caught.value.code == "build_failed"
        assert caught.value.context["log"]
        assert caught.value.context["reason"].startswith(reason)
    page.write_text(good)
    frontend.build(installed, NoProgress())
    assert built(installed)


class Killing(Stopping):
    """Kills a process of the build when a line contains the given text."""

    def __init__(self, text: str, choose: Callable[[psutil.Process], list[psutil.Process]]) -> None:
        super().__init__(text)
        self._choose = choose

    def check_stop(self) -> None:
        if self._stop and self.process:
            for victim in self._choose(psutil.Process(self.process[0])):
                victim.kill()
                self._stop = False


@pytest.mark.parametrize(
    "choose", [lambda child: [child], psutil.Process.children], ids=["the child", "the bundler"]
)
def test_a_build_that_is_killed_is_reported_as_such(
    installed: Path, choose: Callable[[psutil.Process], list[psutil.Process]]
) -> None:
    with pytest.raises(errors.SystemError) as caught:
        frontend.build(installed, Killing("Bundling", choose))
    assert caught.value.code == "process_killed"
    frontend.build(installed, NoProgress())
    assert built(installed)


@pytest.mark.parametrize(
    ("line", "code", "reason"),
    [
        ("raise SystemExit('Set DATABASE_URL')", "build_failed", "Set DATABASE_URL"),
        ("raise SystemExit(3)", "build_failed", "exit code 10"),
        ("raise MemoryError", "out_of_memory", "MemoryError"),
    ],
)
def test_an_app_that_ends_itself_is_reported(
    folder: Path, line: str, code: str, reason: str
) -> None:
    (folder / "tiny_app/tiny_app.py").write_text(line)
    with pytest.raises(errors.SystemError) as caught:
        frontend.install(folder, NoProgress())
    assert (caught.value.code, caught.value.context["reason"]) == (code, reason)


def test_a_stopped_build_leaves_no_process_and_can_be_repeated(installed: Path) -> None:
    progress = Stopping("Bundling")
    with pytest.raises(Stop):
        frontend.build(installed, progress)
    assert progress.process is not None
    assert not is_alive(*progress.process)
    found = subprocess.run(["pgrep", "-f", str(installed)], capture_output=True, check=False)
    assert found.stdout == b""
    frontend.build(installed, NoProgress())
    assert built(installed)


@pytest.mark.parametrize("task", ["install", "build"])
def test_a_full_disk_is_reported_as_such(folder: Path, tmp_path: Path, task: str) -> None:
    with small_disk(tmp_path / "small", "2m") as small:
        place = Path(shutil.copytree(folder, small / "tiny_app"))
        with pytest.raises(errors.SystemError) as caught:
            getattr(frontend, task)(place, NoProgress())
        assert caught.value.code == "disk_space_low"
        # The records of the failure need disk space too.
        assert shutil.disk_usage(small).free > 512 * 1024
