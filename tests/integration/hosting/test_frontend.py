"""Real builds that fail in each way, and go on once the cause is gone."""

import shutil
import subprocess
from pathlib import Path

import pytest

from proto_ddf.errors.types import SystemError
from proto_ddf.hosting import frontend
from proto_ddf.hosting.processes import is_alive
from proto_ddf.progress import NoProgress

TINY = Path(__file__).with_name("tiny_app")
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "tiny_app"))


def built(folder: Path) -> bool:
    return (folder / ".web/build/client/404.html").exists()


def test_both_steps_can_be_repeated(folder: Path) -> None:
    for _ in range(2):
        frontend.install(folder, NoProgress())
        frontend.build(folder, NoProgress())
        assert built(folder)


def test_code_that_does_not_compile_is_told_by_pythons_last_line(folder: Path) -> None:
    (folder / "break_import").touch()
    with pytest.raises(SystemError) as caught:
        frontend.install(folder, NoProgress())
    assert caught.value.code == "build_failed"
    assert caught.value.context["reason"] == "RuntimeError: broken on purpose"
    (folder / "break_import").unlink()
    frontend.install(folder, NoProgress())


def test_a_registry_that_cannot_be_reached_is_told_and_can_be_tried_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9/")
        broken.setenv("BUN_INSTALL_CACHE_DIR", str(tmp_path / "empty-cache"))
        with pytest.raises(SystemError) as caught:
            frontend.install(folder, NoProgress())
    assert caught.value.code == "install_failed"
    assert "ConnectionRefused" in caught.value.context["reason"]
    frontend.install(folder, NoProgress())
    frontend.build(folder, NoProgress())
    assert built(folder)


def test_a_page_that_cannot_be_bundled_is_told_and_can_be_tried_again(folder: Path) -> None:
    frontend.install(folder, NoProgress())
    page = folder / ROUTE
    good = page.read_text()
    page.write_text("export default function ( {")
    with pytest.raises(SystemError) as caught:
        frontend.build(folder, NoProgress())
    assert caught.value.code == "build_failed"
    assert caught.value.context["log"]
    page.write_text(good)
    frontend.build(folder, NoProgress())
    assert built(folder)


def test_a_stopped_build_leaves_no_process_and_can_be_repeated(folder: Path) -> None:
    frontend.install(folder, NoProgress())
    progress = Stopping("Bundling")
    with pytest.raises(Stop):
        frontend.build(folder, progress)
    assert progress.process is not None
    assert not is_alive(*progress.process)
    found = subprocess.run(["pgrep", "-f", str(folder)], capture_output=True, check=False)
    assert found.stdout == b""
    frontend.build(folder, NoProgress())
    assert built(folder)


@pytest.mark.parametrize("task", ["install", "build"])
def test_a_full_disk_is_told_as_such(folder: Path, tmp_path: Path, task: str) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        place = Path(shutil.copytree(folder, small / "tiny_app"))
        with pytest.raises(SystemError) as caught:
            getattr(frontend, task)(place, NoProgress())
        assert caught.value.code == "disk_space_low"
        # The records of the failure need room too.
        assert shutil.disk_usage(small).free > 512 * 1024
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
