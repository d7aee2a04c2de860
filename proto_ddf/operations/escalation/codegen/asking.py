"""Sends a request to Codegen at most once.

The record is set to "asking" before the request is sent. After a doubt (no answer, a broken connection, a kill in between)
the list of runs is searched for the request's key; only a request that the list does not have, and that can no longer
arrive, is sent again, and only after a person's Try Again.
"""

import time
from datetime import timedelta

import httpx

from proto_ddf.db.tables import CodegenRunRecord, CodegenRunState, utc_now
from proto_ddf.errors import IntegrationError
from proto_ddf.operations.escalation.codegen import runs
from proto_ddf.operations.escalation.codegen.client import (
    CodegenClient,
    NotSentError,
    RemoteRun,
    UnsureError,
    in_words,
)
from proto_ddf.progress import Progress

LOOK_SECONDS = 30.0
"""How long the list of runs is searched after a doubt: the run may appear in it late."""
LOOK_EVERY_SECONDS = 5.0
QUIET_SECONDS = 900.0
"""After so long a request that was sent cannot arrive any more."""
POLL_SECONDS = 0.1


def ask(client: CodegenClient, key: str, repo_id: int, progress: Progress) -> None:
    """Make sure that Codegen has the request once, and record the run.

    Raises:
        IntegrationError: code codegen_unsure, rate_limited, codegen_running, or as `CodegenClient.send`.
        httpx.HTTPError: Codegen cannot be reached.
        CallRefusedError: calls are paused.
    """
    run = runs.read(key)
    if run.remote_id is not None:
        return
    remote = None
    if run.state == CodegenRunState.ASKING:
        remote = _after_doubt(client, run, progress, "the answer was lost", sent_now=False)
        if remote is None:
            runs.not_asked(key)
    runs.accepted(key, remote or _send(client, run, repo_id, progress))


def _send(
    client: CodegenClient, run: CodegenRunRecord, repo_id: int, progress: Progress
) -> RemoteRun:
    def once() -> RemoteRun:
        runs.asking(run.key)
        try:
            return client.send(run.prompt, repo_id, run.key)
        except NotSentError as error:
            runs.not_asked(run.key)
            raise error.__cause__ or error from None
        except UnsureError:
            raise
        except (IntegrationError, httpx.HTTPStatusError):
            runs.not_asked(run.key)
            raise

    progress.report("Asking Codegen")
    try:
        return client.policy.call_sync(once)
    except httpx.HTTPStatusError as error:
        raise in_words(error) from error
    except UnsureError as error:
        found = _after_doubt(client, runs.read(run.key), progress, error.reason, sent_now=True)
        assert found is not None
        return found


def _after_doubt(
    client: CodegenClient,
    run: CodegenRunRecord,
    progress: Progress,
    reason: str,
    *,
    sent_now: bool,
) -> RemoteRun | None:
    """The run in Codegen's list; None if the request is certainly lost and may be sent again.

    Raises:
        IntegrationError: code codegen_unsure.
    """
    asked_at = run.asked_at or run.created_at
    may_arrive_until = asked_at + timedelta(seconds=QUIET_SECONDS)
    progress.report("Looking for the request in Codegen's list of runs")
    until = time.monotonic() + LOOK_SECONDS
    while True:
        found = client.find(run.key, asked_at)
        if found is not None:
            progress.log("Codegen has the request")
            return found
        if not sent_now and utc_now() > may_arrive_until:
            progress.log(
                "Codegen does not have the request, which was sent long ago: it is sent again"
            )
            return None
        if time.monotonic() > until:
            raise UnsureError(reason, may_arrive_until)
        pause(progress, LOOK_EVERY_SECONDS)


def pause(progress: Progress, seconds: float) -> None:
    """Wait, and stop when the operation is stopped."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        progress.check_stop()
        time.sleep(min(left, POLL_SECONDS))
