"""The operation `connect_repository`: check that the repository can be read and written, and record it."""

from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from proto_ddf.db.engine import session
from proto_ddf.errors import IntegrationError, ValidationError
from proto_ddf.hosting import records
from proto_ddf.operations.escalation.codegen import repositories
from proto_ddf.operations.escalation.codegen.branches import Remote, read_remote
from proto_ddf.operations.escalation.codegen.fix_kind import app_name
from proto_ddf.operations.escalation.codegen.git import opened_git
from proto_ddf.operations.escalation.codegen.remote_url import checked_addresses, checked_url
from proto_ddf.operations.escalation.codegen.repositories import Repository
from proto_ddf.operations.model import JSON, Kind, Step, StepContext
from proto_ddf.operations.retention.references import references_on_record
from proto_ddf.redaction import HIDDEN
from proto_ddf.sources.connected.references import References
from proto_ddf.sources.size_texts import count_text

KIND = "connect_repository"
KEPT = "kept"
"""In a form: the token that is stored stays."""


class ConnectRepositoryInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    app: str
    """Its slug."""
    remote_url: str
    token: str = ""
    """A reference of the vault, or KEPT for the one that is stored."""
    repo_id: int


_MISTYPED = {
    "git_sign_in_refused": ("token", "the token"),
    "repository_not_found": ("remote_url", "the address"),
}
"""By code: the field that is to be corrected, and its name in a sentence."""

Context = StepContext[ConnectRepositoryInput]


def _prepared(given: ConnectRepositoryInput) -> ConnectRepositoryInput:
    """Raises ValidationError, code repository_url_invalid, app_unknown or secret_elsewhere."""
    records.read(given.app)
    url = checked_url(given.remote_url)
    return given.model_copy(update={"remote_url": url, "token": _token(given, url)})


def _token(given: ConnectRepositoryInput, url: str) -> str:
    """The reference of the token. A stored secret is sent to the host that it was entered for, and to no other."""
    saved = repositories.find(given.app)
    kept = saved.token if saved else ""
    if given.token in (KEPT, kept):
        if kept and saved and urlsplit(saved.remote_url).netloc != urlsplit(url).netloc:
            raise _elsewhere()
        return kept
    with session() as opened:
        if given.token in references_on_record(opened, failed=False).secrets:
            raise _elsewhere()
    return given.token


def _elsewhere() -> ValidationError:
    return ValidationError(
        "The token is for another server.", "token", HIDDEN, code="secret_elsewhere"
    )


def _repository(given: ConnectRepositoryInput) -> Repository:
    return Repository(**given.model_dump())


def _find_host(context: Context) -> JSON:
    checked_addresses(context.input.remote_url)
    return {}


def _reach(context: Context) -> JSON:
    try:
        remote = _sign_in(context)
    except IntegrationError as error:
        if error.code in _MISTYPED:
            raise _refused(error) from error
        raise
    branches = [name for name in remote.commits if name.startswith("refs/heads/")]
    context.report(count_text(len(branches), "branch") if branches else "It is empty")
    return {"default": remote.default}


def _sign_in(context: Context) -> Remote:
    """Read the repository, and check the right to write without writing."""
    with opened_git(_repository(context.input), context) as git:
        remote = read_remote(git)
        probe = "refs/heads/proto-ddf/access-check"
        git.run("make a commit", "commit", "--quiet", "--allow-empty", "-m", "Access check")
        git.run("check the right to write", "push", "--dry-run", git.url, f"HEAD:{probe}")
    return remote


def _refused(error: IntegrationError) -> ValidationError:
    """What was typed is told to the person who typed it, and to nobody else."""
    field, name = _MISTYPED[error.code]
    return ValidationError(
        f"The repository was refused: {error.context.get('reason')}",
        field,
        HIDDEN,
        code="repository_refused",
        system=error.system,
        refused=name,
        reason=error.context.get("reason"),
    )


def _save(context: Context) -> JSON:
    records.read(context.input.app)
    repositories.save(_repository(context.input))
    return {}


CONNECT_REPOSITORY: Kind[Any] = Kind(
    name=KIND,
    title=lambda given: f"Connect the repository of {app_name(given.app)}",
    input_model=ConnectRepositoryInput,
    steps=(
        Step("host", "Find the host", _find_host),
        Step("reach", "Sign in", _reach),
        Step("save", "Save", _save),
    ),
    subject=lambda given: given.app,
    references=lambda given: References(frozenset({given.token} if given.token else ())),
    prepare=_prepared,
)
