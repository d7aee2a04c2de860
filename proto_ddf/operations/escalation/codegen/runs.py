"""The record of each request to Codegen. It decides whether something may be sent: what is not recorded as unsent is never
sent again without a look into Codegen's list."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from proto_ddf import change_events
from proto_ddf.db.engine import session
from proto_ddf.db.tables import CodegenRunRecord, CodegenRunState, IncidentRecord, utc_now
from proto_ddf.db.writing import write
from proto_ddf.errors import IntegrationError
from proto_ddf.operations.escalation.codegen.client import PullRequest, RemoteRun, UnsureError
from proto_ddf.settings import get_settings

LIVE = (CodegenRunState.PREPARING, CodegenRunState.ASKING, CodegenRunState.WAITING)


def find(key: str) -> CodegenRunRecord | None:
    with session() as opened:
        return opened.get(CodegenRunRecord, key)


def read(key: str) -> CodegenRunRecord:
    """Raises IntegrationError, code fix_unknown."""
    found = find(key)
    if found is None:
        raise _unknown()
    return found


def live_run(incident_id: str) -> CodegenRunRecord | None:
    """The run of an incident that has not ended."""
    with session() as opened:
        return _live(opened, incident_id, but="")


def prepare(key: str, incident_id: str, app: str, branch: str, prompt: str) -> None:
    """Record that something will be asked. The same operation may call it twice.

    Raises:
        IntegrationError: code codegen_running, if another operation asks about the incident.
    """

    def add(opened: Session) -> None:
        _need_alone(opened, incident_id, key)
        if opened.get(CodegenRunRecord, key) is None:
            opened.add(
                CodegenRunRecord(
                    key=key, incident_id=incident_id, app=app, branch=branch, prompt=prompt
                )
            )

    write(add)
    change_events.publish(incident_id)


def asking(key: str) -> None:
    """To be called before the request is sent.

    Raises:
        IntegrationError: as `prepare`; code codegen_unsure, if it may have been sent already.
    """

    def change(opened: Session, run: CodegenRunRecord) -> None:
        _need_alone(opened, run.incident_id, key)
        if run.state != CodegenRunState.PREPARING:
            raise UnsureError("it was sent before")
        run.state, run.asked_at = CodegenRunState.ASKING, utc_now()

    _change(key, change)


def not_asked(key: str) -> None:
    """The request certainly did not arrive, or was refused: it may be sent again."""

    def change(_opened: Session, run: CodegenRunRecord) -> None:
        run.state = CodegenRunState.PREPARING

    _change(key, change)


def accepted(key: str, remote: RemoteRun) -> None:
    """Codegen has the request."""

    def change(_opened: Session, run: CodegenRunRecord) -> None:
        run.state, run.remote_id = CodegenRunState.WAITING, remote.id
        _take_over(run, remote)

    _change(key, change)


def seen(key: str, remote: RemoteRun) -> None:
    """The run as Codegen describes it now."""
    _change(key, lambda _opened, run: _take_over(run, remote))


def set_deadline(key: str) -> None:
    """The time for the run begins now."""

    def change(_opened: Session, run: CodegenRunRecord) -> None:
        run.deadline = utc_now() + timedelta(seconds=get_settings().codegen_deadline_seconds)

    _change(key, change)


def done(key: str, pull: PullRequest) -> None:
    def change(_opened: Session, run: CodegenRunRecord) -> None:
        run.state, run.error = CodegenRunState.DONE, None
        run.pull_url, run.pull_title = pull.url, pull.title
        run.pull_branch, run.pull_state = pull.head_branch_name, "open"

    _change(key, change)


def show(key: str, state: str, shown: dict[str, Any]) -> None:
    """Record the state of the pull request (open, merged or gone), and what it would change: a ShownFix, dumped."""

    def change(_opened: Session, run: CodegenRunRecord) -> None:
        run.pull_state, run.shown = state, shown

    _change(key, change)


def failed(key: str, described: dict[str, Any], *, for_good: bool) -> None:
    """A step failed; `for_good`: the run has ended."""

    def change(_opened: Session, run: CodegenRunRecord) -> None:
        run.error = described
        if for_good:
            run.state = CodegenRunState.FAILED

    if find(key) is not None:
        _change(key, change)


def cancelled(key: str) -> None:
    """Nobody waits for the run any more. Codegen goes on with it, if it was asked."""

    def change(_opened: Session, run: CodegenRunRecord) -> None:
        if run.state in LIVE:
            run.state = CodegenRunState.CANCELLED

    if find(key) is not None:
        _change(key, change)


def applied(key: str, operation_id: str) -> None:
    """The operation put the fix into the app."""

    def change(_opened: Session, run: CodegenRunRecord) -> None:
        run.applied_by, run.applied_at, run.shown = operation_id, utc_now(), None

    _change(key, change)


def prune(before: datetime) -> int:
    """Delete the runs from before that time that have ended and whose incident was removed; returns how many."""

    def remove(opened: Session) -> int:
        query = select(CodegenRunRecord).where(
            col(CodegenRunRecord.created_at) < before,
            col(CodegenRunRecord.state).not_in(LIVE),
            col(CodegenRunRecord.incident_id).not_in(select(IncidentRecord.id)),
        )
        old = opened.exec(query).all()
        for run in old:
            opened.delete(run)
        return len(old)

    return write(remove)


def _change(key: str, change: Callable[[Session, CodegenRunRecord], None]) -> None:
    def do(opened: Session) -> str:
        run = opened.get(CodegenRunRecord, key)
        if run is None:
            raise _unknown()
        change(opened, run)
        return run.incident_id

    change_events.publish(write(do))


def _take_over(run: CodegenRunRecord, remote: RemoteRun) -> None:
    run.remote_status, run.web_url = remote.status, remote.web_url
    run.summary = remote.summary or remote.result


def _need_alone(opened: Session, incident_id: str, key: str) -> None:
    if _live(opened, incident_id, but=key):
        raise IntegrationError(
            "Codegen was already asked.", "Codegen", "ask", code="codegen_running"
        )


def _live(opened: Session, incident_id: str, but: str) -> CodegenRunRecord | None:
    query = select(CodegenRunRecord).where(
        col(CodegenRunRecord.incident_id) == incident_id,
        col(CodegenRunRecord.state).in_(LIVE),
        col(CodegenRunRecord.key) != but,
    )
    return opened.exec(query).first()


def _unknown() -> IntegrationError:
    return IntegrationError("There is no such run.", "Codegen", "read", code="fix_unknown")
