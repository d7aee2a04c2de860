"""The operations `read_fix`, which shows what a merged pull request changes, and `apply_fix`, which puts it into the app.

The fix is built beside the app, replaces it, and is taken back if the app does not start or does not show its first page
(`hosting/replacement.py`). Only what was shown is applied: a newer commit, or other code of the app, is refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from proto_ddf.db.tables import AppState, CodegenRunRecord
from proto_ddf.errors import IntegrationError, describe
from proto_ddf.generator.code.package import MANIFEST
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records, replacement
from proto_ddf.hosting.builds import frontend
from proto_ddf.hosting.launch import folder, next_folder
from proto_ddf.operations import queries
from proto_ddf.operations.disk_space import check_disk_space
from proto_ddf.operations.escalation.codegen import repositories, runs
from proto_ddf.operations.escalation.codegen.branches import (
    check_out,
    copy_code,
    read_remote,
)
from proto_ddf.operations.escalation.codegen.diff import ShownFix, code_of, compare, digest_of
from proto_ddf.operations.escalation.codegen.fix_kind import app_name
from proto_ddf.operations.escalation.codegen.git import Git, opened_git
from proto_ddf.operations.escalation.codegen.pull_requests import head_ref, is_merged
from proto_ddf.operations.escalation.codegen.secret_check import know_secrets
from proto_ddf.operations.model import JSON, Kind, Step, StepContext, UndoContext
from proto_ddf.sources.size_texts import count_text

READ, APPLY = "read_fix", "apply_fix"
KEPT = ("data", "uploaded_files")
"""What an app wrote, which stays as it is."""
UNDER_WAY = ("pending", "running")


class ReadFixInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str
    """Of the run of Codegen."""
    app: str = ""
    """Its slug; filled in when the operation is started."""


class ApplyFixInput(ReadFixInput):
    commit: str
    """The commit that was shown."""
    digest: str
    """Of the app's code that it was compared with."""


def _with_app(given: Any) -> Any:
    """Raises IntegrationError, code fix_unknown."""
    return given.model_copy(update={"app": _run(given.key).app})


def _run(key: str) -> CodegenRunRecord:
    run = runs.read(key)
    if not run.pull_url:
        raise IntegrationError("There is no pull request.", "Codegen", "read", code="fix_unknown")
    return run


def _read(context: StepContext[ReadFixInput]) -> JSON:
    run, slug = _run(context.input.key), context.input.app
    records.read(slug)
    know_secrets()
    with opened_git(repositories.read(slug), context) as git:
        state = _state(git, run)
        commit = check_out(git, f"refs/heads/{_default(git)}")
        shown = ShownFix(
            commit=commit,
            digest=digest_of(folder(slug)),
            files=compare(folder(slug), git.folder),
        )
    runs.show(run.key, state, shown.model_dump(mode="json"))
    context.report(f"{count_text(len(shown.files), 'file')} would change")
    return {"state": state, "files": len(shown.files)}


def _state(git: Git, run: CodegenRunRecord) -> str:
    remote = read_remote(git)
    head = head_ref(remote, run.pull_url, run.pull_branch)
    if not head:
        return "gone"
    merged = is_merged(git, remote, head=head, pushed=f"refs/heads/{run.branch}")
    return "merged" if merged else "open"


def _default(git: Git) -> str:
    """Raises IntegrationError, code fix_not_merged, if the repository has no default branch."""
    name = read_remote(git).default
    if not name:
        raise _not_merged()
    return name


Context = StepContext[ApplyFixInput]


def _fetch(context: Context) -> JSON:
    """Put the repository's code beside the app."""
    slug = context.input.app
    _check_alone(slug, context.operation_id)
    check_disk_space(_bytes(slug))
    replacement.discard_unfinished(slug)
    changed = _make(context)
    context.report(f"{count_text(changed, 'file')} change")
    return {"files": changed}


def _make(context: Context) -> int:
    """Write the new folder; returns how many files change."""
    slug, given = context.input.app, context.input
    place, made = folder(slug), next_folder(slug, context.operation_id)
    run = _run(given.key)
    with opened_git(repositories.read(slug), context) as git:
        if _state(git, run) == "open":
            raise _not_merged()
        commit = check_out(git, f"refs/heads/{_default(git)}")
        if commit != given.commit or digest_of(place) != given.digest:
            raise IntegrationError(
                "The code has changed since it was shown.", "git", "apply", code="fix_changed"
            )
        files = compare(place, git.folder)
        for file in files:
            context.log(f"{file.change}: {file.path}")
        replacement.discard_build(slug, context.operation_id)
        _write(place, git.folder, made)
    return len(files)


def _write(place: Path, fixed: Path, made: Path) -> None:
    """The app's own hidden files, and the code of the repository."""
    made.mkdir(parents=True)
    copy_code(place, made)
    for name, path in code_of(made).items():
        if name not in code_of(fixed):
            path.unlink()
    for name, path in code_of(fixed).items():
        target = made / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    if (place / MANIFEST).exists():  # what the fix changes counts as changed by hand
        (made / MANIFEST).write_bytes((place / MANIFEST).read_bytes())


def _made(context: Context) -> Path:
    """The new folder, made again with its packages if another operation removed it."""
    records.read(context.input.app)
    made = next_folder(context.input.app, context.operation_id)
    if not made.exists():
        _make(context)
    return made


def _install(context: Context) -> JSON:
    frontend.install(_made(context), context)
    return {}


def _build(context: Context) -> JSON:
    made = _made(context)
    if not (made / ".web").exists():
        frontend.install(made, context)
    frontend.build(made, context)
    return {}


def _switch(context: Context) -> JSON:
    """After a kill it goes on: with the build, with the switch, or with the start of the app."""
    slug, operation_id = context.input.app, context.operation_id
    if _is_applied(context):
        return {}
    is_made = next_folder(slug, operation_id).exists()
    if not is_made and not replacement.is_switched(slug, operation_id):
        _build(context)
    with _taken_back(context):
        replacement.switch(slug, operation_id, context, kept=KEPT)
    return {}


def _check(context: Context) -> JSON:
    """The last step: the fix stays if the app is well, and is taken back if not."""
    slug, operation_id = context.input.app, context.operation_id
    if not _is_applied(context):
        _switch(context)
        _check_first_page(context)
        runs.applied(context.input.key, operation_id)
    replacement.accept(slug, operation_id)
    return {}


def _check_first_page(context: Context) -> None:
    slug = context.input.app
    if not records.read(slug).wanted_running:
        context.report("It is stopped: start it to see it")
        return
    with _taken_back(context):
        hosted.check_app(slug, context)
    context.report("It shows its first page")


@contextmanager
def _taken_back(context: Context) -> Iterator[None]:
    """Put the old code back if the app is not well. It gets an error of its own: a repair of the app, which is the old one
    again, would be followed by another try of the same fix.

    Raises:
        IntegrationError: code fix_taken_back.
    """
    slug = context.input.app
    try:
        yield
    except Exception as error:
        replacement.roll_back(slug, context.operation_id)
        found = describe(error)
        raise IntegrationError(
            f"The fix was taken back: {found['message']}",
            app_name(slug),
            "apply",
            code="fix_taken_back",
            reason=found["message"],
            log=found["context"].get("log") or [],
        ) from error


def _is_applied(context: Context | UndoContext[ApplyFixInput]) -> bool:
    return runs.read(context.input.key).applied_by == context.operation_id


def _undo(context: UndoContext[ApplyFixInput]) -> None:
    """A cancelled operation leaves the app as it was, unless it was done already."""
    slug, operation_id = context.input.app, context.operation_id
    if records.find_record(slug) is None:
        return
    if _is_applied(context):
        replacement.accept(slug, operation_id)
        return
    replacement.roll_back(slug, operation_id)
    replacement.discard_build(slug, operation_id)


def _check_alone(slug: str, operation_id: str) -> None:
    """Raises ValidationError, code app_busy, while another operation makes the app anew."""
    record = records.read(slug)
    others = [
        view
        for kind in (APPLY, "regenerate_app")
        for view in queries.load_many(limit=20, kind=kind, subject=slug)
        if view.id != operation_id and view.state in UNDER_WAY
    ]
    if record.state is AppState.CREATING or others:
        raise replacement.app_busy(record)


def _bytes(slug: str) -> int:
    """Bytes of what is copied when the app is replaced."""
    kept = [path for name in KEPT for path in (folder(slug) / name).rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in kept)


def _not_merged() -> IntegrationError:
    return IntegrationError(
        "The pull request is not merged.", "git", "apply", code="fix_not_merged"
    )


ALL: tuple[Kind[Any], ...] = (
    Kind(
        name=READ,
        title=lambda given: f"Look at the fix of {app_name(given.app)}",
        input_model=ReadFixInput,
        steps=(Step("read", "Fetch and compare", _read),),
        subject=lambda given: given.app,
        prepare=_with_app,
    ),
    Kind(
        name=APPLY,
        title=lambda given: f"Apply the fix of {app_name(given.app)}",
        input_model=ApplyFixInput,
        steps=(
            Step("fetch", "Fetch the fix", _fetch),
            Step("install", "Install packages", _install),
            Step("build", "Build", _build),
            Step("switch", "Switch to the fix", _switch),
            Step("check", "Check", _check),
        ),
        subject=lambda given: given.app,
        undo=_undo,
        prepare=_with_app,
    ),
)
