"""The operation `connect_repository`: check that the repository can be read and written, and record it."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from proto_ddf.hosting import records
from proto_ddf.operations.escalation.codegen import repositories
from proto_ddf.operations.escalation.codegen.branches import read_remote
from proto_ddf.operations.escalation.codegen.fix_kind import app_name
from proto_ddf.operations.escalation.codegen.git import opened_git
from proto_ddf.operations.escalation.codegen.remote_url import checked_addresses, checked_url
from proto_ddf.operations.escalation.codegen.repositories import Repository
from proto_ddf.operations.model import JSON, Kind, Step, StepContext
from proto_ddf.sources.connected.references import References
from proto_ddf.sources.size_texts import count_text

KIND = "connect_repository"


class ConnectRepositoryInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    app: str
    """Its slug."""
    remote_url: str
    token: str = ""
    """A reference of the vault."""
    repo_id: int


Context = StepContext[ConnectRepositoryInput]


def _with_checked_url(given: ConnectRepositoryInput) -> ConnectRepositoryInput:
    """Raises ValidationError, code repository_url_invalid or app_unknown."""
    records.read(given.app)
    return given.model_copy(update={"remote_url": checked_url(given.remote_url)})


def _repository(given: ConnectRepositoryInput) -> Repository:
    return Repository(**given.model_dump())


def _find_host(context: Context) -> JSON:
    checked_addresses(context.input.remote_url)
    return {}


def _reach(context: Context) -> JSON:
    with opened_git(_repository(context.input), context) as git:
        remote = read_remote(git)
        probe = "refs/heads/proto-ddf/access-check"
        git.run("make a commit", "commit", "--quiet", "--allow-empty", "-m", "Access check")
        git.run("check the right to write", "push", "--dry-run", git.url, f"HEAD:{probe}")
    branches = [name for name in remote.commits if name.startswith("refs/heads/")]
    context.report(count_text(len(branches), "branch") if branches else "It is empty")
    return {"default": remote.default}


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
    prepare=_with_checked_url,
)
