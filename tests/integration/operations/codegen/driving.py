"""What the tests of Codegen have in common."""

from typing import Any

from proto_ddf import errors, vault
from proto_ddf.errors import describe
from proto_ddf.operations.escalation.codegen import repositories
from proto_ddf.operations.escalation.codegen.fix_kind import CodegenFixInput
from proto_ddf.operations.escalation.codegen.repositories import Repository
from tests.servers.git_server import TOKEN

SLUG = "my_app"


def described(**context: Any) -> dict[str, Any]:
    context = {"reason": "KeyError: 'colour'", **context}
    error = errors.SystemError("It failed", component="app", code="app_code_error", **context)
    return describe(error, "Generate My app")


def fix_input(**context: Any) -> CodegenFixInput:
    return CodegenFixInput(incident_id="incident-1", app=SLUG, error=described(**context))


def connect(url: str, token: str = TOKEN) -> None:
    """Connect the app with a repository."""
    repositories.save(Repository(app=SLUG, remote_url=url, token=vault.store(token), repo_id=77))
