"""Looking at a pull request, and putting a merged one into the app: real git, real processes, simulated builds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from proto_ddf.generator.code.manual_edits import manual_edits
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import replacement
from proto_ddf.hosting.launch import previous_folder
from proto_ddf.operations import service
from proto_ddf.operations.escalation.codegen.apply_kinds import ApplyFixInput, ReadFixInput
from proto_ddf.operations.escalation.codegen.diff import ShownFix
from proto_ddf.operations.escalation.codegen.views import runs_of, shown_fix
from proto_ddf.operations.model import KINDS, StepContext
from tests.integration.operations.codegen.driving import SLUG
from tests.servers.codegen import CodegenServer
from tests.servers.git_server import BareRepository

PAGE = f"{SLUG}/pages/customer.py"
REPAIRED = "# repaired\n"


@pytest.fixture
def running(app: Path) -> Iterator[Path]:
    """The app, running and answering."""
    hosted.start_app(SLUG)
    yield app
    hosted.stop_app(SLUG)


def pull_state() -> str:
    return runs_of("incident-1")[0].pull_state


class Fix:
    """A pull request that repairs a page, removes one file and adds one."""

    def __init__(self, ended: Callable[..., Any], bare: BareRepository, key: str) -> None:
        self._ended, self._bare, self.key = ended, bare, key

    def read(self) -> ShownFix:
        done = self._ended("read_fix", ReadFixInput(key=self.key))
        assert done.state == "succeeded", done.error
        shown = shown_fix(self.key)
        assert shown
        return shown

    def apply(self, shown: ShownFix) -> Any:
        given = ApplyFixInput(key=self.key, commit=shown.commit, digest=shown.digest)
        return self._ended("apply_fix", given)

    def merge(self) -> None:
        self._bare.squash("fix")


@pytest.fixture
def fix(
    running: Path, repository: BareRepository, fixed: Callable[..., str], ended: Callable[..., Any]
) -> Fix:
    old = (running / PAGE).read_text()
    files = {PAGE: old + REPAIRED, "requirements.txt": None, f"{SLUG}/new.py": "NEW = 1\n"}
    return Fix(ended, repository, fixed(files))


def test_a_merged_fix_is_shown_applied_and_the_apps_own_files_stay(
    running: Path, fix: Fix, repository: BareRepository
) -> None:
    fix.read()
    assert pull_state() == "open"
    refused = fix.apply(fix.read())
    assert (refused.error["code"], refused.can_retry) == ("fix_not_merged", True)
    commit = repository.git("rev-parse", "fix").strip()
    fix.merge()
    repository.commit("main", {"OTHER": "Meanwhile\n"})
    fix.read()
    assert pull_state() == "gone"
    repository.git("update-ref", "refs/pull/1/head", commit)
    shown = fix.read()
    assert pull_state() == "merged"
    assert {file.path: file.change for file in shown.files} == {
        PAGE: "changed",
        f"{SLUG}/new.py": "added",
        "NOTES": "added",
        "OTHER": "added",
        "requirements.txt": "removed",
    }
    (changed,) = [file for file in shown.files if file.path == PAGE]
    assert changed.lines[-1].model_dump() == {"sign": "+", "text": "# repaired"}
    before = hosted.get_app(SLUG)
    done = fix.apply(shown)
    assert done.state == "succeeded", done.error
    assert (running / PAGE).read_text().endswith(REPAIRED)
    assert (running / f"{SLUG}/new.py").exists()
    assert not (running / "requirements.txt").exists()
    assert not (running / ".github").exists()
    for name in ("data/rows.txt", "uploaded_files/one", ".env", "logs/app.log"):
        assert (running / name).read_text().startswith("NOT-CODE"), name
    assert PAGE in (manual_edits(running) or [])
    after = hosted.get_app(SLUG)
    assert before
    assert after
    assert (after.state, after.address) == ("running", before.address)
    assert after.pid != before.pid
    assert httpx.get(after.address, timeout=60).status_code == 200
    assert (previous_folder(SLUG) / "requirements.txt").exists()
    assert runs_of("incident-1")[0].applied_at
    assert fix.read().files == []


@pytest.mark.parametrize(
    ("sign", "reason"), [("broken", "broken on purpose"), ("sick", "HTTP status 500")]
)
def test_a_fix_with_which_the_app_is_not_well_is_taken_back(
    running: Path,
    repository: BareRepository,
    fix: Fix,
    monkeypatch: pytest.MonkeyPatch,
    sign: str,
    reason: str,
) -> None:
    monkeypatch.setattr(hosted, "CHECK_SECONDS", 0.5)
    fix.merge()
    repository.commit("main", {sign: ""})
    before = (running / PAGE).read_text()
    failed = fix.apply(fix.read())
    assert (failed.state, failed.error["code"]) == ("failed", "fix_taken_back")
    assert reason in failed.error["message"]
    assert (running / PAGE).read_text() == before
    assert (running / "data/rows.txt").exists()
    app = hosted.get_app(SLUG)
    assert app
    assert httpx.get(app.address, timeout=60).status_code == 200
    assert not runs_of("incident-1")[0].applied_at
    service.cancel(failed.id)
    service.wait_for_clean_up(SLUG, 60)
    assert [path.name for path in running.parent.glob(f"{SLUG}.*")] == [f"{SLUG}.previous"]


class Killed(BaseException):
    """Stands for kill -9: no code after it runs."""


def test_a_server_that_is_killed_again_and_again_after_the_switch_goes_on(
    running: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix.merge()
    shown = fix.read()
    given = ApplyFixInput(key=fix.key, app=SLUG, commit=shown.commit, digest=shown.digest)
    *earlier, switch, check = KINDS["apply_fix"].steps_for(given)
    for step in earlier:
        step.run(StepContext("killed", given))

    def kill(*_: Any) -> None:
        raise Killed

    for moment in ("spawn", "wait_until_listening"):
        with monkeypatch.context() as patch:
            patch.setattr(replacement, moment, kill)
            with pytest.raises(Killed):
                switch.run(StepContext("killed", given))
    for step in (switch, switch, check, check):
        step.run(StepContext("killed", given))
    assert (running / PAGE).read_text().endswith(REPAIRED)
    app = hosted.get_app(SLUG)
    assert app
    assert httpx.get(app.address, timeout=60).status_code == 200
    assert runs_of("incident-1")[0].applied_at
    assert [path.name for path in running.parent.glob(f"{SLUG}.*")] == [f"{SLUG}.previous"]


def test_only_what_was_shown_is_applied(
    running: Path, repository: BareRepository, fix: Fix
) -> None:
    fix.merge()
    shown = fix.read()
    (running / PAGE).write_text("# by hand\n")
    failed = fix.apply(shown)
    assert (failed.error["code"], failed.can_retry) == ("fix_changed", False)
    shown = fix.read()
    repository.commit("main", {PAGE: "import os\n"})
    assert fix.apply(shown).error["code"] == "fix_changed"
    assert (running / PAGE).read_text() == "# by hand\n"


def test_without_a_pull_request_there_is_nothing_to_look_at(
    app: Path, codegen: CodegenServer, workshop: Any
) -> None:
    with pytest.raises(Exception, match="no such run"):
        service.start("read_fix", ReadFixInput(key="nothing"))
