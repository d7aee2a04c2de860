"""The operation `codegen_fix`: push the code, ask Codegen, wait, and fetch the pull request."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from pydantic import BaseModel, ConfigDict

from proto_ddf.errors import describe
from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting.launch import folder
from proto_ddf.operations.escalation.codegen import asking, repositories, runs, waiting
from proto_ddf.operations.escalation.codegen.branches import branch_name, push_code
from proto_ddf.operations.escalation.codegen.client import CodegenClient
from proto_ddf.operations.escalation.codegen.git import opened_git
from proto_ddf.operations.escalation.codegen.prompt import build_prompt
from proto_ddf.operations.escalation.codegen.secret_check import check_no_secret
from proto_ddf.operations.model import JSON, Kind, Step, StepContext, UndoContext

KIND = "codegen_fix"
_FOR_GOOD = frozenset({"codegen_run_failed", "codegen_no_pull_request"})
"""Errors after which the run has ended at Codegen."""


class CodegenFixInput(BaseModel):
    """Without secrets: the error was described, and its log redacted."""

    model_config = ConfigDict(extra="forbid")

    incident_id: str
    app: str
    """Its slug."""
    error: dict[str, Any]
    """In the form of `proto_ddf.errors.describe`."""
    log: list[str] = []
    """What the failed step wrote, oldest first."""


Context = StepContext[CodegenFixInput]


def _recorded(step: Callable[[Context], JSON]) -> Callable[[Context], JSON]:
    """The step, which also writes its failure to the record of the run."""

    @wraps(step)
    def run(context: Context) -> JSON:
        try:
            return step(context)
        except Exception as error:
            code = error.code if isinstance(error, ProtoDDFError) else ""
            described = describe(error, operation_id=context.operation_id)
            runs.failed(context.operation_id, described, for_good=code in _FOR_GOOD)
            raise

    return run


@_recorded
def _prepare(context: Context) -> JSON:
    """Check what is needed, and write the request."""
    slug, key = context.input.app, context.operation_id
    CodegenClient()
    repositories.read(slug)
    branch = branch_name(slug, key)
    prompt = build_prompt(slug, branch, context.input.error, context.input.log)
    runs.prepare(key, context.input.incident_id, slug, branch, prompt)
    return {}


@_recorded
def _push(context: Context) -> JSON:
    slug, key = context.input.app, context.operation_id
    place, branch = folder(slug), branch_name(slug, key)
    check_no_secret(place)
    with opened_git(repositories.read(slug), context) as git:
        commit = push_code(git, place, slug, branch)
    context.report(f"On the branch {branch}")
    return {"branch": branch, "commit": commit}


@_recorded
def _ask(context: Context) -> JSON:
    key = context.operation_id
    asking.ask(CodegenClient(), key, repositories.read(context.input.app).repo_id, context)
    run = runs.read(key)
    context.report(f"Codegen has it as run {run.remote_id}")
    return {"remote_id": run.remote_id, "url": run.web_url}


@_recorded
def _wait(context: Context) -> JSON:
    waiting.wait(CodegenClient(), context.operation_id, context)
    context.report("Codegen has finished")
    return {}


@_recorded
def _fetch(context: Context) -> JSON:
    pull = waiting.newest_pull_request(CodegenClient(), context.operation_id)
    runs.done(context.operation_id, pull)
    context.report(pull.title or pull.url)
    return {"url": pull.url}


def _undo(context: UndoContext[CodegenFixInput]) -> None:
    """Codegen has no call that ends a run: it goes on there, and nobody waits for it here."""
    runs.cancelled(context.operation_id)


def app_name(slug: str) -> str:
    app = hosted.get_app(slug)
    return app.name if app else slug


CODEGEN_FIX = Kind(
    name=KIND,
    title=lambda given: f"Ask Codegen to repair {app_name(given.app)}",
    input_model=CodegenFixInput,
    steps=(
        Step("prepare", "Prepare the request", _prepare),
        Step("push", "Push the code to a branch", _push),
        Step("ask", "Ask Codegen", _ask),
        Step("wait", "Wait for Codegen", _wait),
        Step("fetch", "Fetch the pull request", _fetch),
    ),
    subject=lambda given: given.app,
    undo=_undo,
)
