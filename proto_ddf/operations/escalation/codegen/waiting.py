"""Waits until Codegen has finished a run."""

import httpx

from proto_ddf.db.tables import utc_now
from proto_ddf.errors import IntegrationError
from proto_ddf.operations.escalation.codegen import runs
from proto_ddf.operations.escalation.codegen.asking import pause
from proto_ddf.operations.escalation.codegen.client import CodegenClient, PullRequest, RemoteRun
from proto_ddf.operations.escalation.codegen.statuses import outcome_of
from proto_ddf.progress import Progress
from proto_ddf.resilience import CircuitOpenError
from proto_ddf.resilience.is_transient import is_transient
from proto_ddf.settings import get_settings

POLL_SECONDS = 10.0
"""Codegen admits 60 calls in 30 seconds."""


def wait(client: CodegenClient, key: str, progress: Progress) -> None:
    """Wait for the end of a run. A service that cannot be reached for a while does not end the wait.

    Raises:
        IntegrationError: code codegen_run_failed or codegen_too_slow, or as `CodegenClient.read`.
    """
    runs.set_deadline(key)
    run = runs.read(key)
    if run.remote_id is None or run.deadline is None:
        raise IntegrationError("Codegen was not asked.", "Codegen", "wait", code="fix_unknown")
    while True:
        remote = _read(client, run.remote_id, progress)
        if remote is not None:
            runs.seen(key, remote)
            outcome = outcome_of(remote.status)
            if outcome == "finished":
                return
            if outcome == "failed":
                raise _ended("codegen_run_failed", remote)
            progress.report(f"Codegen works on it: {remote.status or 'no status yet'}")
        if utc_now() > run.deadline:
            raise IntegrationError(
                "Codegen did not finish in time.",
                "Codegen",
                "wait",
                code="codegen_too_slow",
                seconds=round(get_settings().codegen_deadline_seconds),
            )
        pause(progress, POLL_SECONDS)


def newest_pull_request(client: CodegenClient, key: str) -> PullRequest:
    """The pull request of a run that has finished.

    Raises:
        IntegrationError: code codegen_no_pull_request, or as `CodegenClient.read`.
    """
    remote = client.read(runs.read(key).remote_id or 0)
    pulls = [pull for pull in remote.github_pull_requests if pull.url]
    if not pulls:
        raise _ended("codegen_no_pull_request", remote)
    return pulls[-1]


def _read(client: CodegenClient, remote_id: int, progress: Progress) -> RemoteRun | None:
    """None if the service cannot be reached now."""
    try:
        return client.read(remote_id)
    except (httpx.HTTPError, CircuitOpenError, TimeoutError) as error:
        if not is_transient(error) and not isinstance(error, CircuitOpenError):
            raise
        progress.log(f"Codegen does not answer now: {type(error).__name__}")
        return None


def _ended(code: str, remote: RemoteRun) -> IntegrationError:
    reason = remote.summary or remote.result or f"its status is {remote.status}"
    return IntegrationError(
        f"Codegen: {reason}",
        "Codegen",
        "repair",
        code=code,
        reason=reason[:300],
        url=remote.web_url,
    )
